"""What is said to log in."""

import base64

import pytest

from bot.smtp.authentication import (
    PREFERENCE,
    MalformedChallenge,
    exchange_for,
    offered_mechanisms,
)


def test_mechanisms_are_read_in_both_spellings_and_any_case() -> None:
    offered = ("SIZE 10", "auth plain Login", "AUTH=LOGIN CRAM-MD5", "AUTHX FOO", "")
    assert offered_mechanisms(offered) == ("PLAIN", "LOGIN", "CRAM-MD5")


def test_plain_has_an_initial_response_while_the_line_is_short() -> None:
    exchange = exchange_for("PLAIN", username="grüße", password="pä")
    assert exchange.command.startswith("AUTH PLAIN ")
    assert base64.b64decode(exchange.command.split()[2]) == "\0grüße\0pä".encode()
    assert exchange.answers == ()


@pytest.mark.parametrize(("octets", "answers"), [(372, 0), (373, 1)])
def test_a_line_has_512_octets_at_most(octets: int, answers: int) -> None:
    exchange = exchange_for("PLAIN", username="u", password="x" * (octets - 3))
    assert len(exchange.answers) == answers
    assert len(exchange.command) + 2 <= 512
    if answers:
        assert exchange.command == "AUTH PLAIN"
        assert base64.b64decode(exchange.answers[0](b"")) == b"\0u\0" + b"x" * (octets - 3)


def test_login_answers_by_order() -> None:
    exchange = exchange_for("LOGIN", username="ana", password="pä")
    said = [base64.b64decode(each(b"whatever")) for each in exchange.answers]
    assert (exchange.command, said) == ("AUTH LOGIN", [b"ana", "pä".encode()])


def test_cram_md5_is_that_of_rfc_2195() -> None:
    exchange = exchange_for("CRAM-MD5", username="tim", password="tanstaaftanstaaf")
    challenge = base64.b64encode(b"<1896.697170952@postoffice.reston.mci.net>")
    answer = base64.b64decode(exchange.answers[0](challenge))
    assert answer == b"tim b913a602c7eda7a495b4e6e7334d3890"


def test_a_challenge_that_is_no_base64_is_refused() -> None:
    exchange = exchange_for("CRAM-MD5", username="tim", password="secret")
    with pytest.raises(MalformedChallenge):
        exchange.answers[0](b"no base64 !")


@pytest.mark.parametrize("mechanism", PREFERENCE)
def test_nothing_secret_is_in_its_repr(mechanism: str) -> None:
    exchange = exchange_for(mechanism, username="ana", password="secret")
    assert repr(exchange) == f"Exchange(mechanism='{mechanism}')"
