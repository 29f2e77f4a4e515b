"""Seal and open values with the keys of a keyring; the only cipher beside storage/recipient.py.

An envelope is `0x01 | key id [6] | nonce [12] | ciphertext and tag`: AES-256-GCM (NIST SP 800-38D)
with a random 96-bit nonce, good for 2^32 envelopes a key. GCM does not commit to its key, so a
key is chosen by the id in the header and never tried.
"""

import base64
import binascii
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.errors import InvalidEnvelope, InvalidKeyring, UnknownKey

_VERSION = b"\x01"
_ID_LENGTH = 6
_HEADER_LENGTH = len(_VERSION) + _ID_LENGTH
_NONCE_LENGTH = 12
_TAG_LENGTH = 16
_KEY_LENGTH = 32
_KEY_PREFIX = "mskr1_"
_PURPOSE = b"mailsettings/record/v1"
_MAXIMUM_TEXT = 65536
"""Characters of a keyring: some thousand keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where a sealed value belongs. It opens there and nowhere else."""

    kind: str
    workspace: str
    name: str = field(default="", repr=False)
    """May be a single-use secret, hence in no repr and no error."""
    revision: int


class Keys(Protocol):
    """The keys as the vault uses them: those of a keyring, or of one that is read again."""

    @property
    def primary_id(self) -> str:
        """The id of the key that seals."""

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys."""

    def knows(self, key_id: str) -> bool:
        """Tell whether the key is there."""

    def seal(self, plaintext: bytes, context: Context) -> bytes:
        """Return an envelope of *plaintext* that opens for *context* alone."""

    def open(self, envelope: bytes, context: Context) -> bytes:
        """Return what was sealed for *context*. Raises UnknownKey, InvalidEnvelope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """The keys: the primary one seals, every one opens."""

    primary_id: str
    _keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read lines of `primary KEY` or `accept KEY`; `#` begins a comment.

        Raises InvalidKeyring, which names the line and never the key.
        """
        if len(text) > _MAXIMUM_TEXT:
            raise InvalidKeyring(f"A keyring has at most {_MAXIMUM_TEXT} characters.")
        primary_id = None
        keys: dict[str, bytes] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            words = line.partition("#")[0].split()
            if not words:
                continue
            if len(words) != 2 or words[0] not in {"primary", "accept"}:
                raise InvalidKeyring(
                    f"Line {number} of the keyring isn't `primary KEY` or `accept KEY`."
                )
            key = _parse_key(words[1], line=number)
            identity = _identity(key)
            if identity in keys:
                raise InvalidKeyring(f"Line {number} of the keyring repeats a key. Remove it.")
            keys[identity] = key
            if words[0] == "primary":
                if primary_id is not None:
                    raise InvalidKeyring(
                        f"Line {number} of the keyring is a second primary key. Keep one."
                    )
                primary_id = identity
        if primary_id is None:
            raise InvalidKeyring("The keyring has no primary key. Mark one line as `primary`.")
        return cls(primary_id=primary_id, _keys=keys)

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys, in the order of the file."""
        return tuple(self._keys)

    def knows(self, key_id: str) -> bool:
        """Tell whether the key is there."""
        return key_id in self._keys

    def seal(self, plaintext: bytes, context: Context) -> bytes:
        """Return an envelope of *plaintext* that opens for *context* alone."""
        header = _VERSION + bytes.fromhex(self.primary_id)
        nonce = os.urandom(_NONCE_LENGTH)
        cipher = AESGCM(self._keys[self.primary_id])
        return header + nonce + cipher.encrypt(nonce, plaintext, _associated(header, context))

    def derive(self, key_id: str, *, purpose: bytes) -> bytes:
        """Return 32 secret bytes for a *purpose* of their own, so that no key serves two.

        Raises UnknownKey.
        """
        if key_id not in self._keys:
            raise UnknownKey(key_id)
        derive = HKDF(algorithm=SHA256(), length=_KEY_LENGTH, salt=None, info=purpose)
        return derive.derive(self._keys[key_id])

    def open(self, envelope: bytes, context: Context) -> bytes:
        """Return what was sealed for *context*.

        Raises UnknownKey when the keyring lacks the key that the envelope names, and
        InvalidEnvelope when it is malformed, was changed, or was sealed for another context.
        """
        identity = key_id(envelope)
        if identity not in self._keys:
            raise UnknownKey(identity)
        header, nonce = envelope[:_HEADER_LENGTH], envelope[_HEADER_LENGTH:][:_NONCE_LENGTH]
        sealed = envelope[_HEADER_LENGTH + _NONCE_LENGTH :]
        try:
            return AESGCM(self._keys[identity]).decrypt(nonce, sealed, _associated(header, context))
        except InvalidTag:
            raise InvalidEnvelope(
                f"The {context.kind} of workspace {context.workspace} at revision "
                f"{context.revision} was changed outside this program, and can't be opened. "
                "Restore a backup."
            ) from None


def id_of(key: str) -> str:
    """Return the id of a *key* as it stands in a keyring. Raises InvalidKeyring."""
    return Keyring.parse(f"primary {key}").primary_id


def generate_key() -> str:
    """Return a new key as it stands in a keyring: 32 random bytes and their CRC-32."""
    return _format_key(os.urandom(_KEY_LENGTH))


def key_id(envelope: bytes) -> str:
    """Return the id of the key that sealed *envelope*. Raises InvalidEnvelope."""
    if len(envelope) < _HEADER_LENGTH + _NONCE_LENGTH + _TAG_LENGTH:
        raise InvalidEnvelope("A sealed value is cut short. Restore a backup.")
    if not envelope.startswith(_VERSION):
        raise InvalidEnvelope(
            "A sealed value isn't of a form that this program knows. "
            "Start the version that wrote it, or restore a backup."
        )
    return envelope[len(_VERSION) : _HEADER_LENGTH].hex()


def authenticate(*parts: bytes) -> bytes:
    """Join *parts* so that no other parts join to the same bytes (PASETO's PAE)."""
    lengths = (len(part).to_bytes(8, "little") + part for part in parts)
    return len(parts).to_bytes(8, "little") + b"".join(lengths)


def _associated(header: bytes, context: Context) -> bytes:
    return authenticate(
        _PURPOSE,
        header,
        context.kind.encode(),
        context.workspace.encode(),
        context.name.encode(),
        str(context.revision).encode(),
    )


def _identity(key: bytes) -> str:
    # HKDF, so that the id, which is no secret, tells nothing of the key.
    derive = HKDF(algorithm=SHA256(), length=_ID_LENGTH, salt=None, info=b"mailsettings/key-id")
    return derive.derive(key).hex()


def _format_key(key: bytes) -> str:
    checksum = zlib.crc32(key).to_bytes(4, "big")
    return _KEY_PREFIX + base64.urlsafe_b64encode(key + checksum).decode()


def _parse_key(text: str, *, line: int) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text.removeprefix(_KEY_PREFIX))[:_KEY_LENGTH]
    except (binascii.Error, ValueError):
        key = b""
    # Written again it must be the same: that checks the prefix, the length and the checksum.
    if len(key) != _KEY_LENGTH or _format_key(key) != text:
        raise InvalidKeyring(f"The key in line {line} of the keyring has a typing mistake.")
    return key
