"""Files that people upload into a view: kept, described and handed out as Slack does it.

(docs.slack.dev/reference/objects/file-object)
"""

import mimetypes
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePath
from urllib.parse import quote

from aiohttp import web

from bot.demo.record import Json, Record
from bot.demo.state import Field
from bot.demo.weather import Weather
from bot.demo.workspace import TEAM, Refused

LARGEST = 10 * 2**20
"""Octets (docs.slack.dev/reference/block-kit/block-elements/file-input-element)."""
_LOGIN = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to Acme</body></html>"


class UploadRefused(LookupError):
    """Slack's client does not take this file. The text is what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An uploaded file."""

    id: str
    name: str
    user: str
    created: int
    content: bytes = field(repr=False)
    team_id: str = TEAM

    @property
    def path(self) -> str:
        """Where it is downloaded from: not to be guessed, and of no use without a token."""
        return f"/files-pri/{self.team_id}-{self.id}/download/{quote(self.name.lower(), safe='')}"

    def as_json(self, origin: str) -> Json:
        """Return the file object."""
        kind = PurePath(self.name).suffix.lstrip(".").lower() or "binary"
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.name,
            "mimetype": mimetypes.guess_type(self.name)[0] or "application/octet-stream",
            "filetype": kind,
            "pretty_type": kind.upper(),
            "user": self.user,
            "user_team": self.team_id,
            "editable": False,
            "size": len(self.content),
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": False,
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": f"{origin}{self.path}",
            "url_private_download": f"{origin}{self.path}",
            "permalink": f"{origin}/files/{self.user}/{self.id}/{quote(self.name.lower())}",
            "comments_count": 0,
            "is_starred": False,
            "shares": {},
            "channels": [],
            "groups": [],
            "ims": [],
            "has_rich_preview": False,
            "file_access": "visible",
        }


@dataclass(slots=True, kw_only=True)
class Files:
    """All files, and the address that hands them out."""

    record: Record
    weather: Weather
    token: str = field(repr=False)
    """The bot's: what a download must be asked for with."""
    scopes: set[str]
    origin: str
    clock: Callable[[], float]
    undescribed: bool = False
    """A payload says of a file its id alone, as in a channel shared by Slack Connect."""
    kept: dict[str, File] = field(default_factory=dict)

    def upload(self, name: str, content: bytes, *, user: str) -> Json:
        """Keep a file and return how a payload describes it. Raises UploadRefused."""
        if not content:
            raise UploadRefused("This file is empty.")
        if len(content) > LARGEST:
            raise UploadRefused("This file is larger than 10 MB.")
        file_id = f"F{secrets.token_hex(5).upper()}"
        file = File(id=file_id, name=name, user=user, created=int(self.clock()), content=content)
        self.kept[file_id] = file
        if self.undescribed:
            return {"id": file_id, "file_access": "check_file_info"}
        return file.as_json(self.origin)

    def choose(self, field: Field, name: str, content: bytes, *, user: str) -> None:
        """Upload a file into a view's field. Raises UploadRefused."""
        if not field.holds_files:
            raise UploadRefused("No file can be chosen here.")
        if len(field.value) >= field.element.get("max_files", 10):
            raise UploadRefused("No more files can be chosen here. Remove one first.")
        field.value = [*field.value, self.upload(name, content, user=user)]
        field.touched = field.reported = True
        self.record.tell()

    def find(self, file_id: str) -> File:
        """Return a file. Raises Refused('file_not_found')."""
        if file_id not in self.kept:
            raise Refused("file_not_found")
        return self.kept[file_id]

    def info(self, arguments: Json) -> Json:
        """Describe a file (files.info)."""
        return {"file": self.find(str(arguments["file"])).as_json(self.origin)}

    def delete(self, arguments: Json) -> Json:
        """Delete a file (files.delete)."""
        del self.kept[self.find(str(arguments["file"])).id]
        return {}

    async def handle(self, request: web.Request) -> web.Response:
        """Hand a file out; without the bot's token or its scope, Slack's page to sign in."""
        self.record.add("download", {"path": request.path}, by_bot=True)
        answer = await self.weather.meet(request, "download") or self._answer(request)
        self.record.add("answer to download", None, by_bot=False, status=answer.status)
        return answer

    def _answer(self, request: web.Request) -> web.Response:
        given = request.headers.get("Authorization", "")
        if given != f"Bearer {self.token}" or "files:read" not in self.scopes:
            return web.Response(text=_LOGIN, content_type="text/html")
        for each in self.kept.values():
            if each.path == request.rel_url.raw_path:
                return web.Response(body=each.content, content_type="application/octet-stream")
        return web.Response(status=404, text=_LOGIN, content_type="text/html")
