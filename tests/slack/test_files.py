from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from yarl import URL

from bot.demo.slack import StandIn
from bot.slack.api import SlackAPI
from bot.slack.files import LARGEST, FileRefused, Files, Upload

TOKEN = "xoxb-1-bot-token"


@pytest.fixture
def files(api: SlackAPI, slack: StandIn) -> Files:
    return Files(slack=api, api_url=slack.api_url)


@pytest.fixture
async def host() -> AsyncIterator[Callable[..., Any]]:
    """Serve files as a test says, from the host of a Web API of its own."""
    runners: list[web.AppRunner] = []

    async def serve(answer: Callable[[web.Request], Any]) -> str:
        async def handle(request: web.Request) -> web.StreamResponse:
            made = answer(request)
            return await made if not isinstance(made, web.StreamResponse) else made

        app = web.Application()
        app.router.add_get("/{path:.*}", handle)
        runner = web.AppRunner(app)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield serve
    for each in runners:
        await each.cleanup()


def at(origin: str, **more: Any) -> dict[str, Any]:
    return {"id": "F1", "name": "a.pem", "url_private": f"{origin}/f", **more}


def made(files: Files, api_url: str) -> Files:
    return Files(slack=files.slack, api_url=api_url)


def accepts(api_url: str, address: str) -> bool:
    files = Files(slack=None, api_url=api_url)
    try:
        return files._address(address) == URL(address)
    except FileRefused:
        return False


@pytest.mark.parametrize("api_url", ["https://slack.com/api/", "https://slack-gov.com/api/"])
@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("https://files.slack.com/files-pri/T1-F1/download/a.pem", True),
        ("https://slack.com/f", True),
        ("https://FILES.slack-gov.com/f", True),
        ("https://acme.enterprise.slack.com/f", True),
        ("http://files.slack.com/f", False),
        ("https://files.slack.com:8443/f", False),
        ("https://slack.com.evil.example/f", False),
        ("https://evilslack.com/f", False),
        ("https://slack.com@evil.example/f", False),
        ("https://someone@files.slack.com/f", False),
        ("https://evil.example/slack.com", False),
        ("https://evil.example\\@slack.com/f", False),
        ("//files.slack.com/f", False),
        ("file:///etc/passwd", False),
        ("https://127.0.0.1/f", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_the_token_goes_to_slacks_hosts_alone(api_url: str, address: str, right: bool) -> None:
    assert accepts(api_url, address) is right


def test_another_web_api_hands_out_its_own_files() -> None:
    assert accepts("http://127.0.0.1:8080/api/", "http://127.0.0.1:8080/f")
    for address in (
        "http://127.0.0.1:8081/f",
        "https://127.0.0.1:8080/f",
        "http://127.0.0.2:8080/f",
    ):
        assert not accepts("http://127.0.0.1:8080/api/", address)


async def test_a_file_is_fetched_with_the_token_and_as_it_is(files: Files, slack: StandIn) -> None:
    told = slack.files.upload("a.pem", b"content", user="UADMIN")
    assert await files.fetch(await files.describe(told)) == b"content"
    assert await files.delete(told["id"])
    assert slack.files.kept == {}
    assert await files.delete(told["id"]), "what is gone already needs no more"


async def test_no_redirect_is_followed(files: Files, host: Any) -> None:
    asked = []

    def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.headers)
        return web.Response(text="stolen")

    away = await host(elsewhere)
    origin = await host(lambda _: web.Response(status=302, headers={"Location": f"{away}/f"}))
    with pytest.raises(FileRefused, match="files:read"):
        await made(files, f"{origin}/api/").fetch(at(origin))
    assert asked == []


async def test_slacks_page_to_sign_in_is_no_file(files: Files, slack: StandIn) -> None:
    told = slack.files.upload("a.pem", b"content", user="UADMIN")
    slack.scopes.discard("files:read")
    with pytest.raises(FileRefused, match="lacks the permission `files:read`"):
        await files.fetch(told)
    told["mimetype"] = "text/html"
    assert b"<html>" in await files.fetch(told), "it may be what was uploaded"


async def test_a_file_that_says_a_small_size_is_still_cut_off(files: Files, host: Any) -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while sent < 50 * LARGEST:
                await response.write(b"x" * 65536)
                sent += 65536
        except ConnectionError:
            pass
        return response

    origin = await host(endless)
    with pytest.raises(FileRefused, match="larger than 256 kB"):
        await made(files, f"{origin}/api/").fetch(at(origin, size=10))
    assert sent < 50 * LARGEST


async def test_a_file_that_is_known_to_be_large_is_not_fetched(
    files: Files, slack: StandIn
) -> None:
    told = slack.files.upload("a.pem", b"x" * (LARGEST + 1), user="UADMIN")
    with pytest.raises(FileRefused, match="larger than 256 kB"):
        await files.fetch(told)
    assert [each for each in slack.record if each.what == "download"] == []


async def test_slack_in_trouble_is_asked_again(files: Files, slack: StandIn) -> None:
    told = slack.files.upload("a.pem", b"content", user="UADMIN")
    slack.weather.fail("download", times=2, status=503)
    assert await files.fetch(told) == b"content"
    slack.weather.fail("download", times=3, status=503)
    with pytest.raises(FileRefused, match="just now"):
        await files.fetch(told)
    slack.weather.down()
    with pytest.raises(FileRefused, match="just now"):
        await files.fetch(told)


@pytest.mark.parametrize(("status", "words"), [(404, "no longer in Slack"), (403, "files:read")])
async def test_what_is_gone_or_forbidden_is_told(
    files: Files, host: Any, status: int, words: str
) -> None:
    origin = await host(lambda _: web.Response(status=status))
    with pytest.raises(FileRefused, match=words):
        await made(files, f"{origin}/api/").fetch(at(origin))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("file_not_found", "no longer in Slack"),
        ("missing_scope", "files:read"),
        ("internal_error", "just now"),
    ],
)
async def test_a_file_that_cant_be_looked_up_is_told(
    files: Files, slack: StandIn, error: str, words: str
) -> None:
    slack.files.undescribed = True
    told = slack.files.upload("a.pem", b"content", user="UADMIN")
    slack.weather.fail("files.info", times=3, status=error)
    with pytest.raises(FileRefused, match=words):
        await files.describe(told)


async def test_a_file_that_is_kept_elsewhere_is_not_fetched(files: Files, slack: StandIn) -> None:
    slack.files.undescribed = True
    told = slack.files.upload("a.pem", b"content", user="UADMIN")
    slack.files.origin = "https://elsewhere.example"
    with pytest.raises(FileRefused, match="is not one of Slack's"):
        await files.fetch(await files.describe(told))


def test_a_link_is_one_or_none() -> None:
    link = "https://acme.slack.com/files/U1/F1/a.pem"
    assert Upload.of({"id": "F1", "name": "a", "permalink": link}).link == link
    for wrong in ("", "javascript:x", "https://a|b", "https://a>b", "https://a b"):
        assert Upload.of({"permalink": wrong}).link == ""
    assert Upload.of({}).name == "the file"
