"""Ports for servers that are started, and started again, by their number."""

import random
import socket
from itertools import islice


def free_ports(count: int) -> list[int]:
    """Return ports of 127.0.0.1 that nobody has, and that no connection gets by chance.

    The kernel gives connections those from 32768 on (ip_local_port_range), so one of these could
    be taken between our look and the server's start, or while the server is down.
    """
    candidates = random.sample(range(20_000, 32_000), 1000)
    return list(islice(filter(_is_free, candidates), count))


def free_port() -> int:
    """Return one such port."""
    [port] = free_ports(1)
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
