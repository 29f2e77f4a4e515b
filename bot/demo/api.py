"""What the page asks for: each request is something that a person does in the chat client."""

from base64 import b64decode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.demo.door import Answer
from bot.demo.filling import fill
from bot.demo.guide import Guide
from bot.demo.modal import Modal
from bot.demo.person import Person
from bot.demo.record import Json, parsed
from bot.demo.servers import KEY_FILE, SERVERS
from bot.demo.slack import StandIn
from bot.demo.snapshot import COMMANDS, Screens
from bot.demo.workspace import Refused

_LONGEST = 4000
"""Characters of a message."""


class Mistake(Exception):
    """A request that can't be done. The text is for the person at the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for, and by whom."""

    person: Person
    body: Json

    def text(self, name: str) -> str:
        """Return a field of the request. Raises Mistake where it is no text."""
        value = self.body.get(name)
        if not isinstance(value, str):
            raise Mistake(f"The page left out “{name}”. Load it again.")
        return value

    def values(self) -> dict[str, dict[str, str | list[str]]]:
        """Return what stands in the fields, by block id and action id. Raises Mistake."""
        given = self.body.get("values") or {}
        if not isinstance(given, dict) or not all(isinstance(e, dict) for e in given.values()):
            raise Mistake("The page sent the form's fields in a way that nobody can read.")
        return {
            block_id: {name: _shown(value) for name, value in fields.items()}
            for block_id, fields in given.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The requests, bound to one demo."""

    slack: StandIn
    guide: Guide
    screens: Screens
    client_key: bytes
    """A file that a mail server's clients may have."""

    def routes(self) -> list[web.RouteDef]:
        """Name every request."""
        table: dict[str, Callable[[Request], Awaitable[Json]]] = {
            "command": self.command,
            "shortcut": self.shortcut,
            "press": self.press,
            "modal/act": self.act,
            "modal/attach": self.attach,
            "modal/submit": self.submit,
            "modal/close": self.close,
            "fill": self.fill,
            "guide/dismiss": self.dismiss,
        }
        posts = [web.post(f"/api/{name}", self._door(each)) for name, each in table.items()]
        return [*posts, web.get(f"/{KEY_FILE}", self._hand_out_key)]

    def person(self, user_id: object) -> Person:
        """Return somebody of the workspace. Raises Mistake."""
        try:
            person = self.slack.person(str(user_id))
        except Refused:
            raise Mistake("There is nobody of that name in this workspace.") from None
        if person.user.is_bot:
            raise Mistake("Nobody can be the bot but the bot.")
        return person

    async def command(self, request: Request) -> Json:
        """Type something in a channel: a slash command or a message."""
        text, channel = request.text("text").strip(), request.text("channel")
        if not text or len(text) > _LONGEST:
            raise Mistake(f"A message has one to {_LONGEST} characters.")
        if not text.startswith("/"):
            request.person.write(text, channel=channel)
            return {}
        name, _, rest = text.partition(" ")
        if name not in {each["name"] for each in COMMANDS}:
            raise Mistake(f"{name} is no command of this workspace. Type / to see which there are.")
        reply = await request.person.command(name, rest.strip(), channel=channel)
        if reply.error or reply.status != 200:
            raise Mistake(f"{name} failed with the error “{reply.error or reply.status}”.")
        return {}

    async def shortcut(self, request: Request) -> Json:
        """Choose a global shortcut."""
        return _done(await request.person.shortcut(request.text("callback_id")))

    async def press(self, request: Request) -> Json:
        """Press a button in a message."""
        try:
            message = self.slack.workspace.message(request.text("channel"), request.text("ts"))
        except Refused:
            raise Mistake("This message is gone.") from None
        return _done(
            await request.person.act_in_message(
                message, request.text("block_id"), request.text("action_id")
            )
        )

    async def act(self, request: Request) -> Json:
        """Use an element of the modal, after all that was typed."""
        modal = self._modal(request)
        modal.enter_all(request.values())
        value = _shown(request.body.get("value"))
        return _done(await modal.act(request.text("block_id"), request.text("action_id"), value))

    async def attach(self, request: Request) -> Json:
        """Choose a file in a field of the modal."""
        modal = self._modal(request)
        modal.enter_all(request.values())
        try:
            content = b64decode(request.text("content"), validate=True)
        except ValueError:
            raise Mistake("The page sent the file in a way that nobody can read.") from None
        modal.attach_at(
            (request.text("block_id"), request.text("action_id")), request.text("name"), content
        )
        return {"version": self.slack.events.changes}

    async def submit(self, request: Request) -> Json:
        """Press the modal's submit button."""
        modal = self._modal(request)
        view = modal.view
        modal.enter_all(request.values())
        if view.id in self.screens.busy:
            raise Mistake("This was sent already. One moment, please.")
        self.screens.busy.add(view.id)
        self.slack.events.tell()
        try:
            submitted = await modal.submit()
        finally:
            self.screens.busy.discard(view.id)
            self.slack.events.tell()
        if submitted.outcome == "failed":
            raise Mistake("We had some trouble connecting. Try again?")
        return {
            "outcome": submitted.outcome,
            "errors": view.errors if submitted.outcome == "errors" else {},
        }

    async def close(self, request: Request) -> Json:
        """Close the view on top, or all of them; what is gone needs no closing."""
        modal = request.person.screen()
        if modal is None or modal.view.id != request.text("view_id"):
            return {}
        if request.body.get("all"):
            await modal.dismiss()
        else:
            await modal.close()
        return {}

    async def fill(self, request: Request) -> Json:
        """Fill the open settings form with a mail server's values.

        The answer names the version of the first screen that shows them.
        """
        server = next((e for e in SERVERS if e.id == request.text("server_id")), None)
        if server is None:
            raise Mistake("There is no such mail server.")
        if request.person.screen() is None:
            raise Mistake("Open the settings first: type /mailsettings. Then choose the server.")
        modal = self._modal(request)
        modal.enter_all(request.values())
        await fill(modal, server, port=self.screens.ports[server.id])
        self.guide.filled()
        return {"version": self.slack.events.changes}

    async def dismiss(self, request: Request) -> Json:
        """Show the guide no more."""
        self.guide.dismiss(request.person.id)
        return {}

    async def _hand_out_key(self, _request: web.Request) -> web.Response:
        return web.Response(
            body=self.client_key,
            content_type="application/x-pkcs12",
            headers={"Content-Disposition": f"attachment; filename={KEY_FILE}"},
        )

    def _modal(self, request: Request) -> Modal:
        modal = request.person.screen()
        if modal is None or modal.view.id != request.text("view_id"):
            raise Mistake("This window has changed meanwhile. Look again, then try once more.")
        return modal

    def _door(
        self, do: Callable[[Request], Awaitable[Json]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            body = parsed((await request.read()).decode("utf-8", "replace")) or {}
            try:
                person = self.person(body.get("user"))
                done = await do(Request(person=person, body=body))
            except TimeoutError:
                return failed(504, "The bot gave no answer in time.")
            except (Mistake, LookupError) as problem:
                return failed(400, str(problem.args[0]))
            finally:
                self.slack.events.tell()
            return web.json_response({"ok": True, "error": "", **done})

        return answer


def failed(status: int, sentence: str) -> web.Response:
    """Return an answer that says what went wrong."""
    return web.json_response({"ok": False, "error": sentence}, status=status)


def _done(answer: Answer | None) -> Json:
    if answer is not None and not answer.ok:
        raise Mistake(f"That failed with the error “{answer.error or answer.status}”.")
    return {}


def _shown(value: object) -> str | list[str]:
    if isinstance(value, list):
        return [str(each) for each in value]
    return "" if value is None else str(value)
