"""TLS with real peers: every way in which it fails, and what is still known then."""

import asyncio
import datetime as dt
import os
import ssl
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from bot.smtp.settings import TLSMode
from bot.smtp.transcript import Outcome, Stage, Transcript
from bot.smtp.wire import Wire

Run = Callable[..., Awaitable[Transcript]]
HOST = "mail.example.com"
BOTH = pytest.mark.parametrize("mode", [TLSMode.STARTTLS, TLSMode.IMPLICIT])


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def self_signed(folder: Path, *, bits: int = 2048) -> ssl.SSLContext:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    day = dt.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "self-signed.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if bits < 2048:
        context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.load_cert_chain(pem)
    return context


async def meet(polite: Any, run: Run, context: ssl.SSLContext, mode: TLSMode) -> Transcript:
    """Meet a server with *context* and check that nothing secret was said to it."""
    if mode is TLSMode.IMPLICIT:
        port, server = await polite(implicit=context, extensions=("AUTH PLAIN",))
    else:
        port, server = await polite(tls=context)
    transcript = await run(port, tls_mode=mode)
    assert transcript.outcome is Outcome.FAILED
    assert not any(each.startswith("AUTH") for each in server.received)
    return transcript


@BOTH
@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        ("expired", "cert-expired"),
        ("not yet valid", "cert-not-yet-valid"),
        ("another name", "cert-hostname-mismatch"),
        ("unknown authority", "cert-unknown-ca-or-chain"),
        ("self-signed", "cert-self-signed"),
        ("weak", "weak-key"),
    ],
)
async def test_a_certificate_that_is_not_believed_is_shown(
    *,
    polite: Any,
    run: Run,
    authority: trustme.CA,
    tmp_path: Path,
    kind: str,
    cause: str,
    mode: TLSMode,
) -> None:
    long_ago = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
    far_off = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
    contexts: dict[str, Callable[[], ssl.SSLContext]] = {
        "expired": lambda: context_of(authority.issue_cert(HOST, not_after=long_ago)),
        "not yet valid": lambda: context_of(authority.issue_cert(HOST, not_before=far_off)),
        "another name": lambda: context_of(authority.issue_cert("other.example.net")),
        "unknown authority": lambda: context_of(trustme.CA().issue_cert(HOST)),
        "self-signed": lambda: self_signed(tmp_path),
        "weak": lambda: self_signed(tmp_path, bits=1024),
    }
    transcript = await meet(polite, run, contexts[kind](), mode)
    assert transcript.failure is not None
    assert (transcript.failure.stage, transcript.failure.cause) == (Stage.TLS, cause)
    assert transcript.tls is not None
    assert transcript.tls.verified is False
    leaf = transcript.tls.chain[0]
    assert leaf.names == (("other.example.net",) if kind == "another name" else (HOST,))


@BOTH
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_server_that_wants_a_client_certificate_is_understood(
    *, refusing_server: Any, run: Run, authority: trustme.CA, mode: TLSMode, version: ssl.TLSVersion
) -> None:
    """With TLS 1.3 its refusal comes only after our side of the handshake is done."""
    context = context_of(authority.issue_cert(HOST))
    context.minimum_version = context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED
    transcript = await run(refusing_server(context, mode), tls_mode=mode)
    assert transcript.failure is not None
    assert transcript.failure.cause == "client-cert-required"
    late = mode is TLSMode.IMPLICIT and version is ssl.TLSVersion.TLSv1_3
    assert transcript.failure.stage is (Stage.GREETING if late else Stage.TLS)


@BOTH
async def test_a_server_with_old_tls_only_is_refused(
    refusing_server: Any, run: Run, authority: trustme.CA, mode: TLSMode
) -> None:
    context = context_of(authority.issue_cert(HOST))
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    transcript = await run(refusing_server(context, mode), tls_mode=mode)
    assert transcript.failure is not None
    assert transcript.failure.cause == "server-tls-broken"
    assert "older than 1.2" in transcript.failure.text


