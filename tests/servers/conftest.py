"""Real mail servers, each started once, and our real way of testing them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from bot.smtp.certificates import client_context
from bot.smtp.lookup import Resolver
from bot.smtp.network import Deadlines, Network
from bot.smtp.policy import AddressPolicy
from tests.servers.cage import lacking
from tests.servers.choice import NAMES, each_of
from tests.servers.exim import start_exim
from tests.servers.opensmtpd import start_opensmtpd
from tests.servers.postfix import start_postfix
from tests.servers.real_server import HOST, RealServer, certify
from tests.servers.sending import Sender
from tests.servers.smtp_server import start_smtp_server
from tests.servers.swaks import PROGRAM

_FILES = Path(__file__).parent / "etc"

_START = {
    "postfix": start_postfix,
    "exim": start_exim,
    "opensmtpd": start_opensmtpd,
    "smtp-server": start_smtp_server,
}


def _skip_or_fail(reason: str | None) -> None:
    """Skip a test that lacks something; fail it in CI, where nothing may be lacking."""
    if reason is None:
        return
    if os.environ.get("CI"):  # noqa: TID251 - CI says so nowhere else
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def started(
    authority: trustme.CA, customers: trustme.CA, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], RealServer]]:
    """Start a server by its name, at its first test: it runs until the last one."""
    running: dict[str, RealServer] = {}

    def start(name: str) -> RealServer:
        if name not in running:
            state = tmp_path_factory.mktemp(name)
            certify(state, authority=authority, customers=customers)
            running[name] = _START[name](state, _FILES)
        return running[name]

    yield start
    for each in running.values():
        each.process.stop()


@pytest.fixture(params=each_of(NAMES))
def server(request: pytest.FixtureRequest, started: Callable[[str], RealServer]) -> RealServer:
    """Each of the servers; the tests of one are on one worker."""
    _skip_or_fail(lacking(request.param))
    return started(request.param)


@pytest.fixture(scope="session")
def customers() -> trustme.CA:
    """The authority of those who may enter by the door MUTUAL."""
    return trustme.CA()


@pytest.fixture
def network(authority: trustme.CA, tmp_path: Path) -> Network:
    """The real network, with names from a file, loopback allowed, and shorter deadlines."""
    hosts = tmp_path / "hosts"
    hosts.write_text(f"127.0.0.1 {HOST} other.example.com\n")
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(trusted)
    return Network(
        resolver=Resolver(nameservers=("127.0.0.1",), port=1, hosts_file=hosts),
        policy=AddressPolicy(allowed_hosts=("127.0.0.0/8",), allowed_ports=None),
        tls=client_context(trusted=trusted),
        deadlines=Deadlines(stage=8, final=15, aside=6),
    )


@pytest.fixture
def send(server: RealServer, network: Network) -> Sender:
    """Send tests to the server."""
    return Sender(server=server, network=network)


@pytest.fixture(scope="session")
def swaks_is_here() -> None:
    """Skip what compares us with swaks where there is none."""
    _skip_or_fail(None if PROGRAM else "swaks is not here. On Debian: apt-get install swaks")
