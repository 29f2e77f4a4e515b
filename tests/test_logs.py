import io
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import structlog
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.logs import Redactor, configure

Start = Callable[..., io.StringIO]

LEAKS = {
    "a bot token": "xoxb-123-456-abcDEF",
    "a token that rotates": "xoxe.xoxb-1-MS0yLWFiYw",
    "a refresh token": "xoxe-1-MS0yLWFiYw",
    "an app-level token": "xapp-1-A012-345-abcdef",
    "a workflow token": "xwfp-123-abc",
    "an encryption key": "mskr1_q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA",
    "a webhook": "https://hooks.slack.com/services/T1/B1/abcdef",
    "a response URL": "http://127.0.0.1:4711/commands/T1/123/abcdef",
    "a response URL of a click": "https://hooks.slack.com/actions/T1/123/abcdef",
    "a page for a password": "/password/Zm9vYmFy-_x",
    "a connection ticket": "wss://wss-primary.slack.com/link/?ticket=abc-123&app_id=A1",
    "a URL with a password": "smtp://ana:hunter22@mail.example.com",
    "a private key": "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIAbcd\n-----END EC PRIVATE KEY-----",
    "half a private key": "-----BEGIN PRIVATE KEY-----\nMHcCAQEEIAbcd",
}


def core(leak: str) -> str:
    """Return the part of a leak that gives access."""
    for mark in ("/password/", "ticket=", "smtp://", "hooks.slack.com/", "/commands/", "KEY-----"):
        leak = leak.partition(mark)[2] or leak
    return leak.partition("&")[0].partition("@")[0].partition("-----END")[0].strip()


def fail(text: str) -> None:
    local = "hunter" + "22"
    raise RuntimeError(f"{text} {len(local)}")


@pytest.fixture
def start() -> Iterator[Start]:
    """Set logs up on a stream of their own, and put everything back."""
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    before = [(each, each.level, each.handlers[:]) for each in loggers]

    def begin(
        *, level: str = "debug", log_format: str = "json", secrets: tuple[str, ...] = ()
    ) -> io.StringIO:
        stream = io.StringIO()
        configure(stream, level=level, log_format=log_format, secrets=secrets)
        return stream

    yield begin
    structlog.reset_defaults()
    logging.getLogger().handlers = []
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers = handlers


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS.keys())
@pytest.mark.parametrize("log_format", ["json", "text"])
def test_no_secret_gets_into_the_log_by_whatever_door(
    start: Start, leak: str, log_format: str
) -> None:
    stream = start(log_format=log_format)
    log = structlog.get_logger("bot.x")
    event = f"event {leak} end"
    log.info(event)
    log.info("value", text=leak, nested={"key": [leak, (leak,)]}, object=ValueError(leak))
    log.info("positional %s", leak)
    logging.getLogger("slack_bolt.app").warning("argument %s", leak)
    structlog.contextvars.bind_contextvars(request=leak)
    try:
        fail(leak)
    except RuntimeError:
        log.exception("ours")
        logging.getLogger("asyncio").exception("theirs")
    finally:
        structlog.contextvars.clear_contextvars()
    assert stream.getvalue().count("***") >= 8
    assert core(leak) not in stream.getvalue()


@pytest.mark.parametrize("secret", ["s3cret", 'a"b\\c', "pässword", "a/b+c=", "line\nfeed"])
@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_secret_in_use_is_replaced_in_each_of_its_forms(
    start: Start, secret: str, log_format: str
) -> None:
    stream = start(log_format=log_format, secrets=(secret,))
    log = structlog.get_logger("bot.x")
    log.info("value", text=secret, bytes=secret.encode(), object=ValueError(secret))
    event = f"event {secret!r} and {json.dumps(secret)} end"
    log.info(event)
    written = stream.getvalue()
    assert "end" in written
    for form in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1]):
        assert form not in written


def test_a_very_short_secret_does_not_hide_the_log(start: Start) -> None:
    stream = start(secrets=("a",))
    structlog.get_logger("bot.x").info("a plain word")
    assert "a plain word" in stream.getvalue()


