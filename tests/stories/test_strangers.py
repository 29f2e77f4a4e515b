"""What strangers send to the door, and what an outsider could read: no error, no secret."""

import base64
import json
import re
import ssl
import time
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.demo.door import signed

SIGNING_SECRET = "signing-secret-0123"
PASSWORD = "pässword-Ünsafe 17"


@pytest.fixture
async def door_of(bot: Any) -> AsyncIterator[Any]:
    """POST to the door of Slack's requests, signed as told."""
    async with aiohttp.ClientSession() as session:

        async def post(body: bytes, *, sign: Any = "good", **headers: str) -> tuple[int, str]:
            made = signed(body.decode("latin-1"), SIGNING_SECRET, sign=sign, now=time.time())
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            made = {"Content-Type": "application/x-www-form-urlencoded"} | made | named
            url = f"{bot.address}/slack/events"
            async with session.post(url, data=BytesIO(body), headers=made) as answer:
                return answer.status, await answer.text()

        yield post


COMMAND = {
    "command": "/mailsettings",
    "team_id": "T1",
    "user_id": "UADMIN",
    "channel_id": "C1",
    "trigger_id": "1.2.3",
    "response_url": "http://127.0.0.1:9/response/none",
}


@pytest.mark.parametrize("sign", ["wrong", "stale", "early", "garbled", "missing", "tampered"])
async def test_a_request_that_slack_did_not_sign_just_now_is_turned_away(
    bot: Any, sign: str
) -> None:
    for kind in ("command", "interactive", "event"):
        payload = COMMAND if kind == "command" else {"type": "block_actions", "actions": []}
        answer = await bot.slack.send_raw(payload, kind=kind, sign=sign)
        assert answer.status == (400 if (sign, kind) == ("tampered", "event") else 401)
    assert not any(each.what.startswith(("views.", "users.")) for each in bot.slack.record)


@pytest.mark.parametrize(
    "stamp", ["", "now", "-1", "1e9", "٣", "9" * 400, "9" * 5000, "0", "1.5", "0x10"]
)
async def test_a_time_stamp_that_is_none_is_turned_away(door_of: Any, stamp: str) -> None:
    status, text = await door_of(
        urlencode(COMMAND).encode(), X_Slack_Request_Timestamp=quote(stamp, safe="٣")
    )
    assert (status, text) in {(401, ""), (401, '{"error": "invalid request"}')}


async def test_ten_megabytes_are_refused(door_of: Any) -> None:
    status, text = await door_of(b"payload=" + b"x" * 10_000_000)
    assert status == 413
    assert "Traceback" not in text


FORM, JSON = "application/x-www-form-urlencoded", "application/json"


BODIES = [
    (b"", FORM),
    (b"payload={", FORM),
    (b"payload=[]", FORM),
    (b"payload=null", FORM),
    (b"payload=17", FORM),
    (b'payload="text"', FORM),
    (b"payload=" + b"[" * 5000, FORM),
    (b'payload={"team":[],"user":7,"view":"x"}', FORM),
    (b'payload={"team":{"id":7},"authorizations":5}', FORM),
    (b'payload={"type":"block_actions","team":{"id":"T1"},"actions":null}', FORM),
    (b'payload={"type":"block_actions","team":{"id":"T1"},"actions":[1]}', FORM),
    (b'payload={"type":"view_submission","team":{"id":"T1"},"view":[]}', FORM),
    (b'payload={"type":"view_submission","team":{"id":"T1"},"view":{}}', FORM),
    (b'payload={"type":7}', FORM),
    (b"{", JSON),
    (b"[1]", JSON),
    (b'{"type":"event_callback","team_id":"T1","event":[]}', JSON),
    (b'{"type":"url_verification"}', JSON),
    (b"command=%2Fmailsettings", "text/plain"),
    (b"command=%2Fmailsettings&team_id=T1", FORM),
    (b"command=%2Fmailtest&team_id=T1&user_id=", FORM),
    (b"\xff\xfe\x00", FORM),
    (b"payload=%FF", FORM),
    (b"payload={}", f"{FORM}; charset=none"),
    (b"<xml/>", "text/xml"),
    (b"payload={}", "nonsense"),
]


