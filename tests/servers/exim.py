"""Exim, with its own lists of who may log in."""

import shutil
from pathlib import Path

from tests.servers.cage import caged
from tests.servers.real_server import Door, RealServer, free_ports

_MACROS = {
    Door.STARTTLS: "STARTTLS",
    Door.IMPLICIT: "IMPLICIT",
    Door.OPEN: "OPEN",
    Door.LOGIN: "LOGIN",
    Door.CRAM_MD5: "CRAM",
    Door.BROKEN: "BROKEN",
    Door.MUTUAL: "MUTUAL",
}


def start_exim(state: Path, files: Path) -> RealServer:
    """Start it in the directory *state*, which has its certificates; *files* are below etc/."""
    shutil.copy(files / "exim/start", state)
    ports = free_ports(*_MACROS)
    macros = [f"PORT_{_MACROS[door]} = {port}" for door, port in ports.items()]
    # A macro of the command line would cost it its privileges.
    (state / "etc/exim4").mkdir(parents=True)
    text = (files / "exim/exim.conf").read_text()
    (state / "etc/exim4/exim4.conf").write_text("\n".join([*macros, text]))
    process = caged("exim", state, "sh", "start", users=("Debian-exim",))
    process.wait_for(r"listening for SMTP")
    return RealServer(
        name="exim",
        process=process,
        ports=ports,
        mail=state / "mail",
        failed_login=r"authenticator failed for",
        delivered=r"{queue_id} => ",
    )
