"""TLS with real mail servers: whom we trust, what we show them, and protocols mixed up."""

from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from bot.smtp.certificates import client_context
from bot.smtp.network import Network
from bot.smtp.settings import TLSMode
from bot.smtp.ssl_key_files import read_key_file
from bot.smtp.ssl_keys import SSLKey
from bot.smtp.transcript import Outcome, Stage
from tests.servers.choice import but, only
from tests.servers.real_server import HOST, Door, RealServer
from tests.servers.sending import Sender
from tests.servers.swaks import options_for, swaks

pytestmark = pytest.mark.servers


def key_of(authority: trustme.CA) -> SSLKey:
    """Return a client key with a certificate from *authority*, as an admin uploads it."""
    content = authority.issue_cert("team@example.com").private_key_and_cert_chain_pem.bytes()
    return read_key_file(content, passphrase="", name="ours")


@pytest.mark.parametrize("door", [Door.STARTTLS, Door.IMPLICIT])
async def test_a_server_with_another_name_gets_no_password(send: Sender, door: Door) -> None:
    sent = await send(door, host="other.example.com")
    assert sent.found == ("tls", None, "cert-hostname-mismatch")
    assert not any("AUTH" in each.text for each in sent.transcript.lines if each.sent)
    assert sent.transcript.tls is not None
    assert sent.transcript.tls.chain[0].names == (HOST, "127.0.0.1")


@pytest.mark.parametrize("door", [Door.STARTTLS, Door.IMPLICIT])
async def test_an_unknown_authority_is_trusted_only_where_the_settings_say_so(
    send: Sender, network: Network, authority: trustme.CA, door: Door
) -> None:
    doubtful = replace(send, network=replace(network, tls=client_context()))
    sent = await doubtful(door)
    assert sent.found == ("tls", None, "cert-unknown-ca-or-chain")
    trusted = read_key_file(authority.cert_pem.bytes(), passphrase="", name="ours")
    sent = await doubtful(door, ssl_key=trusted)
    assert sent.transcript.outcome is Outcome.ACCEPTED, sent.transcript.failure


async def test_tls_from_the_start_is_told_from_a_port_for_starttls(
    send: Sender,
) -> None:
    sent = await send(Door.STARTTLS, tls_mode=TLSMode.IMPLICIT)
    assert sent.found == ("tls", None, "tls-on-starttls-port")
    assert sent.diagnosis is not None
    assert sent.diagnosis.fix["tls_mode"] == TLSMode.STARTTLS


async def test_a_port_for_tls_from_the_start_is_told_by_a_client_in_clear(send: Sender) -> None:
    sent = await send(Door.IMPLICIT, tls_mode=TLSMode.STARTTLS)
    assert sent.found == ("greeting", None, "plain-on-tls-port")
    assert sent.diagnosis is not None
    assert sent.diagnosis.fix["tls_mode"] == TLSMode.IMPLICIT


async def test_without_starttls_there_is_no_password(send: Sender) -> None:
    sent = await send(Door.OPEN, tls_mode=TLSMode.STARTTLS, username="x", password="secret")
    assert sent.found == ("tls", None, "starttls-not-offered")


@pytest.fixture
def careless(send: Sender) -> Sender:
    """Our bot of an operator who lets passwords go in clear."""
    policy = replace(send.network.policy, allow_plaintext_auth=(HOST,))
    return replace(send, network=replace(send.network, policy=policy))


@but("smtp-server")
async def test_who_would_sign_in_in_clear_is_not_offered_to(careless: Sender) -> None:
    sent = await careless(Door.STARTTLS, tls_mode=TLSMode.NONE)
    assert sent.found == ("authentication", None, "auth-not-offered")


@only("smtp-server")
async def test_who_would_sign_in_in_clear_is_told_to_start_tls(careless: Sender) -> None:
    sent = await careless(Door.STARTTLS, tls_mode=TLSMode.NONE)
    assert sent.found == ("authentication", 538, "starttls-required")


@only("postfix")
async def test_mechanisms_that_we_do_not_know_are_named_as_the_cause(send: Sender) -> None:
    sent = await send(Door.SCRAM)
    assert sent.transcript.capabilities.count("AUTH SCRAM-SHA-256") == 1
    assert sent.found == ("authentication", None, "auth-mech-not-offered")


async def test_a_client_key_opens_a_door_for_those_who_have_one(
    server: RealServer, send: Sender, customers: trustme.CA
) -> None:
    sent = await send(Door.MUTUAL, ssl_key=key_of(customers))
    assert sent.in_mailbox(server)
    assert sent.transcript.steps[3].stage is Stage.TLS


async def test_without_a_client_key_that_door_stays_shut(send: Sender) -> None:
    sent = await send(Door.MUTUAL)
    assert sent.found[2] == "client-cert-required", sent.transcript.failure


async def test_with_a_strangers_client_key_that_door_stays_shut(send: Sender) -> None:
    sent = await send(Door.MUTUAL, ssl_key=key_of(trustme.CA()))
    assert sent.found[2] == "client-cert-untrusted", sent.transcript.failure


@pytest.mark.usefixtures("swaks_is_here")
async def test_swaks_needs_a_client_key_too(
    server: RealServer, customers: trustme.CA, tmp_path: Path
) -> None:
    issued = customers.issue_cert("team@example.com")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "certificate.pem")
    options = options_for(Door.MUTUAL, server.ports[Door.MUTUAL])
    own = ("--tls-cert", str(tmp_path / "certificate.pem"), "--tls-key", str(tmp_path / "key.pem"))
    shown = await swaks(*options, *own)
    assert shown.stage is None, shown.transcript
    hidden = await swaks(*options)
    assert hidden.stage is not None
