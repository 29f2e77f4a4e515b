"""How times and protection are worded."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.slack.mailtest.words import duration, patience, tls_line
from bot.smtp.transcript import Certificate, TLSFacts

CERTIFICATE = Certificate(
    subject="CN=mail.example.com",
    names=("mail.example.com",),
    issuer="CN=Authority",
    not_before=datetime(2026, 1, 1, tzinfo=UTC),
    not_after=datetime(2027, 3, 5, tzinfo=UTC),
    sha256="ab",
)


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (0, "under 1 ms"),
        (0.99, "under 1 ms"),
        (1, "1 ms"),
        (840.4, "840 ms"),
        (10_000, "10 s"),
        (59_600, "60 s"),
    ],
)
def test_a_duration_is_said_shortly(milliseconds: float, said: str) -> None:
    assert duration(milliseconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "in a second"),
        (1, "in a second"),
        (1.2, "in 2 seconds"),
        (59.5, "in 60 seconds"),
        (89, "in 89 seconds"),
        (100, "in 2 minutes"),
        (149, "in 3 minutes"),
        (3599, "in 60 minutes"),
    ],
)
def test_who_waits_as_long_as_told_is_let_through(seconds: float, said: str) -> None:
    assert patience(timedelta(seconds=seconds)) == said


def test_the_protection_is_named_with_the_certificates_end() -> None:
    tls = TLSFacts(version="TLSv1.3", cipher="A", chain=(CERTIFICATE,), verified=True)
    assert tls_line(tls) == "TLSv1.3, certificate valid until 5 March 2027"
    assert tls_line(TLSFacts(version=None, cipher=None, chain=(), verified=False)) == "TLS"
