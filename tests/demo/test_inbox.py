from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.inbox import Inbox


class Bell:
    def __init__(self) -> None:
        self.rung = 0

    def __call__(self) -> None:
        self.rung += 1


def arrived(content: bytes) -> dict[str, Any]:
    inbox = Inbox(tell=Bell())
    inbox.take(content, server="s.example", sender="a@b.example", recipients=["c@d.example"])
    return inbox.as_json()[0]


def test_a_mail_is_shown_in_all_its_parts() -> None:
    message = EmailMessage()
    message["Subject"] = "Test message from Acmé: code 0821"
    message["From"] = "Acme Team <team@acme.example>"
    message["To"] = "bob@example.com"
    message.set_content("Grüße")
    message.add_alternative("<p>Grüße</p>", subtype="html")
    mail = arrived(message.as_bytes())
    assert mail["subject"] == "Test message from Acmé: code 0821"
    assert (mail["code"], mail["server"]) == ("0821", "s.example")
    assert (mail["from"], mail["to"]) == ("Acme Team <team@acme.example>", "bob@example.com")
    assert mail["text"].strip() == "Grüße"
    assert mail["html"].strip() == "<p>Grüße</p>"
    assert ["From", "Acme Team <team@acme.example>"] in mail["headers"]
    assert "Content-Type: text/plain" in mail["source"]


def test_the_first_of_two_headers_counts_and_both_are_shown() -> None:
    mail = arrived(b"Subject: one\r\nSubject: two\r\n\r\n")
    assert mail["subject"] == "one"
    assert mail["headers"] == [["Subject", "one"], ["Subject", "two"]]


def test_a_mail_without_headers_shows_its_envelope() -> None:
    mail = arrived(b"\r\nhello")
    assert (mail["from"], mail["to"]) == ("a@b.example", "c@d.example")
    assert (mail["subject"], mail["code"], mail["html"]) == ("", "", "")
    assert mail["text"] == "hello"


@pytest.mark.parametrize("charset", ["none-of-this-name", "us-ascii"])
def test_a_text_in_no_known_charset_is_shown_as_well_as_it_goes(charset: str) -> None:
    mail = arrived(f"Content-Type: text/plain; charset={charset}\r\n\r\nGrüße".encode())
    assert mail["text"].startswith("Gr")


@given(content=st.binary(max_size=400))
def test_whatever_comes_is_shown(content: bytes) -> None:
    mail = arrived(content)
    assert mail["id"] == "mail-1"
    for each in ("text", "html", "source", "subject"):
        mail[each].encode()


def test_the_newest_is_first_and_the_oldest_go() -> None:
    bell = Bell()
    inbox = Inbox(tell=bell)
    for number in range(55):
        inbox.take(f"Subject: {number}\r\n\r\n".encode(), server="", sender="", recipients=[])
    mails = inbox.as_json()
    assert (mails[0]["subject"], mails[-1]["subject"], len(mails)) == ("54", "5", 50)
    assert (inbox.arrived, bell.rung) == (55, 55)
