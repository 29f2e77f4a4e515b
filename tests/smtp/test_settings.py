"""bot/smtp/settings.py."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.settings import (
    LABELS,
    Configuration,
    Destination,
    InvalidSettings,
    MailServer,
    MailSettings,
    Password,
    TestPolicy,
    TLSMode,
    changed_fields,
    dump,
    load,
)

SECRET = "correct horse battery"

text = st.text(st.characters(codec="utf-8"), max_size=30)
destinations = st.builds(
    Destination,
    host=text,
    port=st.integers(1, 65535),
    tls_mode=st.sampled_from(TLSMode),
    username=text,
    ssl_key=text,
)
passwords = st.builds(
    Password,
    value=text,
    destination=destinations,
    set_by=text,
    set_at=st.datetimes(timezones=st.just(UTC)),
)
all_settings = st.builds(
    MailSettings,
    notifications=st.booleans(),
    configuration=st.sampled_from(Configuration),
    provider=text,
    host=text,
    port=st.integers(1, 65535),
    tls_mode=st.sampled_from(TLSMode),
    anonymous=st.booleans(),
    username=text,
    password=st.none() | passwords,
    ssl_key=text,
    from_address=text,
    sender_name=text,
    reply_to=text,
    helo_name=text,
    test_policy=st.sampled_from(TestPolicy),
)


def settings_with_password(**values: str) -> MailSettings:
    settings = MailSettings(host="smtp.example.com", username="bob", **values)
    return replace(
        settings,
        password=Password(
            value=SECRET,
            destination=settings.destination,
            set_by="U1",
            set_at=datetime(2026, 11, 23, tzinfo=UTC),
        ),
    )


@given(all_settings)
def test_what_is_written_down_is_read_back(settings: MailSettings) -> None:
    assert load(dump(settings)) == settings


def test_version_one_is_read_for_ever() -> None:
    document = (
        '{"anonymous":false,"configuration":"custom","from_address":"team@example.com",'
        '"helo_name":"","host":"smtp.example.com","notifications":true,"password":{"destination":'
        '{"host":"smtp.example.com","port":587,"tls_mode":"starttls","username":"bob"},'
        '"set_at":"2026-11-23T00:00:00+00:00","set_by":"U1","value":"correct horse battery"},'
        '"port":587,"provider":"other","reply_to":"","schema":1,"sender_name":"Büro",'
        '"test_policy":"own-address","tls_mode":"starttls","username":"bob"}'
    ).encode()
    settings = replace(
        settings_with_password(), from_address="team@example.com", sender_name="Büro"
    )
    assert load(document) == settings


def test_version_two_is_read_for_ever() -> None:
    document = (
        '{"anonymous":false,"configuration":"custom","from_address":"team@example.com",'
        '"helo_name":"","host":"smtp.example.com","notifications":true,"password":{"destination":'
        '{"host":"smtp.example.com","port":587,"ssl_key":"00ff","tls_mode":"starttls",'
        '"username":"bob"},"set_at":"2026-11-23T00:00:00+00:00","set_by":"U1",'
        '"value":"correct horse battery"},"port":587,"provider":"other","reply_to":"","schema":2,'
        '"sender_name":"Büro","ssl_key":"00ff","test_policy":"own-address","tls_mode":"starttls",'
        '"username":"bob"}'
    ).encode()
    settings = settings_with_password(
        ssl_key="00ff", from_address="team@example.com", sender_name="Büro"
    )
    assert load(document) == settings
    assert dump(settings) == document


def test_a_time_is_written_in_utc() -> None:
    settings = settings_with_password()
    assert settings.password is not None
    elsewhere = settings.password.set_at.astimezone(timezone(timedelta(hours=5)))
    moved = replace(settings, password=replace(settings.password, set_at=elsewhere))
    assert dump(moved) == dump(settings)


def test_settings_of_a_newer_program_are_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="newer"):
        load(dump(MailSettings()).replace(b'"schema":2', b'"schema":3'))


@pytest.mark.parametrize(
    "change",
    [
        {"host": "smtp.example.net"},
        {"port": 465},
        {"tls_mode": TLSMode.NONE},
        {"username": "eve"},
        {"ssl_key": "00ff"},
    ],
)
def test_a_password_serves_only_the_destination_that_it_was_given_for(
    change: dict[str, str | int],
) -> None:
    settings = settings_with_password()
    assert settings.usable_password == SECRET
    moved = replace(settings, **change)
    assert moved.usable_password is None
    assert replace(moved, **{name: getattr(settings, name) for name in change}) == settings


def test_no_password_is_none_to_use() -> None:
    assert MailSettings().usable_password is None


def test_no_repr_holds_a_password() -> None:
    server = MailServer(
        host="smtp.example.com", port=587, tls_mode=TLSMode.STARTTLS, password=SECRET
    )
    assert SECRET not in repr(settings_with_password())
    assert SECRET not in repr(server)


def test_changed_fields_are_named_in_the_order_of_the_form() -> None:
    before = settings_with_password()
    after = replace(before, test_policy=TestPolicy.ADMINS, password=None, host="smtp.example.net")
    assert changed_fields(before, after) == ("host", "password", "test_policy")
    assert changed_fields(before, before) == ()


def test_complaints_name_their_fields_and_show_no_value() -> None:
    problem = InvalidSettings({"host": "Type a name.", "port": "Type a number."})
    assert problem.errors == {"host": "Type a name.", "port": "Type a number."}
    assert str(problem) == "host, port"


def test_each_mode_has_its_port_and_its_name() -> None:
    assert [(each.port, each.label) for each in TLSMode] == [
        (25, "SMTP (no encryption)"),
        (465, "SMTPS (TLS from the start)"),
        (587, "SMTP with STARTTLS"),
    ]
    assert [each.label for each in TestPolicy] == [
        "Admins only",
        "Members, to their own address",
        "Members, to any address",
    ]


def test_each_field_has_a_label() -> None:
    assert set(LABELS) - {"test_address"} == set(MailSettings.__dataclass_fields__)
