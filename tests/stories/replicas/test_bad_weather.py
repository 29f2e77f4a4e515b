"""The database away, keys that one replica lacks: people are told, and it goes on by itself."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from storage import keyring_file
from storage.keyring import Keyring, generate_key


async def faults(replica: Any) -> list[str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{replica.address}/readyz") as ready,
    ):
        return (await ready.json()).get("faults", [])


class TestWithAServerThatStops:
    @pytest.fixture
    def weathered(self, new_postgresql: Callable[..., Any]) -> Iterator[Any]:
        server = new_postgresql()
        yield server
        server.stop()

    @pytest.fixture
    def database(self, weathered: Any, tmp_path: Path) -> dict[str, str]:
        keyring_file.create(tmp_path / "data" / "keyring")
        return {"DATABASE_URL": weathered.url("postgres")}

    async def test_a_restart_longer_than_a_lease_costs_no_test_its_end(
        self,
        replicas: Any,
        vault: Any,
        configure: Any,
        saying: Any,
        hold: Any,
        weathered: Any,
    ) -> None:
        moment = hold(b"250 2.0.0 Ok: queued as 4F1\r\n")
        port, script = await saying(dot=moment)
        configure(vault, port, host="localhost")
        await replicas.admin.command("/mailtest", "bob@example.com")
        await asyncio.wait_for(moment.reached.wait(), 30)
        testing = replicas.that_tests()
        weathered.stop()
        for each in replicas.running:
            await each.says("nobody looked which tests are due", times=3)
        await testing.says("no sign of life was given", times=3)
        await replicas.owner.command("/mailtest", "eve@example.com")
        refused = await replicas.slack.message("C1", containing="incident number")
        assert refused.visible_to == "UOWNER"
        moment.go.set()
        message = await replicas.slack.message("C1", containing="accepted the message")
        weathered.start()
        await testing.says("test ended")
        for each in replicas.running:
            replicas.balancer.next_is(each)
            await replicas.admin.command("/mailtest", "--no-send bob@example.com")
        await replicas.slack.events.until(
            lambda: (
                True
                if sum("would take mail" in m.shown for m in replicas.slack.messages("C1")) == 3
                else None
            ),
            what="three more tests",
        )
        for each in replicas.running:
            assert await each.stop() == 0
        assert "accepted the message" in message.shown
        assert "4F1" in message.shown
        assert replicas.audited() == ["accepted"] * 4
        assert len(script.messages) == 1
        vault.audit.verify()


async def test_a_replica_with_an_old_keyring_says_so_and_goes_on_when_it_is_given_the_new_one(
    replicas: Any, vault: Any, configure: Any, saying: Any, tmp_path: Path
) -> None:
    """Its keyring is a copy of its own, which the operator forgot."""
    shared, forgotten = tmp_path / "data" / "keyring", tmp_path / "forgotten"
    shutil.copy(shared, forgotten)
    behind = await replicas.start(MAILSETTINGS_KEYRING_FILE=str(forgotten))
    old = keyring_file.read(shared)
    text = shared.read_text().replace("primary", "accept") + f"primary {generate_key()}\n"
    replaced = tmp_path / "new"
    replaced.write_text(text)
    replaced.chmod(0o600)
    replaced.rename(shared)
    assert Keyring.parse(text).primary_id != old.primary_id
    port, _script = await saying()
    configure(vault, port, host="localhost")
    [admin, owner] = replicas.admin, replicas.owner
    replicas.balancer.next_is(behind)
    await admin.command("/mailtest", "bob@example.com")
    told = await replicas.slack.message("C1", containing="incident number")
    assert told.visible_to == "UADMIN"
    assert "localhost" not in told.shown
    assert replicas.tests() == []
    assert "keys" in await faults(behind)
    assert await faults(replicas.running[0]) == []
    replicas.balancer.next_is(replicas.running[0])
    await owner.command("/mailtest", "bob@example.com")
    await replicas.slack.message("C1", containing="accepted the message")
    shutil.copy(shared, forgotten)
    replicas.balancer.next_is(behind)
    await admin.command("/mailtest", "bob@example.com")
    await behind.says("test ended")
    assert await faults(behind) == []
