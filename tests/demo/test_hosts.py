from pathlib import Path

import pytest

from bot.demo.hosts import ClosedResolver, write_hosts
from bot.smtp.lookup import Addresses, Unresolved


@pytest.fixture
def resolver(tmp_path: Path) -> ClosedResolver:
    write_hosts(tmp_path / "hosts", ["a.demo.example", "b.demo.example"], address="127.0.0.1")
    return ClosedResolver(hosts_file=tmp_path / "hosts")


async def test_the_demos_names_are_known(resolver: ClosedResolver) -> None:
    for name in ("a.demo.example", "b.demo.example"):
        assert await resolver.addresses(name, seconds=1) == Addresses(found=("127.0.0.1",))


@pytest.mark.parametrize("name", ["smtp.gmail.com", "8.8.8.8", "::1", "127.0.0.1", "localhost"])
async def test_nothing_else_is_known_or_asked_for(resolver: ClosedResolver, name: str) -> None:
    found = await resolver.addresses(name, seconds=1)
    assert isinstance(found, Unresolved)
    assert found.cause == "dns-nxdomain"
    assert name in found.text
