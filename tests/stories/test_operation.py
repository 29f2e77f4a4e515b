"""Starting and watching the running program: what an operator meets."""

import os
import stat
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.slack.pace import Pace

SIGNING_SECRET = "signing-secret-0123"


# Starting


async def test_without_an_environment_everything_missing_is_told_with_its_cure(
    launch: Any, variables: dict[str, str], tmp_path: Path
) -> None:
    variables.clear()
    variables["HOME"] = str(tmp_path)
    bot = await launch(ready=False)
    assert await bot.ended() == os.EX_CONFIG
    for variable, cure in (
        ("SLACK_BOT_TOKEN: It is not set.", "“OAuth & Permissions”"),
        ("SLACK_APP_TOKEN: It is not set, and neither is SLACK_SIGNING_SECRET", "App-Level Tokens"),
    ):
        [line] = [each for each in bot.log if each.startswith(variable)]
        assert cure in bot.log[bot.log.index(line) + 1]
    assert "Traceback" not in bot.output
    assert not (tmp_path / ".local").exists()


async def test_all_faults_are_told_at_once_and_none_of_their_secrets(
    launch: Any, variables: dict[str, str]
) -> None:
    variables |= {
        "SLACK_BOT_TOKEN": "xoxp-a-users-token",
        "PORT": "70000",
        "MAILSETTINGS_ALLOWED_PORT": "25",
        "LOG_LEVEL": "loud",
    }
    bot = await launch(ready=False)
    assert await bot.ended() == os.EX_CONFIG
    for variable in ("SLACK_BOT_TOKEN", "PORT", "MAILSETTINGS_ALLOWED_PORT", "LOG_LEVEL"):
        assert any(each.startswith(f"{variable}: ") for each in bot.log)
    assert "a-users-token" not in bot.output
    assert SIGNING_SECRET not in bot.output


@pytest.mark.only_sqlite
async def test_the_first_start_makes_a_keyring_for_us_alone_and_says_where(
    launch: Any, tmp_path: Path
) -> None:
    bot = await launch()
    keyring = tmp_path / "data/keyring"
    assert stat.S_IMODE(keyring.stat().st_mode) == 0o600
    assert stat.S_IMODE(keyring.parent.stat().st_mode) == 0o700
    [told] = [each for each in bot.log if str(keyring) in each]
    assert "Back it up" in told
    assert keyring.read_text().partition("mskr1_")[2].strip() not in bot.output
    warnings = [each for each in bot.log if '"level": "warning"' in each]
    assert warnings == [told]


@pytest.mark.only_sqlite
@pytest.mark.parametrize("trouble", ["lost", "another", "exposed"])
async def test_without_its_key_the_program_refuses_to_start(
    launch: Any, variables: dict[str, str], tmp_path: Path, trouble: str
) -> None:
    bot = await launch()
    modal = await bot.open_settings()
    await bot.fill(modal)
    await bot.save(modal)
    assert await bot.stop() == 0
    [told] = [each for each in bot.log if "Made a new keyring" in each]
    key_id = told.partition("with the key ")[2].partition(".")[0]
    keyring = tmp_path / "data/keyring"
    if trouble == "exposed":
        keyring.chmod(0o644)
    else:
        keyring.rename(tmp_path / "kept apart")
    if trouble == "another":
        content = (tmp_path / "kept apart").read_text().splitlines()
        other = await launch_elsewhere(launch, variables, tmp_path)
        assert other.read_text().splitlines() != content
        keyring.write_bytes(other.read_bytes())
        keyring.chmod(0o600)
    bot = await launch(ready=False)
    assert await bot.ended() == os.EX_CONFIG
    if trouble == "exposed":
        assert f"chmod 600 {keyring}" in bot.output
    else:
        assert key_id in bot.output
        assert str(keyring) in bot.output
    assert "Traceback" not in bot.output


async def launch_elsewhere(launch: Any, variables: dict[str, str], tmp_path: Path) -> Path:
    """Start another bot in a directory of its own; return the keyring that it made."""
    mine = variables["MAILSETTINGS_DATA_DIR"]
    variables["MAILSETTINGS_DATA_DIR"] = str(tmp_path / "other")
    other = await launch()
    assert await other.stop() == 0
    variables["MAILSETTINGS_DATA_DIR"] = mine
    return tmp_path / "other/keyring"


@pytest.mark.only_sqlite
async def test_a_second_bot_on_the_same_database_is_refused_and_harms_nothing(
    launch: Any, slack: Any
) -> None:
    first = await launch()
    second = await launch(ready=False)
    assert await second.ended() == os.EX_TEMPFAIL
    assert f"(process {first.process.pid})" in second.output
    slack.connect_http(f"{first.address}/slack/events")
    await first.open_settings()


