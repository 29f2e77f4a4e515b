"""What is advised at whose server, as bot/smtp/diagnosis.py chooses it."""

import pytest

from bot.smtp.settings import MailServer, TLSMode
from bot.smtp.transcript import Diagnosis, Failure, Reply, Stage
from tests.smtp.failing import failed, server


def replied(
    stage: str, code: int, enhanced: str | None, text: str, tried: MailServer | None = None
) -> Diagnosis:
    reply = Reply(code=code, enhanced=enhanced, text=text)
    return failed(Failure(stage=Stage(stage), cause="reply", reply=reply), tried)


A, S, R, M = "authentication", "sender", "recipient", "message"
APP_PASSWORDS = "https://myaccount.google.com/apppasswords"


@pytest.mark.parametrize(
    ("greeting", "said"),
    [
        ("220 SG ESMTP service ready at geopod-ismtpd-1", "SendGrid"),
        ("220 Mailgun Influx ready", "Mailgun"),
        ("220 smtp.zohomail.com SMTP Server ready", "Zoho"),
        ("220 p00-icloudmta-asmtp.apple.com", "app password"),
        ("220 163.com Anti-spam GT for Coremail System", "authorisation code"),
        ("220 kundenserver.de (mreue012) Nemesis ESMTP", "mailbox"),
        ("220 mail.example.com ESMTP Postfix", "The mail server refused"),
    ],
)
def test_a_greeting_tells_the_provider_behind_any_host(greeting: str, said: str) -> None:
    failure = Failure(stage=Stage.AUTHENTICATION, cause="reply", reply=Reply(code=535, text="no"))
    assert said in failed(failure, greeting=greeting).meaning


def test_a_provider_that_a_refusal_only_mentions_is_not_the_mail_server() -> None:
    text = "Authentication failed; see fastmail, zoho or yahoo for free mail"
    assert "The mail server refused" in replied(A, 535, None, text).meaning


def test_a_personal_account_stays_one_behind_microsofts_common_servers() -> None:
    text = "Authentication unsuccessful, the user credentials were incorrect. [X.PROD.OUTLOOK.COM]"
    chosen = replied(A, 535, "5.7.139", text, server(provider="outlook"))
    assert "Outlook.com" in chosen.meaning
    named = replied(A, 535, "5.7.139", "no", server(host="smtp-mail.outlook.com"))
    assert "Outlook.com" in named.meaning
    assert "Microsoft 365 refused" in replied(A, 535, "5.7.139", text).meaning


@pytest.mark.parametrize(
    ("provider", "username"),
    [("sendgrid", "apikey"), ("resend", "resend"), ("sparkpost", "SMTP_Injection")],
)
def test_the_one_user_name_of_a_provider_is_the_cure_for_another(
    provider: str, username: str
) -> None:
    text = "Authentication failed"
    assert replied(A, 535, None, text, server(provider=provider)).fix == {"username": username}
    right = replied(A, 535, None, text, server(provider=provider, username=username))
    assert right.fix == {}
    assert right.cause == "bad-credentials"


def test_words_without_a_link_of_their_own_lead_to_the_providers_page() -> None:
    assert replied(A, 535, "5.7.8", "no", server(provider="gmail")).link == APP_PASSWORDS
    assert replied(A, 451, None, "Authentication failed").link is None
    assert replied(A, 451, None, "Authentication failed", server(provider="x")).link is None


def test_an_unknown_authority_can_be_trusted_once_its_fingerprint_was_compared() -> None:
    for cause in ("cert-self-signed", "cert-unknown-ca-or-chain"):
        advice = " ".join(failed(Failure(stage=Stage.TLS, cause=cause)).advice)
        assert "fingerprint" in advice
        assert "“Trust this certificate”" in advice
        assert "“Manage SSL keys”" in advice


def test_a_wanted_client_certificate_is_uploaded_and_chosen() -> None:
    advice = " ".join(failed(Failure(stage=Stage.TLS, cause="client-cert-required")).advice)
    assert "“Manage SSL keys”" in advice
    assert "“SSL key”" in advice


def test_a_server_that_wants_tls_although_it_has_it_is_not_cured_by_starttls() -> None:
    found = replied(R, 421, "4.7.0", "TLS required for RCPT domain, closing connection.")
    assert found.cause == "starttls-required"
    assert found.fix == {}


def test_apple_has_another_port_and_proton_another_server() -> None:
    apple = server(host="smtp.mail.me.com", port=465, tls_mode=TLSMode.IMPLICIT)
    found = failed(Failure(stage=Stage.CONNECTION, cause="tcp-timeout"), apple)
    assert found.fix == {"tls_mode": "starttls", "port": 587}
    bridge = server(provider="proton", host="127.0.0.1", port=1025)
    found = failed(Failure(stage=Stage.LOOKUP, cause="policy-refused"), bridge)
    assert "Bridge" in found.meaning


def test_a_sender_with_other_letters_is_why_its_syntax_is_refused() -> None:
    reply = Reply(code=501, text="Malformed address")
    failure = Failure(stage=Stage.SENDER, cause="reply", reply=reply)
    assert failed(failure, sender="jürgen@example.com").cause == "smtputf8-unsupported"
    assert failed(failure).cause == "sender-syntax"
