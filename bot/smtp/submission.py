"""The submission of a message to a mail server: from settings and name to a transcript."""

from collections.abc import Awaitable, Callable

from bot.smtp.address import parse_address
from bot.smtp.connection import connect
from bot.smtp.journal import Journal
from bot.smtp.lookup import Unresolved
from bot.smtp.message import Built
from bot.smtp.network import Network
from bot.smtp.session import Envelope, Findings, Session
from bot.smtp.settings import MailServer
from bot.smtp.ssl_keys import UnusableKey
from bot.smtp.transcript import Failure, Outcome, Stage, Transcript, Watch
from bot.smtp.wire import ConversationEnded, Wire

_NOT_TRIED = frozenset(
    {
        "port-refused",
        "policy-refused",
        "password-missing",
        "plaintext-password-refused",
        "ssl-key-missing",
    }
)


async def submit(  # noqa: PLR0913 - each is a part of its own of what is asked
    server: MailServer,
    message: Built | None,
    *,
    sender: str,
    recipient: str,
    network: Network,
    watch: Watch,
    before_final_dot: Callable[[], Awaitable[None]] | None = None,
) -> Transcript:
    """Hand *message* to *server* and return all that happened, whatever the server does.

    Without a message it goes up to the recipient, then takes everything back with RSET.
    *before_final_dot* is awaited when the server waits for the message: if it raises, no byte of
    the message is sent. All of it lasts `Deadlines.total` seconds at most.
    Raises InvalidAddress, and ValueError for a HELO name that isn't one line.
    """
    envelope = Envelope(sender=parse_address(sender), recipient=parse_address(recipient))
    journal = Journal(watch=watch, seconds=network.deadlines.total)
    findings = Findings()
    end = None
    try:
        wire = await _reach(server, network=network, journal=journal, findings=findings)
        session = Session(
            wire, server, envelope=envelope, network=network, journal=journal, findings=findings
        )
        try:
            await session.open()
            await session.give_envelope(message)
            if message is not None:
                await session.give_message(message, before_final_dot)
        finally:
            session.leave()
    except ConversationEnded as problem:
        end = problem
    outcome, failure = _outcome(end, journal=journal, dot_sent=findings.dot_sent)
    return Transcript(
        outcome=outcome,
        host=server.host,
        port=server.port,
        steps=tuple(journal.steps),
        failure=failure,
        lines=tuple(journal.lines),
        tls=findings.tls,
        address=findings.address,
        greeting=findings.greeting,
        capabilities=findings.capabilities,
        mechanism=findings.mechanism,
        queue_id=findings.queue_id,
        message_id=message.message_id if message else None,
        reply=findings.reply,
        milliseconds=journal.milliseconds,
        sent=message is not None,
    )


async def _reach(
    server: MailServer, *, network: Network, journal: Journal, findings: Findings
) -> Wire:
    """Check what may be checked before a packet is sent, then find the server and connect."""
    policy, deadlines = network.policy, network.deadlines
    async with journal.during(Stage.SETTINGS, seconds=deadlines.stage):
        if (refusal := policy.port_refusal(server.port)) is not None:
            raise ConversationEnded("port-refused", refusal)
        _check_password(server, network=network)
        try:
            await network.tls_for(server.ssl_key)  # made now, it is there when the server waits
        except UnusableKey as problem:
            raise ConversationEnded("ssl-key-missing", str(problem)) from None
        sign_in = "no sign-in" if server.username is None else "with sign-in"
        key = f", with a {server.ssl_key.kind.label}" if server.ssl_key is not None else ""
        journal.passed(
            f"{server.host}, port {server.port}, {server.tls_mode.label}, {sign_in}{key}"
        )
    async with journal.during(Stage.LOOKUP, seconds=deadlines.stage):
        addresses = await network.resolver.addresses(server.host, seconds=deadlines.lookup)
        if isinstance(addresses, Unresolved):
            raise ConversationEnded(addresses.cause, addresses.text)
        refusal = policy.refusal(server.host, server.port, addresses.found)
        if refusal is not None:
            raise ConversationEnded("policy-refused", refusal)
        first, *more = addresses.found
        journal.passed(f"{first} and {len(more)} more" if more else first)
    async with journal.during(Stage.CONNECTION, seconds=deadlines.total):
        wire, line = await connect(
            addresses.found,
            server.port,
            seconds_each=deadlines.connection,
            until=journal.until(deadlines.stage),
        )
        findings.address = wire.peer[0]
        journal.passed(line)
    return wire


def _check_password(server: MailServer, *, network: Network) -> None:
    if server.username is None:
        return
    if not server.password:
        raise ConversationEnded("password-missing", "A user name is set, but no password.")
    if not network.policy.may_send_password(server.host, server.tls_mode):
        raise ConversationEnded(
            "plaintext-password-refused",
            "The settings have a password, but no encryption to send it with.",
        )


def _outcome(
    end: ConversationEnded | None, *, journal: Journal, dot_sent: bool
) -> tuple[Outcome, Failure | None]:
    if end is None:
        return Outcome.ACCEPTED, None
    outcome, cause, text = Outcome.FAILED, end.cause, end.text
    if cause in _NOT_TRIED:
        outcome = Outcome.REFUSED
    elif dot_sent and cause != "reply":
        # The whole message was on its way: only the server knows what became of it.
        outcome, cause = Outcome.UNKNOWN, "reply-lost"
        text = f"The message was sent, but no valid reply came. {text}"
    return outcome, Failure(stage=journal.stage, cause=cause, reply=end.reply, text=text)
