"""Postfix, with Dovecot behind its logins."""

import shutil
from pathlib import Path

from tests.servers.cage import caged
from tests.servers.real_server import PASSWORD, USERNAME, Door, RealServer, free_ports

_SUBMISSION = (
    "-o smtpd_sasl_auth_enable=yes -o smtpd_client_restrictions=permit_sasl_authenticated,reject"
)
_STARTTLS = f"{_SUBMISSION} -o smtpd_tls_security_level=encrypt"
_DOORS = {
    Door.STARTTLS: _STARTTLS,
    Door.IMPLICIT: f"{_SUBMISSION} -o smtpd_tls_wrappermode=yes",
    Door.OPEN: "",
    Door.LOGIN: f"{_STARTTLS} -o smtpd_sasl_mechanism_filter=login",
    Door.CRAM_MD5: f"{_STARTTLS} -o smtpd_sasl_mechanism_filter=cram-md5",
    Door.SCRAM: f"{_STARTTLS} -o smtpd_sasl_mechanism_filter=scram-sha-256",
    Door.BROKEN: "-o smtpd_tls_security_level=may -o smtpd_tls_chain_files="
    " -o smtpd_tls_cert_file=/mnt/missing.pem",
    Door.MUTUAL: f"{_SUBMISSION} -o smtpd_tls_wrappermode=yes -o smtpd_tls_req_ccert=yes"
    " -o smtpd_tls_security_level=encrypt -o smtpd_tls_CAfile=/mnt/clients.pem",
}
"""Options of smtpd(8)."""

_SERVICES = """
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def start_postfix(state: Path, files: Path) -> RealServer:
    """Start it in the directory *state*, which has its certificates; *files* are below etc/."""
    shutil.copytree(files / "postfix", state, dirs_exist_ok=True)
    ports = free_ports(*_DOORS)
    services = [f"127.0.0.1:{ports[door]} inet n - n - - smtpd {_DOORS[door]}" for door in ports]
    (state / "master.cf").write_text("\n".join(services) + _SERVICES)
    (state / "passwords").write_text(f"{USERNAME}:{PASSWORD}\n")
    users = ("postfix", "postdrop", "dovecot", "dovenull", "vmail")
    process = caged("postfix", state, "sh", "start", users=users)
    process.wait_for(r"daemon started")
    process.wait_for(r"Dovecot v.* starting up")
    return RealServer(
        name="postfix",
        process=process,
        ports=ports,
        mail=state / "mail",
        failed_login=r"SASL \S+ authentication failed",
        delivered=r"{queue_id}: .*status=sent",
    )
