"""The SMTP conversation's own tools: the world on loopback, a polite server, a name server."""

import asyncio
import base64
import socket
import ssl
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from bot.demo.names import NameServer
from bot.smtp.certificates import client_context
from bot.smtp.domain.asking import Asker
from bot.smtp.lookup import Resolver
from bot.smtp.message import Built, TestMessage
from bot.smtp.network import Deadlines, Network
from bot.smtp.policy import AddressPolicy
from bot.smtp.settings import MailServer, TLSMode
from bot.smtp.submission import submit
from bot.smtp.transcript import Step, Transcript

HOST = "mail.example.com"
USERNAME = "login@example.com"
PASSWORD = "pässword-Ünsafe 17"

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(scope="session")
def client_tls(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    pem = tmp_path_factory.mktemp("authority") / "authority.pem"
    authority.cert_pem.write_to_path(str(pem))
    return client_context(trusted=pem)


@pytest.fixture
def network(client_tls: ssl.SSLContext, tmp_path: Path) -> Network:
    """All the world on loopback: `mail.example.com` and its broken relatives."""
    hosts = tmp_path / "hosts"
    hosts.write_text(f"127.0.0.1 {HOST} wrong.example.com  # ours\n")
    return Network(
        resolver=Resolver(nameservers=("127.0.0.1",), port=1, hosts_file=hosts),
        policy=AddressPolicy(allowed_hosts=("127.0.0.0/8", "::1"), allowed_ports=None),
        tls=client_tls,
        deadlines=Deadlines(),
    )


@dataclass
class PoliteServer:
    """Does all that is asked, but in one state it says something else, or misbehaves.

    States: greeting, ehlo, starttls, handshake, ehlo-tls, challenge, auth, mail, rcpt, data, dot,
    rset, quit. A mechanism other than PLAIN asks `challenges` one after another.
    """

    tls: ssl.SSLContext | None = None
    extensions: tuple[str, ...] = ("STARTTLS", "AUTH PLAIN", "PIPELINING", "SIZE 10000")
    challenges: tuple[bytes, ...] = ()
    misbehave: dict[str, bytes | Conversation] = field(default_factory=dict)
    received: list[str] = field(default_factory=list)
    body: bytes = b""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """The client has left."""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one conversation."""
        try:
            await self._converse(reader, writer)
        finally:
            self.ended.set()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        encrypted = ""
        await self._say("greeting", b"220 mail.example.com ready")
        while line := (await reader.readline()).decode(errors="replace").strip():
            self.received.append(line)
            verb = line.split()[0].upper()
            if verb in {"EHLO", "HELO"}:
                lines = ("mail.example.com", *self.extensions)
                if encrypted:
                    lines = tuple(each for each in lines if each != "STARTTLS")
                text = [f"250-{each}" for each in lines]
                text[-1] = text[-1].replace("-", " ", 1)
                await self._say(f"ehlo{encrypted}", "\r\n".join(text).encode())
            elif verb == "STARTTLS":
                await self._say("starttls", b"220 go ahead")
                if "handshake" in self.misbehave:
                    await self._say("handshake", b"")
                assert self.tls is not None
                await writer.start_tls(self.tls)
                encrypted = "-tls"
            elif verb == "AUTH":
                await self._log_in()
            elif verb == "DATA":
                await self._say("data", b"354 go on")
                self.body = await reader.readuntil(b"\r\n.\r\n")
                await self._say("dot", b"250 2.0.0 Ok: queued as 4F1234567")
            else:
                await self._say(verb.lower(), b"250 2.1.0 fine")

    async def _log_in(self) -> None:
        for challenge in self.challenges:
            await self._say("challenge", b"334 " + challenge)
            self.received.append((await self._reader.readline()).decode().strip())
        await self._say("auth", b"235 2.7.0 welcome")

    async def _say(self, state: str, usual: bytes) -> None:
        said = self.misbehave.get(state, usual)
        if callable(said):
            await said(self._reader, self._writer)
        else:
            self._writer.write(said + b"\r\n")


@pytest.fixture
def polite(
    scripted: Callable[..., Awaitable[int]], server_tls: ssl.SSLContext
) -> Callable[..., Awaitable[tuple[int, PoliteServer]]]:
    """Start a PoliteServer with its fields; the answer is its port and itself."""

    async def start(
        *, implicit: ssl.SSLContext | None = None, **options: Any
    ) -> tuple[int, PoliteServer]:
        server = PoliteServer(**({"tls": server_tls} | options))
        return await scripted(server, **({"ssl": implicit} if implicit else {})), server

    return start


@pytest.fixture
def login() -> tuple[str, str]:
    """The user name and the password of every test."""
    return USERNAME, PASSWORD


@pytest.fixture
def message() -> Built:
    return TestMessage(
        workspace="Example",
        code="4821",
        asked_by="Ana",
        channel="#mail",
        server=f"{HOST}:587",
        from_address="team@example.com",
        to="bob@example.com",
        date=datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
    ).build()


@pytest.fixture
def run(network: Network, message: Built) -> Callable[..., Awaitable[Transcript]]:
    """Submit to a port of ours; settings change by `MailServer`'s fields, the rest by name."""

    async def submit_to(port: int, **changes: Any) -> Transcript:
        options = {
            "message": message,
            "sender": "team@example.com",
            "recipient": "bob@example.com",
            "network": network,
            "before_final_dot": None,
        }
        options |= {each: changes.pop(each) for each in list(changes) if each in options}
        seen: list[Step] = []
        values = {"host": HOST, "port": port, "tls_mode": TLSMode.STARTTLS}
        values |= {"username": USERNAME, "password": PASSWORD}
        transcript = await submit(MailServer(**(values | changes)), **options, watch=seen.append)
        assert list(transcript.steps) == seen
        assert_no_credentials(repr(transcript))
        return transcript

    return submit_to


def assert_no_credentials(text: str) -> None:
    """Fail when *text* holds the login or the password in any usual form."""
    for each in (USERNAME, PASSWORD, f"\0{USERNAME}\0{PASSWORD}"):
        raw = each.encode()
        for form in (each, base64.b64encode(raw).decode(), quote(each), repr(raw)[2:-1]):
            assert form not in text


@dataclass(frozen=True)
class Identity:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: Any

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.locked_key_pem("")

    def locked_key_pem(self, passphrase: str, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
        lock = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        written: bytes = self.key.private_bytes(Encoding.PEM, form, lock)
        return written

    def pkcs12(self, passphrase: str, *others: x509.Certificate, lock: Any = None) -> bytes:
        if lock is None:
            lock = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        return pkcs12.serialize_key_and_certificates(
            b"our key", self.key, self.certificate, others, lock
        )

    def server_context(self, *others: "Identity") -> ssl.SSLContext:
        """Return the context of a server that shows this, and *others* with it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"".join(each.pem for each in (self, *others)) + self.key_pem)
            file.flush()
            context.load_cert_chain(file.name)
        return context


def issue(
    *names: str,
    issuer: Identity | None = None,
    key: Any = None,
    days: tuple[int, int] = (-1, 30),
    authority: bool = False,
) -> Identity:
    """Issue a certificate as it is asked for; without an *issuer* it signs itself."""
    key = key if key is not None else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{names[0]} {id(key):x}")])
    start, end = (datetime.now(UTC) + timedelta(days=each) for each in days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer is not None else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    signer = issuer.key if issuer is not None else key
    edwards = isinstance(signer, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
    return Identity(builder.sign(signer, None if edwards else hashes.SHA256()), key)


@pytest.fixture(scope="session")
def issued() -> Callable[..., Identity]:
    """Issue certificates."""
    return issue


@pytest.fixture
def refusing_server() -> Iterator[Callable[[ssl.SSLContext, TLSMode], int]]:
    """Shake hands by blocking sockets on a thread: asyncio leaves without its last alert."""
    threads: list[threading.Thread] = []

    def serve(listening: socket.socket, context: ssl.SSLContext, mode: TLSMode) -> None:
        connected, _address = listening.accept()
        with listening, connected:
            if mode is TLSMode.STARTTLS:
                connected.sendall(b"220 hello\r\n")
                connected.recv(1000)
                connected.sendall(b"250-x\r\n250 STARTTLS\r\n")
                connected.recv(1000)
                connected.sendall(b"220 go ahead\r\n")
            with pytest.raises(ssl.SSLError):
                context.wrap_socket(connected, server_side=True, suppress_ragged_eofs=False)

    def start(context: ssl.SSLContext, mode: TLSMode) -> int:
        listening = socket.create_server(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        threads.append(threading.Thread(target=serve, args=(listening, context, mode)))
        threads[-1].start()
        return port

    yield start
    for each in threads:
        each.join()


@pytest.fixture
async def names(name_server: Any) -> NameServer:
    """A name server that knows nothing yet."""
    server: NameServer = await name_server({})
    return server


@pytest.fixture
def resolver(names: NameServer, tmp_path: Path) -> Resolver:
    return Resolver(
        nameservers=("127.0.0.1",), port=names.port, hosts_file=tmp_path / "no hosts file"
    )


@pytest.fixture
def ask(resolver: Resolver) -> Asker:
    return Asker(resolver=resolver, seconds=2)


@pytest.fixture
def world(network: Network, resolver: Resolver) -> Network:
    """The network of the conversation, with this name server."""
    return Network(
        resolver=resolver,
        policy=network.policy,
        tls=network.tls,
        deadlines=Deadlines(papers=3),
    )
