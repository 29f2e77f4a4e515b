import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.commands.network import network_of
from bot.config import Config, read
from bot.sending import Service, Trial, explain, new_code, run_test, service_of
from bot.smtp.settings import Configuration, MailServer, MailSettings, Password, TLSMode
from bot.smtp.ssl_keys import SSLKey, SSLKeyKind
from bot.smtp.transcript import Failure, Outcome, Stage, Step

AT = datetime(2026, 5, 3, 12, tzinfo=UTC)
ENVIRON = {"HOME": "/home/ana"}
SERVICE = {
    "MAILSETTINGS_DEFAULT_SMTP_URL": "smtps://ana:s3cret@smtp.example.com",
    "MAILSETTINGS_DEFAULT_FROM": "operator@example.com",
}
TRIAL = Trial(
    recipient="bob@example.com",
    send=True,
    code="4821",
    workspace="Acme",
    asked_by="Ana",
    channel="general",
    at=AT,
)


def custom(**changes: object) -> MailSettings:
    settings = MailSettings(host="mail.example.com", username="u", from_address="t@example.com")
    given = Password(value="s3cret", destination=settings.destination, set_by="U1", set_at=AT)
    return replace(settings, password=given, **changes)


def config(**environ: str) -> Config:
    return read(ENVIRON | environ, for_slack=False)


def test_a_code_has_four_digits() -> None:
    assert all(re.fullmatch(r"[0-9]{4}", new_code()) for _ in range(200))


def test_custom_settings_mean_their_own_server() -> None:
    service = service_of(custom(helo_name="bot.example.com"), config(**SERVICE), key=None)
    assert service == Service(
        server=MailServer(
            host="mail.example.com",
            port=587,
            tls_mode=TLSMode.STARTTLS,
            username="u",
            password="s3cret",
            helo_name="bot.example.com",
        ),
        from_address="t@example.com",
        own=True,
    )


def test_anonymous_settings_carry_neither_name_nor_password() -> None:
    service = service_of(custom(anonymous=True), config(), key=None)
    assert isinstance(service, Service)
    assert service.server.username is service.server.password is None


KEY = SSLKey(kind=SSLKeyKind.TRUSTED, name="Theirs", certificates=b"", host="mail.example.com")


def test_the_ssl_key_of_the_settings_goes_with_them() -> None:
    settings = custom(anonymous=True, ssl_key="00ff")
    service = service_of(settings, config(), key=KEY)
    assert isinstance(service, Service)
    assert service.server.ssl_key is KEY


@pytest.mark.parametrize(
    "changes",
    [
        {"ssl_key": ""},
        {"ssl_key": "00ff", "tls_mode": TLSMode.NONE},
        {"ssl_key": "00ff", "configuration": Configuration.DEFAULT},
    ],
)
def test_where_an_ssl_key_does_not_apply_none_goes_with_them(changes: dict[str, object]) -> None:
    service = service_of(custom(anonymous=True, **changes), config(**SERVICE), key=KEY)
    assert isinstance(service, Service)
    assert service.server.ssl_key is None


@pytest.mark.parametrize("key", [None, replace(KEY, host="other.example.com")])
def test_without_the_right_ssl_key_there_is_no_service(key: SSLKey | None) -> None:
    found = service_of(custom(anonymous=True, ssl_key="00ff"), config(), key=key)
    assert isinstance(found, Failure)
    assert (found.stage, found.cause) == (Stage.SETTINGS, "ssl-key-missing")


@pytest.mark.parametrize("settings", [None, MailSettings(configuration=Configuration.DEFAULT)])
def test_default_and_nothing_saved_mean_the_operators_server(
    settings: MailSettings | None,
) -> None:
    service = service_of(settings, config(**SERVICE), key=None)
    assert isinstance(service, Service)
    assert (service.server.host, service.from_address) == (
        "smtp.example.com",
        "operator@example.com",
    )


@pytest.mark.parametrize(
    "settings",
    [
        None,
        MailSettings(configuration=Configuration.DEFAULT),
        custom(host="other.example.com"),
        MailSettings(host="mail.example.com", username="u"),
    ],
)
async def test_where_there_is_no_service_the_test_is_refused_with_a_reason(
    settings: MailSettings | None,
) -> None:
    seen: list[Step] = []
    service = service_of(settings, config(), key=None)
    assert isinstance(service, Failure)
    transcript = await run_test(
        service,
        settings or MailSettings(),
        TRIAL,
        network=network_of(config()),
        watch=seen.append,
        before_final_dot=never,
    )
    assert (transcript.outcome, transcript.failure) == (Outcome.REFUSED, service)
    diagnosis = explain(transcript, service)
    assert diagnosis
    assert diagnosis.meaning
    assert diagnosis.advice


async def test_a_message_that_would_grow_a_header_is_not_sent() -> None:
    settings = custom(sender_name="=?utf-8?q?x=0ABcc=3A_a=40b=2Ec?=")
    service = service_of(settings, config(), key=None)
    transcript = await run_test(
        service,
        settings,
        TRIAL,
        network=network_of(config()),
        watch=lambda _step: None,
        before_final_dot=never,
    )
    assert transcript.outcome is Outcome.REFUSED
    assert transcript.failure
    assert (transcript.failure.stage, transcript.failure.cause) == (
        Stage.SETTINGS,
        "unsafe-message",
    )
    assert explain(transcript, service)


async def never() -> None:
    raise AssertionError("nothing may be sent")
