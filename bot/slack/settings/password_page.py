"""The one-time page on which a password is typed: plain HTML, no script. Served by `doors`."""

from html import escape
from urllib.parse import parse_qs

from aiohttp import web

from bot.slack.access import Refused
from bot.slack.pages import page, paragraph
from bot.slack.problems import tell
from bot.slack.requests import hear_out
from bot.slack.settings.password import LINK_GONE, LinkGone, PasswordListeners
from storage.errors import StorageError

_LONGEST = 8192


def routes(passwords: PasswordListeners) -> list[web.RouteDef]:
    """Return the routes of the page."""
    one = _Page(passwords)
    return [web.get("/password/{token}", one.show), web.post("/password/{token}", one.take)]


class _Page:
    def __init__(self, passwords: PasswordListeners) -> None:
        self._passwords = passwords

    async def show(self, request: web.Request) -> web.Response:
        try:
            link = await self._passwords.look_up(request.match_info["token"])
        except StorageError as problem:
            return page(503, "That didn't work", paragraph(tell(problem, where="page")))
        if link is None:
            return page(410, "This link is over", paragraph(LINK_GONE))
        return _form(200)

    async def take(self, request: web.Request) -> web.Response:
        if (request.content_length or 0) > _LONGEST:
            return _form(413, "That is too long for a password. Please type only the password.")
        await hear_out(request)
        try:
            typed = _typed(await request.read())
            await self._passwords.give(request.match_info["token"], typed)
        except LinkGone as gone:
            return page(410, "This link is over", paragraph(str(gone)))
        except Refused as problem:
            return page(403, "Not changed", paragraph(tell(problem, where="page")))
        except StorageError as problem:
            return page(503, "That didn't work", paragraph(tell(problem, where="page")))
        except ValueError as problem:
            return _form(422, str(problem))
        return page(
            200,
            "Password given",
            paragraph(
                "You can close this page. Back in Slack, the form says “new password given”: "
                "choose Save there to store it, or Send test message to try it."
            ),
        )


def _typed(body: bytes) -> str:
    """Return the password in a form's *body*. Raises ValueError rather than guess at a letter."""
    try:
        fields = parse_qs(body.decode("ascii"), errors="strict")
    except ValueError:
        raise ValueError(
            "The password didn't arrive whole. Please reload this page and type it again."
        ) from None
    return fields.get("password", [""])[0]


def _form(status: int, complaint: str = "") -> web.Response:
    error = f'<p class="error" role="alert" id="why">{escape(complaint)}</p>' if complaint else ""
    return page(
        status,
        "New password for the mail server",
        f"""<p>It goes straight to the bot, not through Slack. It is stored sealed and never shown
again. This page works once, for the form that you have open in Slack.</p>{error}
<form method="post" autocomplete="off">
<label for="password">New password</label>
<input id="password" name="password" type="password" required autofocus maxlength="1024"
 autocomplete="new-password" aria-describedby="{"why " if complaint else ""}hint">
<p class="hint" id="hint">For Gmail, an app password: 16 letters, with or without its spaces.</p>
<button>Use this password</button>
</form>""",
    )