@pytest.mark.parametrize("sign", ["good", "wrong"])
@pytest.mark.parametrize(("body", "content_type"), BODIES, ids=range(len(BODIES)))
async def test_whatever_comes_is_answered_without_a_trace(
    door_of: Any, body: bytes, content_type: str, sign: str
) -> None:
    status, text = await door_of(body, sign=sign, Content_Type=content_type)
    # An event that we failed on is asked for again.
    assert status < 500 or (status == 503 and b"event_callback" in body)
    assert "Traceback" not in text
    if sign == "wrong":
        assert status in {400, 401}


_WORDS = st.sampled_from(["T1", "UADMIN", "mail_settings", "send_test", "", "type", "x"])
_NAMES = ["type", "team", "user", "id", "view", "actions", "event", "state", "values", "message"]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _WORDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=6)
    ),
)
_KINDS = ["block_actions", "view_submission", "view_closed", "shortcut", "event_callback", "other"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(_KINDS), payload=st.dictionaries(st.sampled_from(_NAMES), _JSON))
async def test_no_payload_of_any_shape_makes_an_error(
    door_of: Any, kind: str, payload: dict[str, Any]
) -> None:
    body = json.dumps({"team": {"id": "T1"}} | payload | {"type": kind})
    status, text = await door_of(urlencode({"payload": body}).encode())
    assert status < 500 or (status == 503 and kind == "event_callback")
    assert "Traceback" not in text


@pytest.mark.both_doors
async def test_what_no_version_of_ours_drew_is_answered_all_the_same(bot: Any) -> None:
    assert "answers /mailsettings and /mailtest" in (await bot.admin.command("/mail")).text
    modal = await bot.open_settings()
    view = modal.payload()
    for answer in (
        await bot.admin.shortcut("of_yesterday"),
        await bot.admin.forge_action({"action_id": "of_yesterday"}),
        await bot.admin.forge_action({"action_id": "of_yesterday"}, view=view),
        await bot.admin.forge_submission({**view, "callback_id": "of_yesterday"}),
        await bot.slack.event({"type": "of_tomorrow"}),
    ):
        assert (answer.status, answer.body) == (200, "")


async def test_no_page_but_ours_is_there(bot: Any) -> None:
    async with aiohttp.ClientSession(bot.address) as session:
        for path in ("/", "/slack/events", "/slack/install", "/password/x", "/.env", "/livez/.."):
            async with session.get(path) as answer:
                assert answer.status in {404, 405}
                assert "Traceback" not in await answer.text()


# Secrets


@pytest.mark.both_doors
async def test_the_log_of_a_whole_story_at_debug_holds_no_secret(
    launch: Any, slack: Any, mail_server: Any, authority: trustme.CA, tmp_path: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = mail_server(context=context, credentials=("login@example.com", PASSWORD))
    bot = await launch()
    modal = await bot.open_settings()
    await bot.fill(
        modal,
        host="localhost",
        port=server.port,
        username="login@example.com",
        password=PASSWORD,
    )
    await modal.press("Send test message")
    await modal.shows("accepted the message")
    await modal.close()
    await bot.save(modal)
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await slack.message("C1", containing="accepted the message")
    await bot.admin.press_message(message, "Details")
    slack.weather.fail("chat.postMessage", 3, status=500)
    slack.weather.fail("response_url", 2, status=404)
    await bot.member.press_message(message, "Test again")
    await slack.message("DUMEMBER", containing="your own address only")
    assert await bot.stop() == 0
    key = (tmp_path / "data/keyring").read_text().partition("primary ")[2].strip()
    login = f"\0login@example.com\0{PASSWORD}"
    secrets = [
        *("xoxb-1-bot-token", "xapp-1-app-token", SIGNING_SECRET, PASSWORD, key),
        *(base64.b64encode(each.encode()).decode() for each in (PASSWORD, login)),
        *re.findall(r"/response/\w+", repr(slack.record)),
    ]
    for each in secrets:
        assert each not in bot.output
    everything = "".join(slack.sent_by_bot())
    for each in (PASSWORD, key, quote(PASSWORD)):
        assert each not in everything
