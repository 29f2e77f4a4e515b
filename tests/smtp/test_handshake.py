"""The handshake with an SSL key: who we are is shown, whom we trust is our choice."""

import asyncio
import ssl
from base64 import b64decode
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trustme

from bot.smtp.handshake import tls_problem
from bot.smtp.settings import TLSMode
from bot.smtp.ssl_key_files import read_key_file, trusted_certificate
from bot.smtp.ssl_keys import SSLKey, SSLKeyKind
from bot.smtp.transcript import Outcome, Stage, Transcript

Run = Callable[..., Awaitable[Transcript]]
Issue = Callable[..., Any]
HOST = "mail.example.com"
BOTH = pytest.mark.parametrize("mode", [TLSMode.IMPLICIT, TLSMode.STARTTLS])
VERSIONS = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])


@pytest.fixture(scope="session")
def root(issued: Issue) -> Any:
    """The authority of the client certificates."""
    return issued("clients.example", authority=True)


@pytest.fixture(scope="session")
def asking(authority: trustme.CA, root: Any) -> Callable[[ssl.TLSVersion], ssl.SSLContext]:
    """Make the context of a server that wants a client certificate of *root*."""

    def make(version: ssl.TLSVersion) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(HOST).configure_cert(context)
        context.minimum_version = context.maximum_version = version
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=root.pem.decode())
        return context

    return make


def pem_of(identity: Any) -> SSLKey:
    return read_key_file(identity.pem + identity.key_pem, passphrase="", name="Ours")


def pkcs12_of(identity: Any) -> SSLKey:
    return read_key_file(identity.pkcs12("Geheim"), passphrase="Geheim", name="Ours")


@BOTH
@VERSIONS
@pytest.mark.parametrize("read", [pem_of, pkcs12_of], ids=["PEM", "PKCS#12"])
async def test_a_client_key_opens_the_door(
    *,
    mail_server: Any,
    run: Run,
    asking: Any,
    root: Any,
    issued: Issue,
    read: Callable[[Any], SSLKey],
    mode: TLSMode,
    version: ssl.TLSVersion,
) -> None:
    server = mail_server(context=asking(version), mode=mode)
    key = read(issued("bot.example.com", issuer=root))
    transcript = await run(server.port, tls_mode=mode, ssl_key=key)
    assert transcript.outcome is Outcome.ACCEPTED
    assert transcript.tls is not None
    assert transcript.tls.version == {2: "TLSv1.2", 3: "TLSv1.3"}[version - 0x0301]
    assert transcript.steps[0].line.endswith("with sign-in, with a client key")
    assert len(server.messages) == 1


async def test_the_certificates_between_ours_and_its_authority_are_sent(
    mail_server: Any, run: Run, asking: Any, root: Any, issued: Issue
) -> None:
    between = issued("between.example", issuer=root, authority=True)
    identity = issued("bot.example.com", issuer=between)
    content = between.pem + identity.key_pem + identity.pem
    key = read_key_file(content, passphrase="", name="Ours")
    server = mail_server(context=asking(ssl.TLSVersion.TLSv1_3))
    assert (await run(server.port, ssl_key=key)).outcome is Outcome.ACCEPTED


@BOTH
@VERSIONS
async def test_a_client_key_of_another_authority_is_refused_and_told(
    *,
    refusing_server: Any,
    run: Run,
    asking: Any,
    issued: Issue,
    mode: TLSMode,
    version: ssl.TLSVersion,
) -> None:
    port = refusing_server(asking(version), mode)
    transcript = await run(port, tls_mode=mode, ssl_key=pem_of(issued("bot.example.com")))
    assert transcript.outcome is Outcome.FAILED
    assert transcript.failure is not None
    assert transcript.failure.cause == "client-cert-untrusted"
    late = mode is TLSMode.IMPLICIT and version is ssl.TLSVersion.TLSv1_3
    assert transcript.failure.stage is (Stage.GREETING if late else Stage.TLS)


async def _leave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


@pytest.mark.parametrize("shown", [True, False])
async def test_a_server_that_leaves_at_the_sight_of_our_certificate_refused_it(
    *, scripted: Any, run: Run, server_tls: ssl.SSLContext, issued: Issue, shown: bool
) -> None:
    # Node.js with TLS 1.3 (measured with smtp-server 3.21.6): no alert, no word.
    port = await scripted(_leave, ssl=server_tls)
    key = pem_of(issued("bot.example.com")) if shown else None
    transcript = await run(port, tls_mode=TLSMode.IMPLICIT, ssl_key=key)
    assert transcript.failure is not None
    assert transcript.failure.cause == ("client-cert-untrusted" if shown else "server-closed")


async def test_a_server_that_leaves_after_it_has_spoken_did_not_refuse_our_certificate(
    polite: Any, run: Run, server_tls: ssl.SSLContext, issued: Issue
) -> None:
    port, _server = await polite(implicit=server_tls, misbehave={"ehlo": _leave})
    key = pem_of(issued("bot.example.com"))
    transcript = await run(port, tls_mode=TLSMode.IMPLICIT, ssl_key=key)
    assert transcript.failure is not None
    assert transcript.failure.cause == "server-closed"


