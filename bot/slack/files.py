"""Files that people upload into our views: fetched from Slack alone, capped, deleted there.

A file's address comes with Slack's payload, and our token goes to it: so it must be one of Slack's.
(docs.slack.dev/reference/objects/file-object)
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from yarl import URL

from bot.slack.api import SlackAPI, SlackFailure

log = structlog.get_logger(__name__)

LARGEST = 256 * 1024
"""Octets. A key with a long chain has some 20 kB."""

_SLACK = ("slack.com", "slack-gov.com")
_TIMEOUT = aiohttp.ClientTimeout(total=20, connect=10)
_LINK = re.compile(r"https?://[^\s<>|]+")
_PIECE = 16 * 1024


class FileRefused(ValueError):
    """An uploaded file can't be used. The text is for the person who uploaded it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as Slack's payload names it."""

    id: str
    name: str
    link: str
    """Where its uploader finds it in Slack; empty: the payload doesn't say."""

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> "Upload":
        """Read a file object."""
        link = str(described.get("permalink") or "")
        return cls(
            id=str(described.get("id") or ""),
            name=str(described.get("name") or "the file"),
            link=link if _LINK.fullmatch(link) else "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Fetches and deletes uploaded files."""

    slack: SlackAPI
    api_url: str

    async def describe(self, told: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the file object that a submission *told* of. Raises FileRefused."""
        if told.get("url_private"):
            return told
        # Slack Connect: "check_file_info" is all that the payload says.
        try:
            return await self.slack.file_info(str(told.get("id")))
        except SlackFailure as failure:
            raise FileRefused(_refusal_of(failure)) from failure

    async def fetch(self, described: Mapping[str, Any]) -> bytes:
        """Return the content of a file. Raises FileRefused."""
        url = self._address(described.get("url_private_download") or described.get("url_private"))
        if _number(described.get("size")) > LARGEST:
            raise FileRefused(TOO_LARGE)
        page = described.get("mimetype") == "text/html"
        for pause in (0.0, *self.slack.pace.again_after[:2]):
            await asyncio.sleep(pause)
            content = await self._download(url, page_expected=page)
            if content is not None:
                return content
        raise FileRefused(IN_TROUBLE)

    async def delete(self, file_id: str) -> bool:
        """Delete a file in Slack. False: its uploader has to."""
        return await self.slack.delete_file(file_id)

    async def _download(self, url: URL, *, page_expected: bool) -> bytes | None:
        """Return the content; None: trying again may help. Raises FileRefused."""
        try:
            async with self.slack.clients.session.get(
                url,
                headers={"Authorization": f"Bearer {self.slack.token}"},
                allow_redirects=False,  # the token would go along
                timeout=_TIMEOUT,
            ) as answer:
                if answer.status == 429 or answer.status >= 500:
                    log.warning("a file was not handed out yet", status=answer.status)
                    return None
                if answer.status != 200:
                    log.error("a file was not handed out", status=answer.status)
                    raise FileRefused(NO_SCOPE if answer.status in _SENT_AWAY else GONE)
                if answer.content_type == "text/html" and not page_expected:
                    # Slack answers so, with status 200, to a token without the scope.
                    raise FileRefused(NO_SCOPE)
                return await _within_limit(answer)
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            log.warning("a file was not fetched yet", kind=type(problem).__name__)
            return None

    def _address(self, text: object) -> URL:
        """Return the address of a file. Raises FileRefused unless it is one of Slack's."""
        try:
            url = URL(str(text))
            if self._is_slacks(url):
                return url
        except ValueError:
            url = URL()
        log.error("a file's address is not Slack's", host=url.host)
        raise FileRefused(NOT_SLACKS)

    def _is_slacks(self, url: URL) -> bool:
        if not url.is_absolute() or url.user is not None or url.host is None:
            return False
        if url.scheme == "https" and url.port == 443 and _within_slack(url.host):
            return True
        api = URL(self.api_url)
        return not _within_slack(api.host or "") and url.origin() == api.origin()


async def _within_limit(answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        content += piece
        if len(content) > LARGEST:
            raise FileRefused(TOO_LARGE)
    return bytes(content)


def _within_slack(host: str) -> bool:
    return any(host == each or host.endswith(f".{each}") for each in _SLACK)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _refusal_of(failure: SlackFailure) -> str:
    if failure.error == "missing_scope":
        return NO_SCOPE
    return IN_TROUBLE if failure.passing else GONE


_SENT_AWAY = {301, 302, 303, 307, 308, 401, 403}

NO_SCOPE = (
    "Slack didn't let this bot read the file, because the bot lacks the permission `files:read`. "
    "Ask the operator of this bot to add that scope on the app's page “OAuth & Permissions” and to "
    "install the app again. Then upload the file once more."
)
TOO_LARGE = (
    "This file is larger than 256 kB, and a key or a certificate is never that large. "
    "Choose the file that holds only the key or the certificate."
)
NOT_SLACKS = (
    "The file's address is not one of Slack's, so it was not fetched. Upload the file again; "
    "if that doesn't help, tell the operator of this bot."
)
GONE = "The file is no longer in Slack. Choose it again."
IN_TROUBLE = "Slack doesn't hand out the file just now. Please try again in a minute."
