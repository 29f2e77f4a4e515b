"""The tables of bot/smtp/explanations, as bot/smtp/diagnosis.py puts them together."""

import re
import string

import pytest

from bot.smtp.diagnosis import _TABLE
from bot.smtp.explanations.explanation import Explanation
from bot.smtp.fields import parse_host
from bot.smtp.settings import LABELS, Configuration, TLSMode

QUOTED = {
    *LABELS.values(),
    *(each.label for each in TLSMode),
    *(each.value.capitalize() for each in Configuration),
    "Change password",
    "Set password",
    "{mode}",
    # At Microsoft:
    "Authenticated SMTP",
    "Send As",
}


@pytest.mark.parametrize("entry", _TABLE, ids=lambda entry: entry.cause)
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
