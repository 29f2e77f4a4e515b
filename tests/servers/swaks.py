"""What swaks says of a server: another client than ours, which no one here wrote."""

import asyncio
import re
import shutil
from dataclasses import dataclass

from tests.servers.real_server import PASSWORD, READER, USERNAME, Door

PROGRAM = shutil.which("swaks")

_STAGES = {
    2: "connection",
    6: "connection lost",
    21: "greeting",
    22: "ehlo",
    23: "sender",
    24: "recipient",
    25: "message",
    26: "accepted",
    28: "authentication",
    29: "tls",
}
"""Its exit statuses (swaks(1), EXIT CODES), in our words."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Where swaks came to an end, and the reply code there. No stage: all went well."""

    stage: str | None
    code: int | None
    transcript: str


async def swaks(*options: str) -> Verdict:
    """Run swaks with *options*."""
    assert PROGRAM is not None
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        *options,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 30)
    transcript = output.decode(errors="replace")
    refused = re.search(r"^<[*~]\* +(\d{3})", transcript, re.MULTILINE)
    assert process.returncode in {0, *_STAGES}, transcript
    return Verdict(
        stage=_STAGES.get(process.returncode),
        code=int(refused[1]) if refused else None,
        transcript=transcript,
    )


def options_for(door: Door, port: int, *, login: bool = True) -> list[str]:
    """Return what makes swaks do by *door* as our bot does."""
    options = ["--server", "127.0.0.1", "--port", str(port), "--ehlo", "example.com"]
    options += ["--from", USERNAME, "--to", READER]
    if door in {Door.IMPLICIT, Door.MUTUAL}:
        options.append("--tls-on-connect")
    elif door is not Door.OPEN:
        options.append("--tls")
    if login and door is not Door.OPEN:
        options += ["--auth", "PLAIN", "--auth-user", USERNAME, "--auth-password", PASSWORD]
    return options
