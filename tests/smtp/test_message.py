"""The test message, and who tries to make another one of it."""

import email
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.policy import compat32

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.smtp.message import TestMessage, UnsafeMessage, _check

PLAIN = TestMessage(
    workspace="Example",
    code="4821",
    asked_by="Ana",
    channel="#mail",
    server="smtp.example.com:587",
    from_address="team@example.com",
    sender_name="Grüße, “Team”",
    reply_to="desk@example.com",
    to="bob@example.org",
    date=datetime(2026, 11, 23, 12, 30, tzinfo=UTC),
)
NAMES = [
    *["From", "Reply-To", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"],
    *["MIME-Version", "Content-Type"],
]


def test_the_message_says_who_asked_where_and_what_to_do() -> None:
    built = PLAIN.build()
    found = email.message_from_bytes(built.content, policy=policy.default)
    assert found["Subject"] == "Test message from Example: code 4821"
    assert found["From"] == '"Grüße, “Team”" <team@example.com>'
    assert found["Reply-To"] == "desk@example.com"
    assert found["To"] == "bob@example.org"
    assert found["Date"] == "Mon, 23 Nov 2026 12:30:00 +0000"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Message-ID"] == built.message_id
    assert built.message_id.endswith("@example.com>")
    assert found.get_content_type() == "multipart/alternative"
    text, html = found.iter_parts()
    for part in (text.get_content(), html.get_content()):
        for said in ("Ana", "#mail", "Example", "smtp.example.com:587", "4821", "so mail arrives"):
            assert said in part
    assert not built.smtputf8
    assert built.content.isascii()


@pytest.mark.parametrize(
    ("in_slack", "said", "unsaid"),
    [
        (True, "or type /mailtest confirm 4821", "stands where you asked"),
        (False, "the same code stands where you asked", "It arrived"),
    ],
)
def test_the_reader_is_told_what_to_do_with_the_code(
    in_slack: bool, said: str, unsaid: str
) -> None:
    found = email.message_from_bytes(
        replace(PLAIN, in_slack=in_slack).build().content, policy=policy.default
    )
    text = found.get_body(("plain",)).get_content().replace("\n", " ")
    assert said in text
    assert unsaid not in text


def test_two_messages_have_two_ids() -> None:
    assert PLAIN.build().message_id != PLAIN.build().message_id


def test_without_a_channel_and_a_reply_address_none_is_named() -> None:
    found = email.message_from_bytes(
        replace(PLAIN, channel=None, reply_to="", sender_name="").build().content,
        policy=policy.default,
    )
    assert found.keys() == [each for each in NAMES if each != "Reply-To"]
    assert found["From"] == "team@example.com"
    assert "channel" not in str(found.get_body(("plain",)))


def test_names_are_no_html() -> None:
    built = replace(PLAIN, asked_by="<b>&", workspace="<script>").build()
    found = email.message_from_bytes(built.content, policy=policy.default)
    html = found.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()
    assert "&lt;b&gt;&amp;" in html.get_content()


def test_a_long_name_is_cut() -> None:
    built = replace(PLAIN, workspace="W" * 500).build()
    assert b"W" * 80 not in built.content


@pytest.mark.parametrize("field", ["from_address", "reply_to", "to"])
def test_an_international_address_makes_an_international_message(field: str) -> None:
    built = replace(PLAIN, **{field: "jürgen@example.com"}).build()
    assert built.smtputf8
    assert "jürgen@example.com".encode() in built.content


@pytest.mark.parametrize("field", ["workspace", "code", "asked_by", "channel", "server"])
@given(name=st.text(max_size=120))
@example(name="x\r\nBcc: victim@example.com\r\n\r\nbody")
@example(name="=?utf-8?q?x=0D=0ABcc=3A_victim=40example=2Ecom?=")
@example(name="===?utf-8?q?=0ABcc=3A_x?=?=")
@example(name="a\u2028Bcc: victim@example.com\x00\x85")
def test_no_name_makes_another_header(field: str, name: str) -> None:
    built = replace(PLAIN, **{field: name}).build()
    assert email.message_from_bytes(built.content, policy=compat32).keys() == NAMES
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", built.content)
    assert built.content.endswith(b"\r\n")


@given(name=st.text(max_size=100))
@example(name='"; <x@example.com>, y@example.com')
def test_a_sender_name_is_in_the_header_or_refused(name: str) -> None:
    try:
        built = replace(PLAIN, sender_name=name).build()
    except UnsafeMessage:
        return
    found = email.message_from_bytes(built.content, policy=policy.default)
    assert [each.addr_spec for each in found["From"].addresses] == ["team@example.com"]


@pytest.mark.parametrize(
    "name", ["a\r\nBcc: x@example.com", "=?utf-8?q?=0ABcc=3A_x?=", "a\u2029b", "a\0b", "a\x85b"]
)
def test_a_sender_name_that_could_be_a_header_is_refused(name: str) -> None:
    with pytest.raises(UnsafeMessage):
        replace(PLAIN, sender_name=name).build()


@pytest.mark.parametrize("address", ["a b@example.com", "a@b.com\r\nBcc: x@y.com", "a,b@x.com"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(UnsafeMessage):
        replace(PLAIN, to=address).build()


@pytest.mark.parametrize(
    "content",
    [
        b"From: a\r\nBcc: b\r\n\r\n",
        b"From: a\r\n\r\nbare\nline\r\n",
        b"From: a\r\n\r\nbare\rline\r\n",
        b"From: a\r\n\r\nno end",
        b"From: a\r\n\r\n" + b"x" * 999 + b"\r\n",
        b"From: a\r\n\r\nn\0l\r\n",
        "From: a\r\n\r\nü\r\n".encode(),
    ],
)
def test_a_message_that_is_not_just_ours_is_never_returned(content: bytes) -> None:
    with pytest.raises(UnsafeMessage):
        _check(content, names=["From"], smtputf8=False)


def test_the_body_is_not_in_its_repr() -> None:
    assert "4821" not in repr(PLAIN.build())
