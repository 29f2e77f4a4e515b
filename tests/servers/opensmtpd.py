"""OpenSMTPD, from Debian's backports where the release has one that can't do TLS."""

import shutil
from pathlib import Path

from tests.servers.cage import caged
from tests.servers.real_server import PASSWORD, Door, RealServer, free_ports


def start_opensmtpd(state: Path, files: Path) -> RealServer:
    """Start it in the directory *state*, which has its certificates; *files* are below etc/."""
    shutil.copytree(files / "opensmtpd", state, dirs_exist_ok=True)
    ports = free_ports(Door.STARTTLS, Door.IMPLICIT, Door.OPEN, Door.MUTUAL)
    macros = [f'{door} = "{port}"' for door, port in ports.items()]
    text = (files / "opensmtpd/smtpd.conf").read_text()
    (state / "smtpd.conf").write_text("\n".join([*macros, text]))
    users = ("opensmtpd", "opensmtpq", "vmail")
    process = caged("opensmtpd", state, "sh", "start", PASSWORD, users=users)
    process.wait_for(r"smtp: will accept")
    return RealServer(
        name="opensmtpd",
        process=process,
        ports=ports,
        mail=state / "mail",
        failed_login=r"authentication user=\S+ result=permfail",
        delivered=r"mda delivery evpid={queue_id}.* result=Ok",
    )
