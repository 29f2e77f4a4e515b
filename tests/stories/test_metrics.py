"""What Prometheus reads after a day's work, and that no stranger adds a word to it."""

import re
from typing import Any

import aiohttp
import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from bot.slack.calls import Ended
from bot.slack.metrics import OTHER
from bot.slack.requests import Kind
from bot.smtp.transcript import Outcome, Stage
from storage.runs import RunState

METHODS = {"auth.test", "api.test", "apps.connections.open", "users.info", "views.open", OTHER} | {
    f"views.{each}" for each in ("push", "update")
}
KNOWN = {
    "kind": set(Kind),
    "outcome": {"answered", "refused", "failed"} | set(Ended) | set(Outcome),
    "stage": set(Stage) | {"accepted"},
    "state": set(RunState),
    "method": METHODS
    | {"chat.postMessage", "chat.update", "files.info", "files.delete"}
    | {"response_url"},
}
SHAPES = {"le": r"[0-9.e+-]+|\+Inf", "key_id": "[0-9a-f]{12}", "version": ".+", "python": r"3\..+"}


async def read(bot: Any) -> tuple[str, list[Metric]]:
    async with aiohttp.ClientSession() as session, session.get(f"{bot.address}/metrics") as answer:
        assert answer.status == 200
        text = await answer.text()
    return text, list(text_string_to_metric_families(text))


def figure(families: list[Metric], name: str, **labels: str) -> float:
    """Return a figure, 0 where nothing was counted yet."""
    samples = [each for family in families for each in family.samples if each.name == name]
    return sum(each.value for each in samples if labels.items() <= each.labels.items())


@pytest.mark.both_doors
@pytest.mark.usefixtures("healthy")
async def test_a_days_work_is_counted(bot: Any) -> None:
    modal = await bot.open_settings()
    await modal.press("More options")
    await modal.shows("HELO name")
    await bot.admin.command("/mailtest", "bob@example.com")
    await bot.slack.message("C1", containing="accepted the message")
    await bot.restart()  # ends all that is under way, and counts on
    _, families = await read(bot)
    for kind, count in (("command", 2), ("action", 1), ("submission", 0)):
        name = "mailsettings_requests_total"
        assert figure(families, name, kind=kind, outcome="answered") == count, kind
        assert figure(families, "mailsettings_ack_seconds_count", kind=kind) == count, kind
    assert figure(families, "mailsettings_tests_total", outcome="accepted", stage="accepted") == 1
    assert figure(families, "mailsettings_runs", state="accepted") == 1
    called = "mailsettings_web_api_calls_total"
    assert figure(families, called, method="views.open", outcome="ok") == 1
    assert figure(families, called, method="auth.test", outcome="ok") == 2
    assert figure(families, "mailsettings_sealed_records") >= 2
    assert figure(families, "mailsettings_database_up") == 1
    assert figure(families, "mailsettings_work_under_way") == 0
    assert figure(families, "mailsettings_build_info") == 1


async def test_no_label_takes_a_word_from_outside(bot: Any, saying: Any, configure: Any) -> None:
    port, _ = await saying(greeting=b"554 mail.example.com <!channel> go away\r\n")
    configure(bot.parts.vault, port)
    await bot.admin.command("/mailtest", "bob@example.com")
    await bot.slack.message("C1", containing="go away")
    await bot.guest.command("/mailtest", "eve@evil.example")
    async with aiohttp.ClientSession() as session:
        for path in ("/slack/events", "/slack/events?x=evil", "/evil"):
            body = {"payload": '{"type": "evil", "team": {"id": "TEVIL"}}'}
            async with session.post(bot.address + path, data=body) as answer:
                assert answer.status in {401, 404}
    text, families = await read(bot)
    for family in families:
        for sample in family.samples:
            for name, value in sample.labels.items():
                if name in KNOWN:
                    assert value in KNOWN[name], sample
                else:
                    assert re.fullmatch(SHAPES[name], value), sample
    for word in ("T1", "UADMIN", "C1", "example", "evil"):
        assert word not in text
    assert figure(families, "mailsettings_requests_total", kind="other", outcome="refused") == 2
    assert figure(families, "mailsettings_tests_total", outcome="failed", stage="greeting") == 1
