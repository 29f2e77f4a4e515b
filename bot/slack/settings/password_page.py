"""The one-time page on which a password is typed: plain HTML, no script. Served by `doors`."""

from html import escape
from urllib.parse import parse_qs

from aiohttp import web

from bot.slack.access import Refused
from bot.slack.problems import tell
from bot.slack.requests import hear_out
from bot.slack.settings.password import LINK_GONE, LinkGone, PasswordListeners
from storage.errors import StorageError

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; display: grid; place-items: start center; padding: 12vh 1rem 2rem; }
main { width: min(26rem, 100%); }
h1 { font-size: 1.35rem; margin: 0 0 .75rem; }
p { margin: 0 0 1rem; }
label { display: block; font-weight: 600; margin-bottom: .35rem; }
input, button { box-sizing: border-box; width: 100%; font: inherit; padding: .6rem .75rem;
  border-radius: .5rem; border: 1px solid #767676; }
input { background: Field; color: FieldText; }
input:focus-visible, button:focus-visible { outline: 3px solid #1264a3; outline-offset: 2px; }
button { margin-top: 1rem; background: #007a5a; border-color: #007a5a; color: #fff;
  font-weight: 600; cursor: pointer; }
.hint { font-size: .875rem; margin: .35rem 0 0; opacity: .85; }
.error { border-left: 4px solid #b3261e; padding: .25rem .75rem; }
"""
_LONGEST = 8192


def routes(passwords: PasswordListeners) -> list[web.RouteDef]:
    """Return the routes of the page."""
    page = _Page(passwords)
    return [web.get("/password/{token}", page.show), web.post("/password/{token}", page.take)]


class _Page:
    def __init__(self, passwords: PasswordListeners) -> None:
        self._passwords = passwords

    async def show(self, request: web.Request) -> web.Response:
        try:
            link = await self._passwords.look_up(request.match_info["token"])
        except StorageError as problem:
            return _answer(503, "That didn't work", _paragraph(tell(problem, where="page")))
        if link is None:
            return _answer(410, "This link is over", _paragraph(LINK_GONE))
        return _form(200)

    async def take(self, request: web.Request) -> web.Response:
        if (request.content_length or 0) > _LONGEST:
            return _form(413, "That is too long for a password. Please type only the password.")
        await hear_out(request)
        try:
            typed = _typed(await request.read())
            await self._passwords.give(request.match_info["token"], typed)
        except LinkGone as gone:
            return _answer(410, "This link is over", _paragraph(str(gone)))
        except Refused as problem:
            return _answer(403, "Not changed", _paragraph(tell(problem, where="page")))
        except StorageError as problem:
            return _answer(503, "That didn't work", _paragraph(tell(problem, where="page")))
        except ValueError as problem:
            return _form(422, str(problem))
        return _answer(
            200,
            "Password given",
            _paragraph(
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
    return _answer(
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


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _answer(status: int, title: str, content: str) -> web.Response:
    return web.Response(
        status=status,
        headers=_HEADERS,
        content_type="text/html",
        charset="utf-8",
        text=f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{_STYLE}</style></head>
<body><main><h1>{escape(title)}</h1>{content}</main></body></html>""",
    )
