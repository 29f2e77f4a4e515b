"""The package smtp-server of npm, in a process of Node.js."""

from pathlib import Path

from tests.servers.cage import PACKAGES, Process
from tests.servers.real_server import PASSWORD, Door, RealServer, free_ports


def start_smtp_server(state: Path, files: Path) -> RealServer:
    """Start it with the directory *state*, which has its certificates; *files* are below etc/."""
    ports = free_ports(
        Door.STARTTLS, Door.IMPLICIT, Door.OPEN, Door.LOGIN, Door.CRAM_MD5, Door.MUTUAL
    )
    doors = [f"{door}={port}" for door, port in ports.items()]
    modules = PACKAGES / "npm/node_modules"
    program = ("node", str(files / "smtp-server.cjs"), str(modules), str(state), PASSWORD)
    process = Process([*program, *doors])
    process.wait_for(r"^ready$")
    return RealServer(
        name="smtp-server",
        process=process,
        ports=ports,
        mail=state / "mail",
        failed_login=r"^login failed",
        delivered=r"^delivered {queue_id}$",
    )
