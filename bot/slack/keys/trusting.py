"""The button "Trust this certificate" under a failed test, and what follows it.

The certificate comes from the test's own transcript, never from the button or the view.
"""

import json
from base64 import b64decode
from dataclasses import dataclass
from typing import Protocol

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.access import Caller
from bot.slack.keys.keeping import KeyRefused
from bot.slack.keys.showing import Done, Showing
from bot.slack.keys.trust_view import trust_view, trusted_view
from bot.slack.keys.view import said_view
from bot.slack.replies import Body
from bot.slack.words import code
from bot.smtp.ssl_keys import UnusableKey
from bot.smtp.transcript import Certificate, Transcript


class FindTranscript(Protocol):
    """Finds what happened in a test of the caller's workspace."""

    async def __call__(self, caller: Caller, run_id: str) -> Transcript | None:
        """Return the transcript; None: the test is under way. Raises Refused, StorageError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustListeners:
    """The listeners around trust in a server's own certificate."""

    showing: Showing
    transcript: FindTranscript

    async def ask(self, ack: AsyncAck, body: Body) -> None:
        """Answer the button: show the certificate."""
        await ack()
        self.showing.replies.privately(body, self._ask, name="trust certificate")

    async def submit(self, ack: AsyncAck, body: Body) -> None:
        """Trust it."""
        caller = Caller.of(body)
        await self.showing.promptly(ack, caller, self._trust(caller, body), doing="Storing ...")

    async def _ask(self, caller: Caller, body: Body) -> None:
        await self.showing.access.admin(caller)
        run_id = str(body["actions"][0]["value"])
        found = await self._shown(caller, run_id)
        view = trust_view(run_id, found.leaf, host=found.host, port=found.port)
        await self.showing.slack.open_view(body["trigger_id"], view)

    async def _trust(self, caller: Caller, body: Body) -> Done:
        await self.showing.access.admin(caller, fresh=True)
        run_id = str(json.loads(body["view"]["private_metadata"])["run"])
        found = await self._shown(caller, run_id)
        try:
            kept = await self.showing.threads(
                self.showing.keys.trust, caller, b64decode(found.leaf.der), host=found.host
            )
        except UnusableKey as problem:
            text = f"This certificate can't be trusted, so nothing was changed. {problem}"
            return Done(text=text, view=said_view(text, close="Close"))
        text = f"The certificate is trusted for {code(found.host)} once it is chosen as “SSL key”."
        return Done(text=text, view=trusted_view(kept))

    async def _shown(self, caller: Caller, run_id: str) -> "Shown":
        transcript = await self.transcript(caller, run_id)
        chain = transcript.tls.chain if transcript is not None and transcript.tls else ()
        if transcript is None or not chain or not chain[0].der:
            raise KeyRefused(
                "This test kept no certificate of the server. Test again, then choose "
                "“Trust this certificate” there."
            )
        return Shown(leaf=chain[0], host=transcript.host, port=transcript.port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The certificate that a server showed in a test."""

    leaf: Certificate
    host: str
    port: int
