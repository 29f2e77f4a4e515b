"""The tables of bot/smtp/explanations, as bot/smtp/diagnosis.py puts them together."""

import re
import string

import pytest

from bot.smtp.diagnosis import EXPLANATIONS, RULES
from bot.smtp.explanations.explanation import Explanation
from bot.smtp.fields import parse_host
from bot.smtp.settings import LABELS, Configuration, TLSMode

QUOTED = {
    *LABELS.values(),
    *(each.label for each in TLSMode),
    *(each.value.capitalize() for each in Configuration),
    "Change password",
    "Set password",
    "Manage SSL keys",
    "SSL key",
    "Trust this certificate",
    "{mode}",
    # At Microsoft, SendGrid and SparkPost:
    "Authenticated SMTP",
    "IP Access Management",
    "Mail Send",
    "Send As",
    "Send via SMTP",
}


@pytest.mark.parametrize("entry", EXPLANATIONS, ids=lambda entry: entry.cause)
def test_each_entry_is_plain_advice_that_never_lessens_safety(entry: Explanation) -> None:
    sentences = (entry.meaning, *entry.advice)
    assert 1 <= len(entry.advice) <= 4
    for each in sentences:
        assert each.endswith(".")
        assert set(re.findall("“([^”]*)”", each)) <= QUOTED
        names = {name for _, name, _, _ in string.Formatter().parse(each) if name is not None}
        assert names <= {"host", "port", "mode", "stage", "sender"}
        assert "delivered" not in each
    assert not re.search(
        r"no encryption|without verif|switch.*(tls|verification) off",
        " ".join(entry.advice).lower(),
    )
    assert entry.fix.keys() <= LABELS.keys()
    assert entry.fix.get("tls_mode") != TLSMode.NONE
    assert entry.fix.get("anonymous") in {None, False}
    assert "host" not in entry.fix or parse_host(str(entry.fix["host"])) == entry.fix["host"]
    assert entry.link is None or entry.link.startswith("https://")
    assert not (entry.link and entry.page)
    assert not entry.username_not or entry.fix == {"username": entry.username_not}


def test_each_cause_ends_with_words_for_everybody() -> None:
    for cause in {each.cause for each in EXPLANATIONS}:
        *narrow, last = (each for each in EXPLANATIONS if each.cause == cause)
        assert all(_narrow(each) for each in narrow)
        assert not _narrow(last)


def _narrow(entry: Explanation) -> bool:
    narrowed = (entry.providers, entry.ports, entry.username_not)
    return any(narrowed) or entry.anonymous is not None or entry.encrypted is not None


PROVIDERS = (
    *("gmail", "microsoft365", "outlook", "ses", "sendgrid", "mailgun", "postmark", "brevo"),
    *("zoho", "fastmail", "icloud", "yahoo", "aol", "proton", "mailtrap", "resend", "sparkpost"),
    *("smtp2go", "ovh", "gandi", "gmx", "ionos", "yandex", "mailru", "qq", "netease", "strato"),
    "hetzner",
)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_provider_has_words_of_its_own_for_a_refused_password(provider: str) -> None:
    refused = [each for each in EXPLANATIONS if each.cause == "bad-credentials"]
    assert any(provider in each.providers for each in refused)


def test_no_entry_or_rule_is_for_a_provider_that_nobody_can_choose() -> None:
    named = {name for each in (*EXPLANATIONS, *RULES) for name in each.providers}
    assert named <= set(PROVIDERS)
