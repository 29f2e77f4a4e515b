"""bot/smtp/diagnosis.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.diagnosis import diagnose
from bot.smtp.settings import MailServer, TLSMode
from bot.smtp.transcript import Diagnosis, Failure, Outcome, Reply, Stage, Transcript
from tests.smtp.failing import failed, server


def replied(
    stage: str, code: int, enhanced: str | None, text: str, tried: MailServer | None = None
) -> Diagnosis:
    reply = Reply(code=code, enhanced=enhanced, text=text)
    return failed(Failure(stage=Stage(stage), cause="reply", reply=reply), tried)


A, S, R, M = "authentication", "sender", "recipient", "message"
APP_PASSWORDS = "https://myaccount.google.com/apppasswords"


NAMED = (
    "not-configured",
    "default-withdrawn",
    "password-missing",
    "unsafe-message",
    "policy-refused",
    "port-refused",
    "plaintext-password-refused",
    "storage-unavailable",
    "interrupted",
    "reply-lost",
    "dns-nxdomain",
    "dns-no-address",
    "dns-timeout",
    "tcp-refused",
    "tcp-timeout",
    "ipv6-or-routing",
    "not-smtp",
    "not-smtp-imap",
    "not-smtp-pop",
    "not-smtp-ssh",
    "not-smtp-http",
    "reply-too-long",
    "reply-malformed",
    "stage-timeout",
    "total-timeout",
    "server-closed",
    "server-closed-in-handshake",
    "tls-on-starttls-port",
    "plain-on-tls-port",
    "starttls-not-offered",
    "starttls-injection",
    "server-tls-broken",
    "client-cert-required",
    "client-cert-untrusted",
    "ssl-key-missing",
    "cert-expired",
    "cert-not-yet-valid",
    "cert-hostname-mismatch",
    "cert-self-signed",
    "cert-unknown-ca-or-chain",
    "cert-invalid",
    "weak-key",
    "auth-not-offered",
    "auth-mech-not-offered",
    "smtputf8-unsupported",
)


@pytest.mark.parametrize("cause", NAMED)
@pytest.mark.parametrize("stage", [Stage.SETTINGS, Stage.GREETING, Stage.TLS])
@pytest.mark.parametrize("port", [25, 465, 587, 2525, 1025])
def test_each_cause_that_the_conversation_names_is_explained(
    cause: str, stage: Stage, port: int
) -> None:
    found = failed(Failure(stage=stage, cause=cause), server(port=port))
    assert found.cause == cause
    assert "no words for" not in found.meaning


@pytest.mark.parametrize(
    ("cause", "tried", "fix"),
    [
        (
            "tls-on-starttls-port",
            server(tls_mode=TLSMode.IMPLICIT),
            {"tls_mode": "starttls", "port": 587},
        ),
        (
            "tls-on-starttls-port",
            server(tls_mode=TLSMode.IMPLICIT, port=25),
            {"tls_mode": "starttls"},
        ),
        ("plain-on-tls-port", server(port=465), {"tls_mode": "implicit"}),
        (
            "plaintext-password-refused",
            server(tls_mode=TLSMode.NONE, port=25),
            {"tls_mode": "starttls", "port": 587},
        ),
        ("starttls-not-offered", server(), {"tls_mode": "implicit", "port": 465}),
        ("starttls-not-offered", server(port=1025), {}),
        ("tcp-timeout", server(port=25), {"tls_mode": "starttls", "port": 587}),
        ("tcp-timeout", server(), {}),
        ("auth-not-offered", server(port=25), {"tls_mode": "starttls", "port": 587}),
        (
            "auth-mech-not-offered",
            server(host="x.mail.protection.outlook.com", port=25),
            {"host": "smtp.office365.com", "port": 587, "tls_mode": "starttls"},
        ),
    ],
)
def test_where_one_change_cures_it_the_change_is_named(
    cause: str, tried: MailServer, fix: dict[str, str | int]
) -> None:
    assert failed(Failure(stage=Stage.TLS, cause=cause), tried).fix == fix


@pytest.mark.parametrize(
    ("username", "fix"),
    [
        ("bob@Example.com", {"from_address": "bob@example.com"}),
        ("team@example.com", {}),  # it is the sender already
        ("apikey", {}),
        ("bob@\u202eexample", {}),
        (None, {}),
    ],
)
def test_who_may_not_send_so_may_send_as_the_account(
    username: str | None, fix: dict[str, str]
) -> None:
    refused = "Sender address rejected: not owned by user"
    found = replied(S, 553, "5.7.1", refused, server(username=username))
    assert found.cause == "sender-not-allowed"
    assert found.fix == fix


def test_a_server_that_wants_starttls_gets_it_on_the_port_for_it() -> None:
    text = "Must issue a STARTTLS command first"
    assert replied(S, 530, "5.7.0", text, server(port=25, tls_mode=TLSMode.NONE)).fix == {
        "tls_mode": "starttls",
        "port": 587,
    }
    other = server(port=2587, tls_mode=TLSMode.NONE)
    assert replied(S, 530, "5.7.0", text, other).fix == {"tls_mode": "starttls"}


@pytest.mark.parametrize(
    ("stage", "code", "text"),
    [
        (S, 530, "Authentication required"),
        (R, 554, "<bob@example.com>: Relay access denied"),
        (R, 550, "Invalid recipient: <bob@remote.example>"),
    ],
)
def test_a_stranger_is_told_to_sign_in(stage: str, code: int, text: str) -> None:
    assert replied(stage, code, None, text, server(username=None)).fix == {"anonymous": False}
    assert replied(stage, code, None, text, server()).fix == {}


def test_the_host_tells_the_provider_before_the_choice_in_the_form_does() -> None:
    tried = server(provider="gmail", host="email-smtp.eu-west-1.amazonaws.com")
    assert "SES" in replied(A, 535, None, "no", tried).meaning


def test_a_tell_tale_tells_the_provider_behind_any_host() -> None:
    assert "Google" in replied(A, 535, "5.7.8", "not accepted x1 - gsmtp").meaning
    failure = Failure(stage=Stage.AUTHENTICATION, cause="reply", reply=Reply(code=535, text="no"))
    greeting = "220 email-smtp.amazonaws.com ESMTP SimpleEmailService"
    assert "SES" in failed(failure, greeting=greeting).meaning


def test_gmail_is_told_how_to_make_an_app_password() -> None:
    found = replied(
        A, 534, "5.7.9", "Application-specific password required", server(provider="gmail")
    )
    assert found.link == APP_PASSWORDS
    assert "App Password" in " ".join(found.advice)
    assert "“Change password”" in " ".join(found.advice)


def test_a_reply_that_no_entry_fits_gets_the_general_meaning_and_says_so() -> None:
    found = replied(M, 554, "5.5.0", "Requested mail action aborted")
    assert found.cause == "reply"
    assert "reply code 554" in found.meaning
    assert "status 5.5.0" in found.meaning
    assert "general meaning" in found.meaning
    assert not found.temporary
    again = replied(M, 451, None, "Perhaps")
    assert again.temporary
    assert "15 minutes" in again.advice[0]


def test_a_cause_that_no_entry_has_is_told_with_its_stage() -> None:
    found = failed(Failure(stage=Stage.LOOKUP, cause="never-heard-of"))
    assert found.cause == "never-heard-of"
    assert "“Address lookup”" in found.meaning


def test_no_answer_to_the_message_is_not_called_a_lost_connection() -> None:
    """Silence, nonsense and the bot's own stop end so as well."""
    found = failed(Failure(stage=Stage.ACCEPTED, cause="reply-lost"))
    assert "no clear answer" in found.meaning
    assert "may have accepted" in found.meaning
    assert "lost" not in found.meaning


