"""`mailsettings test --json`, a process of its own, with real mail servers."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

from bot.config import read
from bot.smtp.settings import MailSettings, Password
from bot.vault import open_vault
from tests.servers.choice import only
from tests.servers.real_server import (
    GREYLISTED,
    NOBODY,
    PASSWORD,
    READER,
    USERNAME,
    Door,
    RealServer,
)

pytestmark = pytest.mark.servers

Ended = tuple[int, dict[str, Any]]
RunTest = Callable[..., Awaitable[Ended]]


@pytest.fixture
def terminal(server: RealServer, authority: trustme.CA, tmp_path: Path) -> RunTest:
    """Save settings, and run the command; the answer is its status and its object."""
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(trusted)
    environ = {
        "HOME": str(tmp_path),
        "PORT": "0",
        "MAILSETTINGS_ALLOWED_HOSTS": "127.0.0.1",
        "MAILSETTINGS_ALLOWED_PORTS": "*",
        "SSL_CERT_FILE": str(trusted),
    }

    async def run(*words: str, password: str = PASSWORD) -> Ended:
        _save(environ, server, password)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "test", *words, "--json"),
            env=environ,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, complaints = await asyncio.wait_for(process.communicate(), 30)
        assert PASSWORD not in (output + complaints).decode()
        assert process.returncode is not None
        return process.returncode, json.loads(output)

    return run


def _save(environ: dict[str, str], server: RealServer, password: str) -> None:
    now = datetime.now(UTC)
    settings = MailSettings(
        host="127.0.0.1",
        port=server.ports[Door.STARTTLS],
        username=USERNAME,
        from_address=USERNAME,
    )
    given = Password(
        value=password, destination=settings.destination, set_by="operator", set_at=now
    )
    vault = open_vault(read(environ, for_slack=False), announce=lambda _text: None)
    vault.settings.put("T1", replace(settings, password=given), revision=0, by="operator", at=now)
    vault.close()


async def test_an_accepted_message_is_one_object_and_a_mail(
    server: RealServer, terminal: RunTest
) -> None:
    status, told = await terminal(READER)
    assert (status, told["outcome"], told["stage"]) == (os.EX_OK, "accepted", "accepted")
    assert told["cause"] is None
    assert (told["tls"]["version"], told["tls"]["verified"]) == ("TLSv1.3", True)
    message = server.message(told["message_id"], queue_id=told["queue_id"])
    assert message["Auto-Submitted"] == "auto-generated"


async def test_a_wrong_password_is_status_69_and_one_failed_login(
    server: RealServer, terminal: RunTest
) -> None:
    before = server.process.count(server.failed_login)
    status, told = await terminal(READER, password="wrong")
    assert (status, told["outcome"]) == (os.EX_UNAVAILABLE, "failed")
    assert (told["stage"], told["cause"]) == ("authentication", "bad-credentials")
    assert told["reply"]["code"] == 535
    server.process.wait_for(server.failed_login, times=before + 1)


@only("exim")
async def test_an_unknown_recipient_is_found_without_a_mail(terminal: RunTest) -> None:
    status, told = await terminal(NOBODY, "--no-send")
    assert status == os.EX_UNAVAILABLE
    assert (told["stage"], told["cause"]) == ("recipient", "recipient-unknown")


@only("postfix")
async def test_greylisting_is_status_75(terminal: RunTest) -> None:
    status, told = await terminal(GREYLISTED)
    assert (status, told["cause"]) == (os.EX_TEMPFAIL, "greylisted")
