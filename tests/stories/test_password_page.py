"""Giving a password on the one-time page: one use, ten minutes, this person, this form."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select, update

from storage.database import reading, writing
from storage.tables import metadata, records

PUBLIC = "https://mail.acme.example"
PAGE = {"MAILSETTINGS_PUBLIC_URL": PUBLIC}
NEVER = {"MAILSETTINGS_PASSWORD_IN_SLACK": "never"}
GIVEN = "new password given"
SECRET = "pässword & <b>17</b>"

on_our_page = pytest.mark.parametrize("environ", [PAGE, PAGE | NEVER], ids=["page", "page-only"])


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def link_of(bot: Any, modal: Any) -> str:
    """Press the button, and return where the link leads, on the address that we can reach."""
    await modal.press("Change password" if "Change password" in modal.buttons else "Set password")
    await modal.shows("The link works once")
    link = modal.link("Open the password page")
    assert link.startswith(f"{PUBLIC}/password/")
    assert "New password" not in modal.fields()
    await modal.press("Open the password page")
    return bot.address + link.removeprefix(PUBLIC)


async def post(browser: Any, page: str, password: str = SECRET) -> tuple[int, str]:
    async with browser.post(page, data={"password": password}) as answer:
        assert_safe(answer)
        return answer.status, await answer.text()


async def get(browser: Any, page: str) -> tuple[int, str]:
    async with browser.get(page) as answer:
        assert_safe(answer)
        return answer.status, await answer.text()


def logged(leaks: Path) -> str:
    return leaks.read_text()


def assert_safe(answer: aiohttp.ClientResponse) -> None:
    """Fail unless nothing keeps, frames, guesses or follows the page, and no script can run."""
    headers = answer.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Set-Cookie" not in headers


@on_our_page
@pytest.mark.both_doors
async def test_the_page_takes_a_password_once_and_the_form_says_so(
    bot: Any, browser: Any, leaks: Path
) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal, password=None)
    await modal.type("Username", "team@example.com")
    page = await link_of(bot, modal)
    for _ in range(3):
        status, text = await get(browser, page)
        assert status == 200
        assert 'type="password"' in text
        assert "<script" not in text
    async with browser.head(page) as answer:
        assert answer.status == 200
    assert (await post(browser, page))[0] == 200
    await modal.shows("The new password was given")
    for status, text in (await post(browser, page, "another"), await get(browser, page)):
        assert status == 410
        assert "Go back to Slack" in text
    await modal.close()
    assert GIVEN in modal.text()
    assert bot.parts.vault.settings.get("T1") is None, "it waits for Save"
    await bot.save(modal)
    password = bot.parts.vault.settings.get("T1").value.password
    assert (password.value, password.set_by) == (SECRET, "UADMIN")
    token = page.rpartition("/")[2]
    assert SECRET not in "".join(bot.slack.sent_by_bot())
    for secret in (SECRET, token):
        assert secret not in logged(leaks)
    with reading(bot.parts.vault.engine) as connection:
        tables = [connection.execute(select(each)).all() for each in metadata.sorted_tables]
    assert token not in repr(tables)
    assert SECRET not in repr(tables)


@on_our_page
async def test_what_is_no_password_is_told_on_the_page_and_the_link_still_works(
    bot: Any, browser: Any
) -> None:
    modal = await bot.open_settings()
    page = await link_of(bot, modal)
    for password, complaint in (
        ("", "Type the password."),
        ("two\nlines", "line breaks"),
        ("two\0parts", "line breaks"),
        ("x" * 1025, "longer than 1024"),
        ("é" * 513, "longer than 1024"),
    ):
        status, text = await post(browser, page, password)
        assert (status, complaint in text) == (422, True), password[:9]
        assert 'role="alert"' in text
    status, text = await post(browser, page, "x" * 9000)
    assert status == 413
    assert "too long for a password" in text
    assert (await post(browser, page, "right"))[0] == 200


@on_our_page
async def test_a_request_that_no_browser_sends_is_answered_in_words(bot: Any, browser: Any) -> None:
    page = await link_of(bot, await bot.open_settings())
    form = "application/x-www-form-urlencoded"
    for data, kind in (
        (b"password=%FF", form),
        (b"password=\xff", form),
        (b"password=", f"{form}; charset=utf-9"),
        (b"", form),
        (b"other=a", form),
        (b"[]", "application/json"),
        (
            b'--x\r\nContent-Disposition: form-data; name="password"\r\n\r\na\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    ):
        async with browser.post(page, data=data, headers={"Content-Type": kind}) as answer:
            text = await answer.text()
            assert (answer.status, data, kind) == (422, data, kind)
            assert "codec" not in text
            assert "Traceback" not in text

    async def endless() -> AsyncIterator[bytes]:
        yield b"password="
        for _ in range(64):
            yield b"x" * 65536

    async with browser.post(page, data=endless(), headers={"Content-Type": form}) as answer:
        assert answer.status == 413
    async with browser.put(page) as answer:
        assert answer.status == 405
    assert (await get(browser, page))[0] == 200


@on_our_page
async def test_a_link_lives_ten_minutes(bot: Any, browser: Any) -> None:
    modal = await bot.open_settings()
    page, other = await link_of(bot, modal), await link_of(bot, await bot.open_settings(bot.owner))
    bot.clock.ahead = timedelta(minutes=10, seconds=-5)
    assert (await get(browser, other))[0] == 200
    assert (await post(browser, other))[0] == 200
    bot.clock.ahead = timedelta(minutes=10, seconds=5)
    assert (await get(browser, page))[0] == 410
    assert (await post(browser, page))[0] == 410
    await modal.close()
    assert GIVEN not in modal.text()


@on_our_page
async def test_of_two_who_use_a_link_at_once_one_does(bot: Any, browser: Any) -> None:
    modal = await bot.open_settings()
    page = await link_of(bot, modal)
    bot.slack.weather.delay("users.info", 0.3)
    answers = await asyncio.gather(post(browser, page, "one"), post(browser, page, "two"))
    assert sorted(status for status, _ in answers) == [200, 410]


@on_our_page
async def test_a_link_that_never_was_leads_nowhere(bot: Any, browser: Any) -> None:
    page = await link_of(bot, await bot.open_settings())
    for token in ("x", page.rpartition("/")[2][:-1], "..%2F..%2Flivez", "%00", "é" * 99):
        wrong = f"{bot.address}/password/{token}"
        assert (await get(browser, wrong))[0] == 410
        assert (await post(browser, wrong))[0] == 410


async def test_without_a_public_address_there_is_no_page(bot: Any, browser: Any) -> None:
    async with browser.get(f"{bot.address}/password/x") as answer:
        assert answer.status == 404


@on_our_page
async def test_who_is_no_admin_any_more_gives_no_password(bot: Any, browser: Any) -> None:
    modal = await bot.open_settings()
    page = await link_of(bot, modal)
    bot.slack.add_user("UADMIN", name="admin")
    status, text = await post(browser, page)
    assert status == 403
    assert "owners and admins" in text
    bot.slack.weather.fail("users.info", status="internal_error")
    status, text = await post(browser, page)
    assert status == 403
    assert "please try again" in text
    bot.slack.add_user("UADMIN", name="admin", is_admin=True)
    assert (await post(browser, page))[0] == 200, "the link was not used up"


@on_our_page
async def test_a_link_that_the_vault_cannot_read_is_told_with_an_incident(
    bot: Any, browser: Any
) -> None:
    page = await link_of(bot, await bot.open_settings())
    with writing(bot.parts.vault.engine) as connection:
        links = records.c.kind == "password-link"
        connection.execute(update(records).where(links).values(envelope=b"\0"))
    for status, text in (await get(browser, page), await post(browser, page)):
        assert status == 503
        assert "incident number" in text


@on_our_page
async def test_a_window_closed_meanwhile_loses_nothing(bot: Any, browser: Any) -> None:
    modal = await bot.open_settings()
    page = await link_of(bot, modal)
    await modal.dismiss()
    assert (await post(browser, page))[0] == 200


@on_our_page
async def test_an_app_password_may_keep_the_spaces_that_google_shows(
    bot: Any, browser: Any
) -> None:
    modal = await bot.open_settings()
    await modal.choose("Mail provider", "Gmail / Google Workspace")
    await modal.changed()
    page = await link_of(bot, modal)
    assert (await post(browser, page, "abcd efgh ijkl mnop"))[0] == 200
    await modal.shows("The new password was given")
    await modal.close()
    await modal.type("Username", "team@gmail.com")
    await modal.type("From address", "team@gmail.com")
    await bot.save(modal)
    assert bot.parts.vault.settings.get("T1").value.password.value == "abcdefghijklmnop"


@on_our_page
async def test_a_link_is_over_once_its_form_was_saved(
    bot: Any, browser: aiohttp.ClientSession
) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal, password=None)
    await modal.press("Set password")
    await modal.shows("Open the password page")
    path = modal.link("Open the password page").partition("/password/")[2]
    await modal.close()
    await modal.tick("Connect anonymously", "Sign in without username and password")
    await modal.changed()
    await bot.save(modal)
    async with browser.post(
        f"{bot.address}/password/{path}", data={"password": "too late"}
    ) as answer:
        assert answer.status == 410
        assert "was saved meanwhile" in await answer.text()
