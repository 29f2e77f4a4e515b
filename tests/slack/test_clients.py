import aiohttp
import pytest

from bot.slack import clients
from bot.slack.clients import Clients
from bot.slack.metrics import Metrics


@pytest.fixture
def made(session: aiohttp.ClientSession) -> Clients:
    return Clients(session, api_url="https://slack.com/api/", metrics=Metrics())


async def test_a_token_has_its_own_clients_and_keeps_them(made: Clients) -> None:
    one, other, none = made.of("xoxb-1"), made.of("xoxb-2"), made.of("")
    assert made.of("xoxb-1") is one
    assert [each.patient.token for each in (one, other, none)] == ["xoxb-1", "xoxb-2", None]
    assert len(one.patient.retry_handlers) == 3
    assert one.at_once.retry_handlers == []


async def test_only_those_that_were_used_lately_are_kept(made: Clients) -> None:
    first, second = made.of("first"), made.of("second")
    for number in range(clients._REMEMBERED - 2):
        made.of(f"xoxb-{number}")
    assert made.of("first") is first
    made.of("one more")
    assert made.of("first") is first
    assert made.of("second") is not second