async def test_a_trusted_certificate_identifies_nobody(
    refusing_server: Any, run: Run, asking: Any, authority: trustme.CA
) -> None:
    port = refusing_server(asking(ssl.TLSVersion.TLSv1_3), TLSMode.STARTTLS)
    key = read_key_file(authority.cert_pem.bytes(), passphrase="", name="Theirs")
    transcript = await run(port, ssl_key=key)
    assert transcript.failure is not None
    assert transcript.failure.cause == "client-cert-required"


@BOTH
@pytest.mark.parametrize("trusted", ["root", "between", "leaf", "whole"])
async def test_a_private_authority_or_a_part_of_its_chain_is_trusted(
    *, mail_server: Any, run: Run, issued: Issue, mode: TLSMode, trusted: str
) -> None:
    root = issued("private.example", authority=True)
    between = issued("between.example", issuer=root, authority=True)
    leaf = issued(HOST, issuer=between)
    context = leaf.server_context(between)
    chosen = {
        "root": root.pem,
        "between": between.pem,
        "leaf": leaf.der,
        "whole": leaf.pem + between.pem + root.pem,
    }
    server = mail_server(context=context, mode=mode)
    refused = await run(server.port, tls_mode=mode)
    assert refused.failure is not None
    assert refused.failure.cause == "cert-unknown-ca-or-chain"
    key = read_key_file(chosen[trusted], passphrase="", name="Theirs")
    transcript = await run(server.port, tls_mode=mode, ssl_key=key)
    assert transcript.outcome is Outcome.ACCEPTED
    assert transcript.steps[0].line.endswith("with a trusted certificate")


@BOTH
async def test_what_a_server_showed_can_be_trusted_later(
    *, mail_server: Any, run: Run, issued: Issue, mode: TLSMode
) -> None:
    server = mail_server(context=issued(HOST).server_context(), mode=mode)
    refused = await run(server.port, tls_mode=mode)
    assert refused.failure is not None
    assert refused.failure.cause == "cert-self-signed"
    assert refused.tls is not None
    key = trusted_certificate(b64decode(refused.tls.chain[0].der), name=HOST, host=HOST)
    transcript = await run(server.port, tls_mode=mode, ssl_key=key)
    assert transcript.outcome is Outcome.ACCEPTED
    assert transcript.tls is not None
    assert transcript.tls.chain[0].der == ""
    assert transcript.tls.chain[0].sha256 == key.leaf.sha256


@BOTH
async def test_a_trusted_certificate_replaces_the_authorities(
    *, mail_server: Any, run: Run, issued: Issue, mode: TLSMode
) -> None:
    server = mail_server(mode=mode)
    key = trusted_certificate(issued(HOST).der, name=HOST, host=HOST)
    transcript = await run(server.port, tls_mode=mode, ssl_key=key)
    assert transcript.failure is not None
    assert transcript.failure.cause == "cert-unknown-ca-or-chain"
    assert not server.logins


@BOTH
async def test_the_name_is_verified_all_the_same(
    *, mail_server: Any, run: Run, issued: Issue, mode: TLSMode
) -> None:
    identity = issued("other.example.com")
    server = mail_server(context=identity.server_context(), mode=mode)
    key = trusted_certificate(identity.der, name="Theirs", host="")
    transcript = await run(server.port, tls_mode=mode, ssl_key=key)
    assert transcript.failure is not None
    assert transcript.failure.cause == "cert-hostname-mismatch"
    assert not server.logins


@BOTH
async def test_a_trusted_certificate_that_expired_meanwhile_is_refused(
    *, mail_server: Any, run: Run, issued: Issue, mode: TLSMode
) -> None:
    identity = issued(HOST, days=(-30, -1))
    key = SSLKey(kind=SSLKeyKind.TRUSTED, name="Theirs", certificates=identity.pem)
    server = mail_server(context=identity.server_context(), mode=mode)
    transcript = await run(server.port, tls_mode=mode, ssl_key=key)
    assert transcript.failure is not None
    assert transcript.failure.cause == "cert-expired"


async def test_a_key_that_openssl_does_not_take_stops_it_before_any_connection(run: Run) -> None:
    key = SSLKey(kind=SSLKeyKind.CLIENT, name="Broken", certificates=b"x", private_key=b"y")
    transcript = await run(9, ssl_key=key)
    assert transcript.outcome is Outcome.REFUSED
    assert transcript.failure is not None
    assert (transcript.failure.stage, transcript.failure.cause) == (
        Stage.SETTINGS,
        "ssl-key-missing",
    )


@pytest.mark.parametrize(
    ("reason", "shows_ours", "cause"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", False, "client-cert-required"),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", True, "client-cert-untrusted"),
        ("SSLV3_ALERT_BAD_CERTIFICATE", True, "client-cert-untrusted"),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", True, "client-cert-untrusted"),
        ("TLSV1_ALERT_ACCESS_DENIED", True, "client-cert-untrusted"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", True, "client-cert-untrusted"),
        ("TLSV1_ALERT_INTERNAL_ERROR", True, "server-tls-broken"),
    ],
)
def test_an_alert_means_what_we_had_shown(reason: str, *, shows_ours: bool, cause: str) -> None:
    problem = ssl.SSLError(1, "x")
    problem.reason = reason
    assert tls_problem(problem, chain_seen=True, shows_ours=shows_ours)[0] == cause