@BOTH
async def test_a_server_without_a_common_cipher_is_told(
    refusing_server: Any, run: Run, authority: trustme.CA, mode: TLSMode
) -> None:
    context = context_of(authority.issue_cert(HOST))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0")
    transcript = await run(refusing_server(context, mode), tls_mode=mode)
    assert transcript.failure is not None
    assert transcript.failure.cause == "server-tls-broken"
    assert "cipher" in transcript.failure.text


@BOTH
async def test_a_server_that_leaves_in_the_handshake_is_told(
    polite: Any, scripted: Any, run: Run, mode: TLSMode
) -> None:
    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if mode is TLSMode.STARTTLS:
            writer.write(b"220 go ahead\r\n")
        await reader.read(1)
        writer.close()

    port = await scripted(leave)
    if mode is TLSMode.STARTTLS:
        port, _server = await polite(misbehave={"starttls": leave})
    transcript = await run(port, tls_mode=mode)
    assert transcript.failure is not None
    assert transcript.failure.stage is Stage.TLS
    assert transcript.failure.cause == "server-closed-in-handshake"


async def test_tls_to_a_port_that_begins_in_clear_is_understood(polite: Any, run: Run) -> None:
    port, server = await polite()
    transcript = await run(port, tls_mode=TLSMode.IMPLICIT)
    assert transcript.failure is not None
    assert transcript.failure.stage is Stage.TLS
    assert transcript.failure.cause == "tls-on-starttls-port"
    assert not any("AUTH" in each for each in server.received)


@pytest.mark.parametrize("said", [b"220 go\r\n250 injected", b"220 go\r\n250"])
async def test_what_comes_in_clear_after_starttls_is_refused(
    polite: Any, run: Run, said: bytes
) -> None:
    port, server = await polite(misbehave={"starttls": said})
    transcript = await run(port)
    assert transcript.failure is not None
    assert (transcript.failure.stage, transcript.failure.cause) == (Stage.TLS, "starttls-injection")
    assert not any("AUTH" in each for each in server.received)


async def test_what_comes_in_clear_in_place_of_the_handshake_is_refused(
    polite: Any, run: Run
) -> None:
    async def inject(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)  # our hello has come
        writer.write(b"250-injected\r\n250 AUTH PLAIN\r\n")

    port, _server = await polite(misbehave={"handshake": inject})
    transcript = await run(port)
    assert transcript.failure is not None
    assert (transcript.failure.stage, transcript.failure.cause) == (Stage.TLS, "starttls-injection")
    assert all("injected" not in each.text for each in transcript.lines)


@pytest.mark.parametrize(
    ("extensions", "words"), [((), "doesn't offer"), (("XXXXXXXA",), "firewall")]
)
async def test_without_starttls_nothing_goes_in_clear(
    polite: Any, run: Run, extensions: tuple[str, ...], words: str
) -> None:
    port, server = await polite(extensions=(*extensions, "AUTH PLAIN"))
    transcript = await run(port)
    assert transcript.failure is not None
    assert transcript.failure.cause == "starttls-not-offered"
    assert words in transcript.failure.text
    await server.ended.wait()
    assert server.received == ["EHLO example.com", "QUIT"]


async def test_noise_inside_tls_ends_it(polite: Any, run: Run) -> None:
    async def noise(_reader: Any, writer: asyncio.StreamWriter) -> None:
        os.write(writer.get_extra_info("socket").fileno(), b"\x17\x03\x03\x00\x20" + b"noise" * 20)

    port, _server = await polite(misbehave={"mail": noise})
    transcript = await run(port)
    assert transcript.failure is not None
    assert (transcript.failure.stage, transcript.failure.cause) == (
        Stage.SENDER,
        "server-tls-broken",
    )


async def test_what_a_server_said_before_it_left_is_still_read(scripted: Any) -> None:
    left = asyncio.Event()

    async def say_and_leave(_reader: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"421 bye\r\n")
        writer.close()
        await writer.wait_closed()
        left.set()

    wire = await Wire.connect("127.0.0.1", await scripted(say_and_leave))
    await left.wait()
    assert await wire.receive() == b"421 bye\r\n"
    assert await wire.receive() == b""
    wire.farewell()
    wire.farewell()  # nobody is there to hear it
    wire.close()
