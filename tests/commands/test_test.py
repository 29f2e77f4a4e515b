import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
import trustme

from bot.smtp.settings import Configuration, MailSettings, TLSMode
from bot.smtp.ssl_key_files import read_key_file

MakeSettings = Callable[..., MailSettings]
StartMail = Callable[[TLSMode], Any]

KEYS = {
    "outcome",
    "stage",
    "cause",
    "meaning",
    "advice",
    "fix",
    "reply",
    "stages",
    "tls",
    "queue_id",
    "message_id",
}


@pytest.fixture
def anonymous(start_mail: StartMail, shell: Any, make_settings: MakeSettings) -> Any:
    mail = start_mail(TLSMode.NONE)
    shell.save(
        make_settings(
            "", host=mail.host, port=mail.port, tls_mode=TLSMode.NONE, anonymous=True, username=""
        )
    )
    return mail


def test_an_accepted_message_is_shown_stage_by_stage(anonymous: Any, shell: Any) -> None:
    found = shell("test", "bob@example.com")
    assert (found.status, found.err) == (os.EX_OK, "")
    names = re.findall(r"^ok {6}(.+?) {2,}", found.out, re.MULTILINE)
    assert names[0] in {"Settings", "Address lookup"}
    assert names[-1] == "Acceptance"
    assert f"Accepted: 127.0.0.1:{anonymous.port} accepted the message for bob@example.com" in (
        found.out
    )
    assert "as 4F1234567" in found.out
    message = message_from_bytes(anonymous.messages[0].content, policy=default)
    code = re.search(r"Look for the code (\d{4})", found.out)
    assert code
    assert message["Subject"] == f"Test message from T1: code {code[1]}"
    assert message["To"] == "bob@example.com"
    assert "operator" in message.get_body(("plain",)).get_content()


def test_for_a_program_the_answer_is_one_object(anonymous: Any, shell: Any) -> None:
    found = shell("test", "bob@example.com", "--json")
    assert found.status == os.EX_OK
    assert found.json.keys() == KEYS
    assert found.json["outcome"] == "accepted"
    assert found.json["stage"] == "accepted"
    assert found.json["cause"] is found.json["fix"] is None
    assert found.json["queue_id"] == "4F1234567"
    assert found.json["reply"]["code"] == 250
    assert found.json["stages"][-1].keys() == {"stage", "milliseconds", "line"}
    assert found.json["stages"][-1]["stage"] == "accepted"
    message = message_from_bytes(anonymous.messages[0].content, policy=default)
    assert found.json["message_id"] == message["Message-ID"]


def test_how_it_ended_is_written_down_without_the_address(anonymous: Any, shell: Any) -> None:
    anonymous.refusal = "550 5.1.1 No such user"
    shell("test", "bob@example.com")
    found = shell("audit", "show", "--json")
    (entry,) = found.json
    assert (entry["actor"], entry["action"]) == ("operator", "test.ended")
    assert entry["detail"]["outcome"] == "failed"
    assert (entry["detail"]["stage"], entry["detail"]["revision"]) == ("recipient", 1)
    assert "bob@example.com" not in found.out


class TestACertificateThatEndsSoon:
    @pytest.fixture
    def certificate_ends(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=9, hours=1)

    def test_is_warned_of_with_whom_to_tell(
        self, start_mail: StartMail, shell: Any, make_settings: MakeSettings
    ) -> None:
        mail = start_mail(TLSMode.IMPLICIT)
        shell.save(
            make_settings("s3cret", host=mail.host, port=mail.port, tls_mode=TLSMode.IMPLICIT)
        )
        found = shell("test", "bob@example.com")
        assert found.status == os.EX_OK
        assert "The certificate ends soon. Tell whoever runs 127.0.0.1: " in found.out
        assert "in 9 days. After that no mail leaves." in found.out
        assert "ends soon" not in shell("test", "bob@example.com", "--json").out


def test_without_sending_no_mail_goes(anonymous: Any, shell: Any) -> None:
    found = shell("test", "--no-send", "bob@example.com")
    assert found.status == os.EX_OK
    assert "None was sent." in found.out
    assert anonymous.messages == []