def test_a_record_is_one_object_with_time_level_logger_and_request(start: Start) -> None:
    stream = start()
    with structlog.contextvars.bound_contextvars(request="r1"):
        structlog.get_logger("bot.x").info("told", stage="tls")
        logging.getLogger("aiohttp.client").warning("theirs %d", 7)
    ours, theirs = map(json.loads, stream.getvalue().splitlines())
    assert (ours["event"], ours["level"], ours["logger"]) == ("told", "info", "bot.x")
    assert (ours["stage"], ours["request"]) == ("tls", "r1")
    assert ours["timestamp"].endswith("Z")
    assert (theirs["event"], theirs["level"], theirs["request"]) == ("theirs 7", "warning", "r1")


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_traceback_shows_lines_and_no_local_variables(start: Start, log_format: str) -> None:
    stream = start(log_format=log_format)
    try:
        fail("reason")
    except RuntimeError:
        structlog.get_logger("bot.x").exception("failed")
    assert "RuntimeError: reason 8" in stream.getvalue()
    assert "hunter22" not in stream.getvalue()


def test_text_of_strangers_cannot_drive_the_terminal(start: Start) -> None:
    stream = start(log_format="text")
    structlog.get_logger("bot.x").info("said \x1b[2J\x07\x9b2J")
    assert not any(each in stream.getvalue() for each in "\x1b\x07\x9b")


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_other_peoples_loggers_never_go_below_info(start: Start, level: str) -> None:
    start(level=level)
    for name in ("slack_sdk.web", "slack_bolt.AsyncApp", "app.py:AsyncApp", "aiohttp.access"):
        assert logging.getLogger(name).getEffectiveLevel() >= logging.INFO
    assert logging.getLogger("sqlalchemy.engine").getEffectiveLevel() >= logging.INFO
    for name in ("asyncio", "alembic.runtime.migration"):
        assert logging.getLogger(name).getEffectiveLevel() >= logging.WARNING
    assert logging.getLogger("bot.slack.app").getEffectiveLevel() == getattr(logging, level.upper())


async def test_slacks_clients_do_not_write_out_what_nobody_will_read(start: Start) -> None:
    start(level="info")
    client = AsyncWebClient(token="xoxb-1")
    webhook = AsyncWebhookClient("https://hooks.slack.com/commands/1")
    for logger in (client._logger, webhook.logger):
        assert logger.level >= logging.INFO  # what they ask, in place of `isEnabledFor`


def test_set_up_again_the_log_goes_to_the_new_place_only(start: Start) -> None:
    first, second = start(), start()
    structlog.get_logger("bot.x").info("once")
    assert (first.getvalue(), second.getvalue().count("once")) == ("", 1)


def test_below_the_level_nothing_is_written(start: Start) -> None:
    stream = start(level="warning")
    structlog.get_logger("bot.x").info("quiet")
    assert stream.getvalue() == ""


@pytest.fixture
async def slack_url() -> AsyncIterator[str]:
    """Run a Web API that refuses everything."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"ok": False, "error": "invalid_auth"})

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    await runner.cleanup()


async def test_at_debug_the_real_sdk_tells_no_token_and_no_payload(
    start: Start, slack_url: str
) -> None:
    stream = start(level="debug")
    client = AsyncWebClient(token="xoxb-1-2-canary", base_url=slack_url)
    with pytest.raises(SlackApiError):
        await client.views_open(
            trigger_id="1.2", view={"type": "modal", "private_metadata": "typed-canary"}
        )
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="C1", text="posted-canary")
    structlog.get_logger("bot.x").debug("the log works")
    assert "the log works" in stream.getvalue()
    assert "canary" not in stream.getvalue()


@given(st.text(min_size=6), st.text(), st.text())
def test_a_redacted_text_never_holds_the_secret(secret: str, before: str, after: str) -> None:
    redacted = Redactor([secret])(before + secret + after)
    assert secret not in redacted or set(secret) <= {"*", "?"}