def test_acceptance_is_not_called_arrival() -> None:
    found = failed(None)
    assert "accepted" in found.meaning
    assert "inbox" in found.advice[0]


def test_a_test_without_a_message_says_that_it_proves_little() -> None:
    transcript = Transcript(outcome=Outcome.ACCEPTED, host="h", port=587, steps=(), sent=False)
    found = diagnose(transcript, server(), sender="a@example.com")
    assert "No message was sent" in found.meaning


def test_a_workspace_without_settings_is_told_what_to_do() -> None:
    transcript = Transcript(
        outcome=Outcome.REFUSED,
        host="",
        port=0,
        steps=(),
        failure=Failure(stage=Stage.SETTINGS, cause="not-configured"),
    )
    assert "/mailsettings" in diagnose(transcript, None, sender="").advice[0]


@given(
    st.sampled_from(Stage),
    st.just("reply") | st.sampled_from(NAMED) | st.text(),
    st.none()
    | st.builds(Reply, code=st.integers(), enhanced=st.none() | st.text(), text=st.text()),
    st.text(),
    st.sampled_from(TLSMode),
    st.none() | st.text(),
)
def test_whatever_happened_is_explained(
    stage: Stage, cause: str, reply: Reply | None, text: str, mode: TLSMode, username: str | None
) -> None:
    found = diagnose(
        Transcript(
            outcome=Outcome.FAILED,
            host=text,
            port=587,
            steps=(),
            failure=Failure(stage=stage, cause=cause, reply=reply, text=text),
            greeting=text,
        ),
        server(host=text, tls_mode=mode, username=username),
        sender=text,
    )
    assert found.meaning
    assert found.advice
    assert all(found.advice)
    assert "correct horse" not in repr(found)


@given(st.text(alphabet="starlfeci 0().,:<>-'x", max_size=20_000))
def test_a_long_reply_is_looked_at_quickly_and_none_of_it_is_repeated(text: str) -> None:
    marked = f"zqzq {text}"
    assert "zqzq" not in repr(replied(R, 550, None, marked))
