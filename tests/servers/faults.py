"""Everyday faults: how to have them, with our bot and with swaks, and what each server says."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.servers.real_server import (
    CONTENT,
    ELSEWHERE,
    GREYLISTED,
    NOBODY,
    STRANGER,
    Door,
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong, as options of `Sender` and of swaks."""

    ours: Mapping[str, str | None]
    theirs: tuple[str, ...] = ()
    door: Door = Door.STARTTLS
    login: bool = True


FAULTS = {
    "wrong password": Fault(ours={"password": "wrong"}, theirs=("--auth-password", "wrong")),
    "unknown user": Fault(ours={"username": NOBODY}, theirs=("--auth-user", NOBODY)),
    "no login": Fault(ours={"username": None}, login=False),
    "foreign sender": Fault(ours={"sender": STRANGER}, theirs=("--from", STRANGER)),
    "unknown recipient": Fault(ours={"recipient": NOBODY}, theirs=("--to", NOBODY)),
    "greylisting": Fault(ours={"recipient": GREYLISTED}, theirs=("--to", GREYLISTED)),
    "relaying": Fault(
        ours={"recipient": ELSEWHERE}, theirs=("--to", ELSEWHERE), door=Door.OPEN, login=False
    ),
    "content": Fault(ours={"workspace": CONTENT}, theirs=("--header", f"Subject: {CONTENT}")),
    "broken TLS": Fault(ours={"username": None}, door=Door.BROKEN, login=False),
}

SAID: Mapping[str, Mapping[str, tuple[str, int, str]]] = {
    "wrong password": {
        "postfix": ("authentication", 535, "bad-credentials"),
        "exim": ("authentication", 535, "bad-credentials"),
        "opensmtpd": ("authentication", 535, "bad-credentials"),
        "smtp-server": ("authentication", 535, "bad-credentials"),
    },
    "unknown user": {
        "postfix": ("authentication", 535, "bad-credentials"),
        "exim": ("authentication", 535, "bad-credentials"),
        "opensmtpd": ("authentication", 535, "bad-credentials"),
        "smtp-server": ("authentication", 535, "bad-credentials"),
    },
    # Postfix waits with its refusals until it knows the recipient, so that its log is complete.
    "no login": {
        "postfix": ("recipient", 554, "auth-not-attempted"),
        "exim": ("recipient", 550, "auth-not-attempted"),
        "opensmtpd": ("sender", 530, "auth-not-attempted"),
        "smtp-server": ("sender", 530, "auth-not-attempted"),
    },
    "foreign sender": {
        "postfix": ("recipient", 553, "sender-not-allowed"),
        "exim": ("sender", 550, "sender-not-allowed"),
        "opensmtpd": ("sender", 530, "sender-rejected"),
        "smtp-server": ("sender", 550, "sender-not-allowed"),
    },
    "unknown recipient": {
        "postfix": ("recipient", 550, "recipient-unknown"),
        "exim": ("recipient", 550, "recipient-unknown"),
        "opensmtpd": ("recipient", 524, "recipient-unknown"),
        "smtp-server": ("recipient", 550, "recipient-unknown"),
    },
    "greylisting": {
        "postfix": ("recipient", 450, "greylisted"),
        "exim": ("recipient", 451, "greylisted"),
        "smtp-server": ("recipient", 450, "greylisted"),
    },
    "relaying": {
        "postfix": ("recipient", 554, "relay-denied"),
        "exim": ("recipient", 550, "relay-denied"),
        "opensmtpd": ("recipient", 550, "relay-denied"),
        "smtp-server": ("recipient", 550, "relay-denied"),
    },
    "content": {
        "postfix": ("accepted", 550, "content-spam"),
        "exim": ("accepted", 550, "content-spam"),
        "smtp-server": ("accepted", 554, "content-spam"),
    },
    "broken TLS": {
        "postfix": ("tls", 454, "server-tls-broken"),
        "exim": ("tls", 454, "server-tls-broken"),
    },
}
"""Stage, reply code and our cause, by fault and server. A server that is left out has no such
fault to show."""