@pytest.mark.both_doors
async def test_a_bot_token_that_slack_refuses_ends_the_start_with_the_cure(
    launch: Any, variables: dict[str, str]
) -> None:
    variables["SLACK_BOT_TOKEN"] = "xoxb-revoked"
    bot = await launch(ready=False)
    assert await bot.ended() == os.EX_CONFIG
    assert "SLACK_BOT_TOKEN (invalid_auth)" in bot.output
    assert "OAuth & Permissions" in bot.output
    assert "xoxb-revoked" not in bot.output
    assert "Traceback" not in bot.output


@pytest.mark.parametrize("error", ["invalid_auth", "not_allowed_token_type", "missing_scope"])
@pytest.mark.parametrize("door", ["socket"])
async def test_an_app_token_that_slack_refuses_ends_the_start_with_the_cure(
    launch: Any, slack: Any, error: str
) -> None:
    slack.weather.fail("apps.connections.open", 100, status=error)
    bot = await launch(ready=False)
    assert await bot.ended() == os.EX_CONFIG
    assert f"SLACK_APP_TOKEN ({error})" in bot.output
    assert "connections:write" in bot.output
    assert "Traceback" not in bot.output


@pytest.mark.both_doors
@pytest.mark.parametrize("trouble", [503, "ratelimited", "down"])
async def test_a_start_during_an_outage_of_slack_waits_for_its_end(
    launch: Any, slack: Any, door: str, trouble: Any
) -> None:
    methods = ["auth.test"] + ["apps.connections.open"] * (door == "socket")
    if trouble == "down":
        slack.weather.down()
    else:
        for method in methods:
            slack.weather.fail(method, 3, status=trouble)
    bot = await launch(ready=False)
    await slack.events.until(
        lambda: len([e for e in slack.record if e.what == "auth.test"]) >= 2 or None,
        what="a second call",
    )
    if trouble == "down":
        slack.weather.clear()
    bot.port = (await bot.says("ready"))["port"]
    if door == "http":
        slack.connect_http(f"{bot.address}/slack/events")
    await bot.open_settings()


# Watching


async def get(bot: Any, path: str) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as session, session.get(bot.address + path) as answer:
        return answer.status, await answer.json()


@pytest.mark.both_doors
async def test_a_healthy_bot_is_alive_and_ready(bot: Any) -> None:
    assert await get(bot, "/livez") == (200, {"status": "alive"})
    assert await get(bot, "/readyz") == (200, {"status": "ready"})


@pytest.mark.only_sqlite
async def test_a_database_that_is_gone_makes_the_bot_unready_and_its_return_ready(
    bot: Any, tmp_path: Path
) -> None:
    database = tmp_path / "data/mailsettings.db"
    assert (await get(bot, "/readyz"))[0] == 200
    database.rename(tmp_path / "elsewhere")
    assert await get(bot, "/readyz") == (503, {"status": "not ready", "faults": ["database"]})
    assert (await get(bot, "/livez"))[0] == 200
    (tmp_path / "elsewhere").rename(database)
    assert (await get(bot, "/readyz"))[0] == 200


@pytest.mark.parametrize("door", ["socket"])
async def test_a_broken_socket_makes_the_bot_unready_until_it_is_connected_again(bot: Any) -> None:
    bot.slack.weather.fail("apps.connections.open", 1, status=503)
    await bot.slack.sockets.drop()
    unready = {"status": "not ready", "faults": ["slack connection"]}
    await bot.slack.events.until(
        lambda: True if not bot.slack.sockets.connections else None, what="the broken connection"
    )
    assert await get(bot, "/readyz") == (503, unready)
    await bot.slack.connected(patience=40)
    assert (await get(bot, "/readyz"))[0] == 200
    await bot.open_settings()


@pytest.mark.parametrize("door", ["socket"])
async def test_a_connection_that_slack_renews_loses_no_command(bot: Any) -> None:
    await bot.slack.sockets.refresh()
    await bot.slack.connected()
    await bot.open_settings()


class TestTheConnectionToSlack:
    @pytest.fixture
    def pace(self) -> Pace:
        return Pace(warm_every=0.01)

    async def test_it_is_kept_open_while_nobody_calls(self, bot: Any) -> None:
        def often() -> bool | None:
            return [each.what for each in bot.slack.record].count("api.test") >= 4 or None

        assert await bot.slack.events.until(often, what="calls that keep the connection")
