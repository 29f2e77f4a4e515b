"""How to log in: which mechanism, and what it says. Pure; one attempt is all it ever makes."""

import base64
import binascii
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_LONGEST_COMMAND = 512
"""Octets of a command line with its end (RFC 4954 4: a longer initial response goes alone)."""

PREFERENCE = ("PLAIN", "LOGIN", "CRAM-MD5")
"""Over verified TLS the simplest is the surest: CRAM-MD5 fails with a right password wherever the
server keeps only hashes of passwords."""


class MalformedChallenge(ValueError):
    """What the server asks to be answered is no base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """An AUTH command and the answers to the challenges that follow, in order (RFC 4954)."""

    mechanism: str
    command: str = field(repr=False)
    answers: tuple[Callable[[bytes], str], ...] = field(repr=False)
    """Each makes its line of the challenge's text."""


def offered_mechanisms(capabilities: Sequence[str]) -> tuple[str, ...]:
    """Return the mechanisms that EHLO offers, in capitals; `AUTH=` is an old form of `AUTH `."""
    words = (each.upper().replace("AUTH=", "AUTH ", 1).split() for each in capabilities)
    return tuple(dict.fromkeys(name for each in words if each[:1] == ["AUTH"] for name in each[1:]))


def exchange_for(mechanism: str, *, username: str, password: str) -> Exchange:
    """Return what to say for *mechanism*, one of PREFERENCE. Credentials go in UTF-8 (RFC 4616)."""
    if mechanism == "PLAIN":
        response = _base64(f"\0{username}\0{password}".encode())
        command = f"AUTH PLAIN {response}"
        if len(command) + 2 <= _LONGEST_COMMAND:
            return Exchange(mechanism=mechanism, command=command, answers=())
        return Exchange(
            mechanism=mechanism, command="AUTH PLAIN", answers=(lambda _challenge: response,)
        )
    if mechanism == "LOGIN":
        # By their order, not by what they say: the prompts' texts vary.
        return Exchange(
            mechanism=mechanism,
            command="AUTH LOGIN",
            answers=(
                lambda _challenge: _base64(username.encode()),
                lambda _challenge: _base64(password.encode()),
            ),
        )

    def answer(challenge: bytes) -> str:
        try:
            asked = base64.b64decode(challenge, validate=True)
        except binascii.Error:
            raise MalformedChallenge("the server's challenge is no base64") from None
        digest = hmac.new(password.encode(), asked, "md5").hexdigest()  # RFC 2195
        return _base64(f"{username} {digest}".encode())

    return Exchange(mechanism=mechanism, command="AUTH CRAM-MD5", answers=(answer,))


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