@pytest.mark.parametrize("mode", [TLSMode.STARTTLS, TLSMode.IMPLICIT])
def test_with_tls_the_certificate_is_shown(
    start_mail: StartMail, shell: Any, make_settings: MakeSettings, mode: TLSMode
) -> None:
    mail = start_mail(mode)
    shell.save(make_settings(host=mail.host, port=mail.port, tls_mode=mode))
    found = shell("test", "bob@example.com", "--json")
    assert found.status == os.EX_OK, found
    assert found.json["tls"].keys() == {"version", "cipher", "verified", "certificates"}
    leaf = found.json["tls"]["certificates"][0]
    assert datetime.fromisoformat(leaf["not_after"]) > datetime.now(UTC)
    assert "certificate valid until" in shell("test", "bob@example.com").out
    assert "s3cret" not in found.out + found.err


def test_the_ssl_key_of_the_settings_is_used(
    start_mail: StartMail, shell: Any, make_settings: MakeSettings
) -> None:
    mail = start_mail(TLSMode.STARTTLS)
    another = read_key_file(trustme.CA().cert_pem.bytes(), passphrase="", name="Another")
    shell.keep_key("00ff", another)
    shell.save(make_settings(host=mail.host, port=mail.port, ssl_key="00ff"))
    found = shell("test", "bob@example.com", "--json")
    assert (found.json["stage"], found.json["cause"]) == ("tls", "cert-unknown-ca-or-chain")
    assert "with a trusted certificate" in found.json["stages"][0]["line"]
    shell.save(make_settings(host=mail.host, port=mail.port, ssl_key="11ff"), revision=1)
    found = shell("test", "bob@example.com", "--json")
    assert found.status == os.EX_CONFIG
    assert (found.json["outcome"], found.json["cause"]) == ("refused", "ssl-key-missing")
    assert mail.messages == []


def test_a_wrong_password_is_explained_and_shown_nowhere(
    start_mail: StartMail, shell: Any, make_settings: MakeSettings
) -> None:
    mail = start_mail(TLSMode.STARTTLS)
    shell.save(make_settings("wrong-hunter22", host=mail.host, port=mail.port))
    found = shell("test", "bob@example.com")
    assert found.status == os.EX_UNAVAILABLE
    assert re.search(r"^failed  Authentication", found.out, re.MULTILINE)
    for words in ("Failed:", "The server's own words: 535 5.7.8", "What it means:", "What to do:"):
        assert words in found.out
    answer = shell("test", "bob@example.com", "--json")
    assert answer.json["outcome"] == "failed"
    assert (answer.json["stage"], answer.json["cause"]) == ("authentication", "bad-credentials")
    assert answer.json["reply"]["enhanced"] == "5.7.8"
    assert answer.json["advice"]
    assert "hunter22" not in found.out + found.err + answer.out + answer.err


def test_a_page_of_the_provider_is_named(
    start_mail: StartMail, shell: Any, make_settings: MakeSettings
) -> None:
    mail = start_mail(TLSMode.STARTTLS)
    shell.save(make_settings("wrong", host=mail.host, port=mail.port, provider="gmail"))
    assert "  See https://" in shell("test", "bob@example.com").out


def test_where_waiting_helps_the_status_says_so(anonymous: Any, shell: Any) -> None:
    anonymous.refusal = "450 4.2.0 Greylisted, try again in 5 minutes"
    assert shell("test", "bob@example.com").status == os.EX_TEMPFAIL


def test_what_a_server_says_cannot_drive_the_terminal(anonymous: Any, shell: Any) -> None:
    anonymous.refusal = "550 5.1.1 No\x1b[2J such\x07 user"
    found = shell("test", "bob@example.com")
    assert found.status == os.EX_UNAVAILABLE
    assert "such" in found.out
    assert not {"\x1b", "\x07"} & set(found.out)


def test_a_change_that_would_cure_it_is_named_as_the_form_names_it(
    start_mail: StartMail, shell: Any, make_settings: MakeSettings
) -> None:
    mail = start_mail(TLSMode.STARTTLS)
    shell.save(make_settings(host=mail.host, port=mail.port, tls_mode=TLSMode.IMPLICIT))
    found = shell("test", "bob@example.com")
    assert found.status == os.EX_UNAVAILABLE
    assert "set “Mail protocol” to SMTP with STARTTLS" in found.out
    answer = shell("test", "bob@example.com", "--json")
    assert answer.json["fix"]["tls_mode"] == "starttls"


def test_the_address_policy_forbids_a_test(anonymous: Any, shell: Any) -> None:
    shell.environ["MAILSETTINGS_ALLOWED_HOSTS"] = ""
    found = shell("test", "bob@example.com")
    assert found.status == os.EX_CONFIG
    assert "No test was possible." in found.out
    assert anonymous.messages == []


