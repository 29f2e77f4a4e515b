"""Uploads of SSL keys: fetched from Slack after the ack, deleted there, opened, stored sealed.

A file that can't be opened yet waits sealed for half an hour, so that a mistyped passphrase costs
no second upload, and no key lies in Slack meanwhile.
"""

import asyncio
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.access import Caller, Refused
from bot.slack.files import FileRefused, Files, Upload
from bot.slack.keys.keeping import KeyRefused
from bot.slack.keys.kept import Kept
from bot.slack.keys.place import Place
from bot.slack.keys.showing import Done, Showing, entry, place_of, typed
from bot.slack.keys.upload_view import Asked, left_in_slack, upload_view
from bot.slack.keys.view import stored_view
from bot.slack.problems import tell
from bot.slack.replies import Body
from bot.slack.words import code
from bot.smtp.ssl_key_files import read_key_file
from bot.smtp.ssl_keys import UnusableKey, parse_key_name

WAITING = timedelta(minutes=30)
"""How long an uploaded file waits to be opened."""

_EXPIRED = "The file waited for half an hour and was thrown away. Choose it again."
_NO_FILE = "Choose the file with the key or the certificate."


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An uploaded file that we have, and what is left of it in Slack."""

    content: bytes = field(repr=False)
    name: str
    left: str = ""
    """What its uploader has to do in Slack, in mrkdwn; empty: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was submitted."""

    caller: Caller
    place: Place
    file: Mapping[str, Any] | None
    """Slack's file object; None: the one that waits."""
    name: str
    passphrase: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadListeners:
    """The listeners of the view in which a file is chosen."""

    showing: Showing
    files: Files

    async def submit(self, ack: AsyncAck, body: Body) -> None:
        """Take a file: as a new SSL key, or in the place of one."""
        caller, view = Caller.of(body), body["view"]
        try:
            place = place_of(view)
            await self.showing.access.admin(caller, fresh=True)
        except Refused as refusal:
            # Under a field, so that nothing typed is lost and no view too many is pushed.
            sentence = tell(refusal, where="upload key")
            await ack(response_action="errors", errors={_first_field(view): sentence})
            return
        wish, errors = _read(caller, place, view)
        if errors:
            await ack(response_action="errors", errors=errors)
            return
        doing = "Reading the file ..."
        await self.showing.waiting(ack, caller, self._store(wish), doing=doing)

    async def _store(self, wish: Wish) -> Done:
        replaced = await self._replaced(wish)
        asked = Asked(name=wish.name)
        try:
            given = await self._given(wish)
        except FileRefused as refusal:
            left = await self._left(Upload.of(wish.file)) if wish.file is not None else ""
            asked = replace(asked, complaint=str(refusal), left=left)
            return _again(wish.place.again(upload=""), asked, replaced)
        asked = replace(asked, file=given.name, left=given.left)
        name = replaced.key.name if replaced is not None else wish.name
        try:
            key = await asyncio.to_thread(
                read_key_file, given.content, passphrase=wish.passphrase, name=name
            )
            if replaced is None:
                kept = await self.showing.threads(self.showing.keys.upload, wish.caller, key)
            else:
                kept = await self.showing.threads(
                    self.showing.keys.replace,
                    wish.caller,
                    replaced.id,
                    key,
                    revision=wish.place.revision,
                )
        except (UnusableKey, KeyRefused) as problem:
            waiting = await self.showing.threads(self._wait_with, wish, given)
            asked = replace(asked, complaint=str(problem))
            return _again(wish.place.again(upload=waiting), asked, replaced)
        await self.showing.threads(self._drop, wish)
        view = stored_view(kept, left=given.left, now=self.showing.clock())
        text = f"The SSL key {code(kept.key.name)} was stored. {given.left}".strip()
        return Done(text=text, view=view, place=wish.place)

    async def _replaced(self, wish: Wish) -> Kept | None:
        if not wish.place.key:
            return None
        return await self.showing.threads(
            self.showing.keys.get, wish.caller.team_id, wish.place.key
        )

    async def _given(self, wish: Wish) -> Given:
        """Return the file: from Slack, or the one that waits. Raises FileRefused."""
        if wish.file is None:
            return await self.showing.threads(self._waiting, wish)
        described = await self.files.describe(wish.file)
        content = await self.files.fetch(described)
        upload = Upload.of(described)
        return Given(content=content, name=upload.name, left=await self._left(upload))

    async def _left(self, upload: Upload) -> str:
        """Delete the file in Slack, and return what its uploader has to do if that fails."""
        deleted = await self.files.delete(upload.id)
        return "" if deleted else left_in_slack(upload.name, upload.link)

    def _waiting(self, wish: Wish) -> Given:
        waiting = self.showing.keys.vault.uploads.get(wish.caller.team_id, wish.place.upload)
        if (
            waiting is None
            or waiting.value["user"] != wish.caller.user_id
            or self.showing.clock() - waiting.changed_at > WAITING
        ):
            raise FileRefused(_EXPIRED)
        content = b64decode(waiting.value["content"])
        return Given(content=content, name=waiting.value["name"], left=waiting.value["left"])

    def _wait_with(self, wish: Wish, given: Given) -> str:
        """Seal the file until it can be opened, and return the name that it waits under."""
        self._drop(wish)
        name = secrets.token_urlsafe(12)
        self.showing.keys.vault.uploads.put(
            wish.caller.team_id,
            {
                "user": wish.caller.user_id,
                "name": given.name,
                "content": b64encode(given.content).decode(),
                "left": given.left,
            },
            name=name,
            revision=0,
            by=wish.caller.user_id,
            at=self.showing.clock(),
        )
        return name

    def _drop(self, wish: Wish) -> None:
        if wish.place.upload:
            uploads = self.showing.keys.vault.uploads
            uploads.delete(wish.caller.team_id, wish.place.upload, at=self.showing.clock())


def _again(place: Place, asked: Asked, replaced: Kept | None) -> Done:
    view = upload_view(place, asked, replaced=replaced.key.name if replaced is not None else "")
    return Done(text=f"The SSL key was not stored. {asked.complaint} {asked.left}", view=view)


def _read(caller: Caller, place: Place, view: Mapping[str, Any]) -> tuple[Wish, dict[str, str]]:
    """Return what was submitted, and what is missing or wrong about it by block id."""
    errors = {}
    files = (entry(view, place.block_id("file"), "file") or {}).get("files") or []
    name = typed(view, place.block_id("name"), "name")
    passphrase = typed(view, place.block_id("passphrase"), "passphrase")
    if not files and not place.upload:
        errors[place.block_id("file")] = _NO_FILE
    if not place.key:
        try:
            name = parse_key_name(name)
        except UnusableKey as problem:
            errors[place.block_id("name")] = str(problem)
    wish = Wish(
        caller=caller,
        place=place,
        file=files[0] if files else None,
        name=name,
        passphrase=passphrase,
    )
    return wish, errors


def _first_field(view: Mapping[str, Any]) -> str:
    blocks = view.get("blocks") or ()
    return next((str(each["block_id"]) for each in blocks if each.get("type") == "input"), "file")
