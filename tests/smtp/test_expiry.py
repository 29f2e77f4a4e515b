"""A certificate that ends soon is named while mail still leaves, with whom to tell."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.smtp.expiry import expiry_warning, time_left
from bot.smtp.transcript import Certificate, Outcome, TLSFacts, Transcript

AT = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)


def certificate(left: timedelta, subject: str = "CN=mail.example.com") -> Certificate:
    return Certificate(
        subject=subject,
        names=(),
        issuer="CN=Authority",
        not_before=AT - timedelta(days=100),
        not_after=AT + left,
        sha256="ab",
    )


def after_a_test(*chain: Certificate, verified: bool = True) -> Transcript:
    facts = TLSFacts(version="TLSv1.3", cipher="A", chain=chain, verified=verified)
    return Transcript(
        outcome=Outcome.ACCEPTED, host="mail.example.com", port=587, steps=(), tls=facts
    )


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=9, hours=3), "9 days left"),
        (timedelta(days=1, hours=3), "1 day left"),
        (timedelta(minutes=3), "less than a day left"),
        (timedelta(0), "ended less than a day ago"),
        (-timedelta(days=1), "ended 1 day ago"),
        (-timedelta(days=400, hours=3), "ended 400 days ago"),
    ],
)
def test_the_time_left_is_counted_in_days(left: timedelta, said: str) -> None:
    assert time_left(certificate(left), AT) == said


def test_the_servers_own_certificate_is_warned_of_with_what_to_do() -> None:
    transcript = after_a_test(certificate(timedelta(days=9, hours=3)), certificate(timedelta(300)))
    assert expiry_warning(transcript, AT) == (
        "Tell whoever runs mail.example.com: its certificate ends on 12 May 2026, in 9 days. "
        "After that no mail leaves."
    )


def test_another_certificate_of_the_chain_is_named() -> None:
    issuing = certificate(timedelta(days=1), subject="CN=R3" + "x" * 200)
    warning = expiry_warning(after_a_test(certificate(timedelta(days=9)), issuing), AT)
    assert "a certificate that vouches for its own ends on 4 May 2026, in 1 day" in warning
    assert warning.endswith("“CN=R3" + "x" * 95 + "”.")


@pytest.mark.parametrize(
    ("left", "warned"),
    [
        (timedelta(days=21), True),
        (timedelta(days=21, seconds=1), False),
        (timedelta(seconds=1), True),
        (timedelta(0), False),
        (-timedelta(days=30), False),
    ],
)
def test_the_warning_begins_three_weeks_before_and_ends_with_the_certificate(
    left: timedelta, warned: bool
) -> None:
    assert bool(expiry_warning(after_a_test(certificate(left)), AT)) is warned


def test_what_was_not_verified_is_not_warned_of() -> None:
    soon = certificate(timedelta(days=2))
    assert expiry_warning(after_a_test(soon, verified=False), AT) == ""
    assert expiry_warning(after_a_test(), AT) == ""
    without = Transcript(outcome=Outcome.ACCEPTED, host="a", port=25, steps=())
    assert expiry_warning(without, AT) == ""