def test_nothing_configured_is_an_answer_too(shell: Any) -> None:
    shell.vault().close()
    found = shell("test", "bob@example.com", "--json")
    assert found.status == os.EX_CONFIG
    assert found.json.keys() == KEYS
    assert (found.json["outcome"], found.json["stage"]) == ("refused", "settings")
    assert found.json["meaning"]


def refused(found: Any) -> tuple[str, str, str]:
    """Return outcome, stage and cause of the one object that a refused test answers with."""
    assert found.json.keys() == KEYS
    assert found.json["meaning"]
    assert all(found.json["advice"])
    assert found.json["advice"]
    assert found.err
    return found.json["outcome"], found.json["stage"], found.json["cause"]


def test_for_a_program_a_wrong_address_is_an_answer_too(shell: Any) -> None:
    shell.environ["MAILSETTINGS_ADMIN"] = "a fault that is found later"
    found = shell("test", "bob", "--json")
    assert found.status == os.EX_USAGE
    assert refused(found) == ("refused", "settings", "recipient-syntax")
    assert not shell.data.exists()


def test_for_a_program_a_missing_database_is_an_answer_too(shell: Any) -> None:
    found = shell("test", "bob@example.com", "--json")
    assert found.status == os.EX_CONFIG
    assert refused(found) == ("refused", "settings", "not-configured")
    assert found.json["meaning"].startswith("There is no database at ")
    assert "`mailsettings run`" in found.json["advice"][0]
    assert not shell.data.exists()


def test_for_a_program_a_faulty_environment_is_an_answer_too(shell: Any) -> None:
    shell.environ |= {"MAILSETTINGS_ADMIN": "U1", "LOG_LEVEL": "loud"}
    found = shell("test", "bob@example.com", "--json")
    assert found.status == os.EX_CONFIG
    assert refused(found) == ("refused", "settings", "not-configured")
    assert len(found.json["advice"]) == 2
    assert "MAILSETTINGS_ADMINS" in "".join(found.json["advice"])


def test_for_a_program_a_workspace_that_must_be_named_is_an_answer_too(
    shell: Any, make_settings: MakeSettings
) -> None:
    for workspace in ("T1", "T2"):
        shell.save(make_settings(), workspace=workspace)
    found = shell("test", "bob@example.com", "--json")
    assert found.status == os.EX_CONFIG
    assert refused(found) == ("refused", "settings", "not-configured")
    assert "--workspace" in found.json["advice"][0]


def test_for_a_program_a_damaged_database_is_an_answer_too(shell: Any) -> None:
    shell.vault().close()
    (shell.data / "mailsettings.db").write_bytes(b"no database" * 1000)
    found = shell("test", "bob@example.com", "--json")
    assert found.status == os.EX_UNAVAILABLE
    assert refused(found) == ("refused", "settings", "storage-unavailable")


def test_default_uses_the_operators_mail_service(
    start_mail: StartMail, shell: Any, make_settings: MakeSettings
) -> None:
    mail = start_mail(TLSMode.STARTTLS)
    shell.environ |= {
        "MAILSETTINGS_DEFAULT_SMTP_URL": f"smtp+starttls://ana:s3cret@127.0.0.1:{mail.port}",
        "MAILSETTINGS_DEFAULT_FROM": "operator@example.com",
    }
    shell.save(make_settings(configuration=Configuration.DEFAULT))
    assert shell("test", "bob@example.com").status == os.EX_OK
    assert mail.messages[0].mail_from == "operator@example.com"


@pytest.mark.parametrize("address", ["bob", "a@b.example c@d.example", "a@b.example\r\nX: y"])
def test_anything_but_one_address_is_wrong_usage(anonymous: Any, shell: Any, address: str) -> None:
    found = shell("test", address)
    assert found.status == os.EX_USAGE
    assert found.out == ""
    assert anonymous.messages == []


def test_a_connection_lost_after_the_message_is_neither_success_nor_failure(
    start_mail: StartMail, shell: Any, make_settings: MakeSettings
) -> None:
    mail = start_mail(TLSMode.NONE)

    async def vanish(server: Any, _session: Any, _envelope: Any) -> str:
        server.transport.abort()
        return "250 never seen"

    mail.handle_DATA = vanish
    shell.save(
        make_settings(
            "", host=mail.host, port=mail.port, tls_mode=TLSMode.NONE, anonymous=True, username=""
        )
    )
    found = shell("test", "bob@example.com")
    assert found.status == os.EX_UNAVAILABLE
    assert "Unknown:" in found.out
    assert "before you test again" in found.out
