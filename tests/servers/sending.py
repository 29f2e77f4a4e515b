"""Our real way of testing a mail server, against a real one."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from bot.sending import Service, Trial, explain, new_code, run_test
from bot.smtp.diagnosis import diagnose
from bot.smtp.message import TestMessage
from bot.smtp.network import Network
from bot.smtp.settings import MailServer, MailSettings
from bot.smtp.submission import submit
from bot.smtp.transcript import Diagnosis, Outcome, Step, Transcript
from tests.servers.real_server import HOST, PASSWORD, READER, USERNAME, Door, RealServer

SENDER_NAME = "Acmé Team"
REPLY_TO = "help@example.com"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A test that ended."""

    transcript: Transcript
    diagnosis: Diagnosis | None
    code: str

    @property
    def found(self) -> tuple[str, int | None, str]:
        """Stage, reply code and cause of the failure."""
        failure = self.transcript.failure
        assert failure is not None, self.transcript
        assert self.diagnosis is not None
        code = failure.reply.code if failure.reply else None
        return str(failure.stage), code, self.diagnosis.cause

    def in_mailbox(self, server: RealServer) -> EmailMessage:
        """Return the message as the server delivered it."""
        transcript = self.transcript
        assert transcript.outcome is Outcome.ACCEPTED, transcript.failure
        return server.message(transcript.message_id, queue_id=transcript.queue_id)


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Sends tests to one server, over one network."""

    server: RealServer
    network: Network

    async def __call__(
        self,
        door: Door,
        *,
        recipient: str = READER,
        sender: str = USERNAME,
        workspace: str = "Acme",
        send: bool = True,
        **changes: Any,
    ) -> Sent:
        """Test the server as the channel does; *changes* are to the fields of MailServer."""
        service = Service(server=self._settings(door, changes), from_address=sender, own=True)
        trial = Trial(
            recipient=recipient,
            send=send,
            code=new_code(),
            workspace=workspace,
            asked_by="Ana",
            channel="#mail",
            at=datetime.now(UTC),
        )
        steps: list[Step] = []
        transcript = await run_test(
            service,
            MailSettings(sender_name=SENDER_NAME, reply_to=REPLY_TO),
            trial,
            network=self.network,
            watch=steps.append,
            before_final_dot=_go_on,
        )
        assert list(transcript.steps) == steps
        assert PASSWORD not in repr(transcript)
        return Sent(transcript=transcript, diagnosis=explain(transcript, service), code=trial.code)

    async def large(self, door: Door, *, size: int) -> Sent:
        """Submit a message of at least *size* bytes."""
        built = TestMessage(
            workspace="Acme",
            code="4821",
            asked_by="Ana",
            channel=None,
            server=HOST,
            from_address=USERNAME,
            to=READER,
            date=datetime.now(UTC),
        ).build()
        settings = self._settings(door, {})
        transcript = await submit(
            settings,
            replace(built, content=built.content + b"and so on\r\n" * (size // 11 + 1)),
            sender=USERNAME,
            recipient=READER,
            network=self.network,
            watch=lambda _step: None,
        )
        diagnosis = diagnose(transcript, settings, sender=USERNAME)
        return Sent(transcript=transcript, diagnosis=diagnosis, code="4821")

    def _settings(self, door: Door, changes: dict[str, Any]) -> MailServer:
        values = {"host": HOST, "port": self.server.ports[door], "tls_mode": door.tls_mode}
        if door is not Door.OPEN:
            values |= {"username": USERNAME, "password": PASSWORD}
        return MailServer(**(values | changes))


async def _go_on() -> None:
    """Nothing has to be noted before a message goes."""
