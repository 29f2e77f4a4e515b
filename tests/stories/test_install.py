"""Installing by OAuth: from the page to a saved form in several workspaces, and every wrong way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.database import reading
from storage.tables import metadata
from tests.front import CLIENT_SECRET, PUBLIC, Choice, Front

RETURN = f"{PUBLIC}/slack/oauth_redirect"


@pytest.fixture(autouse=True)
async def nothing_secret_is_left(leaks: Path, front: Front, many: Any) -> AsyncIterator[None]:
    """No token, code, state or secret of ours in the log, or in clear in the database."""
    yield
    told = await asyncio.to_thread(leaks.read_text)
    with reading(many.vault.engine) as connection:
        kept = repr([connection.execute(select(each)).all() for each in metadata.sorted_tables])
    for secret in (*front.given, CLIENT_SECRET):
        assert secret not in told
        assert secret not in kept


@pytest.mark.both_doors
async def test_two_workspaces_install_the_app_and_each_saves_its_own_settings(many: Any) -> None:
    for team, name in (("T1", "Acme"), ("T2", "Beta")):
        page = await many.install(team)
        assert (page.status, page.title) == (200, f"Installed in {name}")
        assert f"https://app.slack.com/client/{team}" in page.text
    await many.save("T1", host="one.example.com", password="s3cret pass")
    await many.save("T2", host="two.example.com")
    saved = {team: many.vault.settings.get(team).value for team in ("T1", "T2")}
    assert [each.host for each in saved.values()] == ["one.example.com", "two.example.com"]
    assert saved["T1"].password.value == "s3cret pass"
    assert saved["T2"].password is None
    assert "auth.test" not in many.front.calls, "no request costs one"
    entries = many.vault.audit.latest("T1", 9)
    assert [(each.action, each.actor) for each in entries] == [
        ("settings.saved", "UADMIN"),
        ("app.installed", "UADMIN"),
    ]


async def test_a_test_message_names_the_workspace_that_it_is_of(
    many: Any, mail_server: Any, configure: Any
) -> None:
    server = mail_server(mode="none", credentials=None)
    for team, name in (("T1", "Acme"), ("T2", "Beta")):
        await many.install(team)
        configure(many.vault, server.port, workspace=team)
        await many.admin(team).command("/mailtest", "bob@example.com")
        await many.slack(team).message("C1", containing="accepted the message")
        assert f"Test message from {name}" in server.messages[-1].content.decode()
    for team in ("T1", "T2"):
        messages = many.slack(team).messages("C1")
        assert len([each for each in messages if each.by_bot and not each.visible_to]) == 1


async def test_the_page_says_what_the_app_may_do_and_changes_nothing(many: Any) -> None:
    page = await many.browser().get(f"{PUBLIC}/slack/install")
    assert (page.status, page.title) == (200, "Add Mail Settings to Slack")
    assert "post the result of a test" in page.text
    assert "<script" not in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert f"form-action 'self' {many.front.url};" in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in page.headers
    assert many.front.calls == []


async def test_the_cookie_is_for_the_way_back_alone(many: Any) -> None:
    page = await many.browser().post(f"{PUBLIC}/slack/install")
    cookie = page.headers["Set-Cookie"]
    for word in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/slack", "Max-Age=600"):
        assert word in cookie


async def test_a_way_back_is_taken_once(many: Any) -> None:
    browser = many.browser()
    back = await browser.agree(await browser.begin())
    assert (await browser.get(back)).status == 200
    again = await browser.get(back)
    assert (again.status, again.title) == (400, "Please start again")
    assert 'href="/slack/install"' in again.text


async def test_a_look_at_the_way_back_does_not_take_it(many: Any) -> None:
    browser = many.browser()
    back = await browser.agree(await browser.begin())
    async with many.session.head(back.replace(PUBLIC, many.address)) as answer:
        assert answer.status == 405
    assert (await browser.get(back)).status == 200


async def test_of_two_replicas_one_takes_the_way_back(many: Any) -> None:
    browser = many.browser()
    back = await browser.agree(await browser.begin())
    other = await many.start()
    elsewhere = many.browser()
    elsewhere.address, elsewhere.cookie = f"http://127.0.0.1:{other.port}", browser.cookie
    assert (await elsewhere.get(back)).status == 200
    assert (await browser.get(back)).status == 400
    assert many.front.calls.count("oauth.v2.access") == 1


@pytest.mark.parametrize("minutes", [10.1, -10.1])
async def test_a_way_back_lives_ten_minutes(many: Any, minutes: float) -> None:
    browser = many.browser()
    back = await browser.agree(await browser.begin())
    many.clock.ahead = timedelta(minutes=minutes)
    assert (await browser.get(back)).status == 400
    assert many.vault.installs.records.workspaces() == ()


@pytest.mark.parametrize("cookie", ["", "another", "empty"])
async def test_a_way_back_of_another_browser_is_refused(many: Any, cookie: str) -> None:
    victim, attacker = many.browser(), many.browser()
    back = await attacker.agree(await attacker.begin())
    if cookie == "another":
        await victim.begin()
    elif cookie == "empty":
        victim.cookie = "mailsettings-install="
    assert (await victim.get(back)).status == 400
    assert "oauth.v2.access" not in many.front.calls
    assert (await attacker.get(back)).status == 200, "it was not used up"


@pytest.mark.parametrize("state", [None, "", "x", "é", "AAAA", "A" * 200, "%00"])
async def test_a_state_that_is_not_ours_is_refused(many: Any, state: str | None) -> None:
    browser = many.browser()
    browser.cookie = f"mailsettings-install={(state or '').encode('ascii', 'ignore').decode()}"
    query = "code=1.2" if state is None else f"code=1.2&state={state}"
    assert (await browser.get(f"{RETURN}?{query}")).status == 400
    assert "oauth.v2.access" not in many.front.calls


async def test_who_does_not_agree_is_told_what_that_means(many: Any) -> None:
    many.front.choice = Choice(place="T1", user="UMEMBER", agrees=False)
    browser = many.browser()
    page = await browser.get(await browser.agree(await browser.begin()))
    assert (page.status, page.title) == (403, "Not installed")
    assert "You chose not to install" in page.text
    assert many.vault.installs.records.workspaces() == ()


async def test_another_error_of_slacks_is_told_without_its_words(many: Any) -> None:
    browser = many.browser()
    back = await browser.agree(await browser.begin())
    state = back.partition("state=")[2]
    page = await browser.get(f"{RETURN}?error=<b>invalid_scope</b>&state={state}")
    assert (page.status, page.title) == (403, "Not installed")
    assert "invalid_scope" not in page.text


@pytest.mark.parametrize("error", ["invalid_code", "bad_client_secret", "internal_error"])
async def test_an_exchange_that_fails_stores_nothing_and_can_be_begun_again(
    many: Any, error: str, leaks: Path
) -> None:
    many.front.fails = [error]
    page = await many.install("T1")
    assert (page.status, page.title) == (502, "Not installed")
    assert many.vault.installs.records.workspaces() == ()
    assert f'"why": "{error}"' in await asyncio.to_thread(leaks.read_text)
    assert (await many.install("T1")).status == 200


async def test_who_has_not_installed_it_is_turned_away(many: Any) -> None:
    await many.install("T1")
    reply = await many.admin("T2").command("/mailsettings")
    assert "workspaces that have installed it" in reply.text
    assert "users.info" not in many.front.calls


async def test_installing_again_keeps_the_settings_and_uses_the_new_token(many: Any) -> None:
    await many.install("T1")
    await many.save("T1", host="kept.example.com")
    old = many.front.token_of("T1")
    assert (await many.install("T1", user="UOWNER")).status == 200
    assert many.vault.settings.get("T1").value.host == "kept.example.com"
    del many.front._tokens[old]
    many.slack("T1").api.tokens.pop(old)
    modal = await many.open_settings("T1")
    assert modal.value("Server address") == "kept.example.com"
    record = many.vault.installs.records.get("T1")
    assert (record.revision, record.value.installed_by) == (2, "UOWNER")


async def test_an_installation_shows_no_token(many: Any) -> None:
    await many.install("T1")
    record = many.vault.installs.records.get("T1")
    token = many.front.token_of("T1")
    assert record.value.bot_token == token
    assert token not in repr(record)
    assert CLIENT_SECRET not in repr(many.parts.config)
    assert CLIENT_SECRET in many.parts.config.secrets


@pytest.mark.only_sqlite
async def test_a_database_that_is_away_is_told_with_an_incident(many: Any) -> None:
    browser = many.browser()
    back = await browser.agree(await browser.begin())
    many.vault.engine.dispose()
    path = Path(many.parts.config.data_dir) / "mailsettings.db"
    moved = path.rename(path.with_suffix(".moved"))
    path.mkdir()
    page = await browser.get(back)
    path.rmdir()
    moved.rename(path)
    assert page.status == 503
    assert "incident number" in page.text
