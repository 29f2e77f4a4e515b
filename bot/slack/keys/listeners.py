"""What answers `/mailsettings keys` and the list: open it; rename, replace or delete a key."""

from dataclasses import dataclass

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.access import Caller
from bot.slack.keys.kept import Kept
from bot.slack.keys.place import Place
from bot.slack.keys.showing import Done, Showing, place_of, typed
from bot.slack.keys.upload_view import Asked, upload_view
from bot.slack.keys.view import delete_view, keys_view, rename_view
from bot.slack.replies import Body
from bot.slack.words import Block, code
from bot.smtp.ssl_keys import UnusableKey


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyListeners:
    """The listeners of the list of SSL keys."""

    showing: Showing

    async def open(self, caller: Caller, body: Body) -> None:
        """Open the list for an admin. Raises Refused, StorageError, SlackFailure."""
        await self.showing.slack.open_view(body["trigger_id"], await self._list(caller, form=""))

    async def push(self, caller: Caller, trigger_id: str, form_id: str) -> None:
        """Put the list on top of the settings' form. Raises Refused, StorageError, SlackFailure."""
        await self.showing.slack.push_view(trigger_id, await self._list(caller, form=form_id))

    async def upload(self, ack: AsyncAck, body: Body) -> None:
        """Answer the button "Upload": ask for a file."""
        await ack()
        self.showing.replies.in_window(body, self._upload, name="upload key")

    async def menu(self, ack: AsyncAck, body: Body) -> None:
        """Answer a choice from a key's menu: rename, replace, delete."""
        await ack()
        self.showing.replies.in_window(body, self._menu, name="key menu")

    async def submit_rename(self, ack: AsyncAck, body: Body) -> None:
        """Give a key another name."""
        caller = Caller.of(body)
        await self.showing.promptly(ack, caller, self._rename(caller, body), doing="Renaming ...")

    async def submit_delete(self, ack: AsyncAck, body: Body) -> None:
        """Delete a key."""
        caller = Caller.of(body)
        await self.showing.promptly(ack, caller, self._delete(caller, body), doing="Deleting ...")

    async def _list(self, caller: Caller, *, form: str) -> Block:
        await self.showing.access.admin(caller)
        keys, sealed = await self.showing.threads(self.showing.keys.listed, caller.team_id)
        return keys_view(keys, sealed=sealed, form=form, now=self.showing.clock())

    async def _upload(self, caller: Caller, body: Body) -> None:
        await self.showing.access.admin(caller)
        below = place_of(body["view"])
        place = Place(list=body["view"]["id"], form=below.form)
        await self.showing.slack.push_view(body["trigger_id"], upload_view(place, Asked()))

    async def _menu(self, caller: Caller, body: Body) -> None:
        await self.showing.access.admin(caller)
        below = place_of(body["view"])
        chosen = str(body["actions"][0]["selected_option"]["value"])
        deed, _, key_id = chosen.partition(":")
        kept = await self.showing.threads(self.showing.keys.get, caller.team_id, key_id)
        place = Place(list=body["view"]["id"], form=below.form, key=kept.id, revision=kept.revision)
        await self.showing.slack.push_view(body["trigger_id"], self._asking(deed, place, kept))

    def _asking(self, deed: str, place: Place, kept: Kept) -> Block:
        match deed:
            case "rename":
                return rename_view(place, kept)
            case "replace":
                return upload_view(place, Asked(), replaced=kept.key.name)
            case _:
                return delete_view(place, kept, now=self.showing.clock())

    async def _rename(self, caller: Caller, body: Body) -> Done:
        await self.showing.access.admin(caller, fresh=True)
        view = body["view"]
        place = place_of(view)
        block_id = place.block_id("name")
        name = typed(view, block_id, "name")
        try:
            kept = await self.showing.threads(
                self.showing.keys.rename, caller, place.key, name=name, revision=place.revision
            )
        except UnusableKey as problem:
            return Done(text=f"Nothing was renamed. {problem}", errors={block_id: str(problem)})
        return Done(text=f"The SSL key is called {code(kept.key.name)} now.", place=place)

    async def _delete(self, caller: Caller, body: Body) -> Done:
        await self.showing.access.admin(caller, fresh=True)
        place = place_of(body["view"])
        kept = await self.showing.threads(
            self.showing.keys.delete, caller, place.key, revision=place.revision
        )
        return Done(text=f"The SSL key {code(kept.key.name)} was deleted.", place=place)
