"""bot/smtp/domain/asking.py, against a name server of ours."""

from typing import Any

import pytest

from bot.smtp.domain.asking import Asker
from bot.smtp.lookup import Records


async def test_the_same_question_is_asked_once(names: Any, ask: Asker) -> None:
    names.zone = {("acme.example", "A"): ["192.0.2.1"]}
    for name in ("acme.example", "ACME.example."):
        assert await ask(name, "A") == Records(found=("192.0.2.1",))
    assert names.asked == [("acme.example", "A")]


@pytest.mark.parametrize(
    "name", ["", ".", "a..example", "x" * 64, ".".join(["x" * 60] * 5), "a b", "bü", "a\\.b", "*"]
)
async def test_what_is_no_name_is_never_asked_for(names: Any, ask: Asker, name: str) -> None:
    assert await ask(name, "TXT") == Records(problem="dns-nxdomain")
    assert not names.asked


async def test_questions_come_to_an_end(names: Any, ask: Asker) -> None:
    ask.left = 1
    assert await ask("a.example", "A") == Records(problem="dns-nxdomain")
    assert await ask("b.example", "A") == Records(problem="dns-timeout")
    assert len(names.asked) == 1
