"""What all tests share: loopback only, and no log set up by a test before."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("project", deadline=None, max_examples=60)
settings.load_profile("project")


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse connections that leave this machine: a test that tries has a fault."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = str(address[0])
            assert host.startswith("127.") or host in {"::1", "localhost"}, f"leaves: {host}"
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    yield

import importlib.util as _u, pathlib as _p, sys as _s  # TEMPORARY
_spec = _u.spec_from_file_location("mail_servers_tmp", _p.Path(__file__).parent / "smtp/conftest.py")
_m = _u.module_from_spec(_spec); _s.modules["mail_servers_tmp"] = _m; _spec.loader.exec_module(_m)
authority, server_tls, mail_server, scripted = _m.authority, _m.server_tls, _m.mail_server, _m.scripted
