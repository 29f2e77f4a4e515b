"""Seal something for the keyring of another installation, so that it can be carried there.

A recipient is an X25519 public key (RFC 7748) whose private half is derived from a key of that
keyring. An envelope is `0x01 | recipient id [8] | ephemeral public key [32] | ciphertext and tag`:
the key that both sides agree on goes through HKDF-SHA256 (RFC 5869) together with both public keys,
and gives key and nonce of AES-256-GCM. Each envelope has a key pair of its own, so neither is ever
used twice. It says nothing of who sealed it: anyone who knows the recipient can.
"""

import base64
import binascii
import zlib
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.errors import InvalidEnvelope, InvalidRecipient, UnknownRecipient
from storage.keyring import Keyring, authenticate

LARGEST = 16 * 1024 * 1024
"""Octets of what can be sealed: all SSL keys that a workspace may have, and room."""
_VERSION = b"\x01"
_ID_LENGTH = 8
_PUBLIC_LENGTH = 32
_HEADER_LENGTH = len(_VERSION) + _ID_LENGTH + _PUBLIC_LENGTH
_KEY_LENGTH = 32
_NONCE_LENGTH = 12
_TAG_LENGTH = 16
_PREFIX = "mskx1_"
_PURPOSE = b"mailsettings/recipient/v1"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom something is sealed for. No secret."""

    public: bytes

    @classmethod
    def of(cls, keyring: Keyring, key_id: str | None = None) -> Self:
        """Return the recipient that a key of *keyring* opens for, the primary one unless told."""
        return cls(_private(keyring, key_id or keyring.primary_id).public_key().public_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` wrote. Raises InvalidRecipient."""
        try:
            public = base64.urlsafe_b64decode(text.removeprefix(_PREFIX))[:_PUBLIC_LENGTH]
        except (binascii.Error, ValueError):
            public = b""
        found = cls(public)
        # Written again it must be the same: that checks the prefix, the length and the checksum.
        if len(public) != _PUBLIC_LENGTH or str(found) != text:
            raise InvalidRecipient(
                f"This isn't a recipient, or has a typing mistake. One begins with {_PREFIX}: the "
                "other installation prints it with `mailsettings keyring recipient`."
            )
        return found

    @property
    def id(self) -> str:
        """By what an envelope names it."""
        return sha256(authenticate(_PURPOSE, self.public)).digest()[:_ID_LENGTH].hex()

    def __str__(self) -> str:
        checksum = zlib.crc32(self.public).to_bytes(4, "big")
        return _PREFIX + base64.urlsafe_b64encode(self.public + checksum).decode()


def seal_for(recipient: Recipient, plaintext: bytes, *about: bytes) -> bytes:
    """Return an envelope of *plaintext* that opens only together with what it is *about*.

    Raises InvalidRecipient for a public key that no private one belongs to, ValueError for a
    plaintext that is too large.
    """
    if len(plaintext) > LARGEST:
        raise ValueError(f"at most {LARGEST} octets can be sealed for a recipient")
    ephemeral = X25519PrivateKey.generate()
    public = ephemeral.public_key().public_bytes_raw()
    header = _VERSION + bytes.fromhex(recipient.id) + public
    try:
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient.public))
    except ValueError:
        raise InvalidRecipient(
            "This recipient can't be anybody's. Have the other installation print it again, with "
            "`mailsettings keyring recipient`."
        ) from None
    cipher, nonce = _cipher(shared, public, recipient)
    return header + cipher.encrypt(nonce, plaintext, authenticate(_PURPOSE, header, *about))


def open_with(keyring: Keyring, envelope: bytes, *about: bytes) -> bytes:
    """Return what was sealed for a key of *keyring*, which is chosen by its id and never tried.

    Raises UnknownRecipient when no key is the one that the envelope names, and InvalidEnvelope
    when it is malformed, was changed, or isn't *about* the same.
    """
    if not (
        _HEADER_LENGTH + _TAG_LENGTH <= len(envelope) <= _HEADER_LENGTH + LARGEST + _TAG_LENGTH
        and envelope.startswith(_VERSION)
    ):
        raise InvalidEnvelope(
            "This wasn't sealed for a recipient by a program that this one knows, or it was cut "
            "short."
        )
    header, sealed = envelope[:_HEADER_LENGTH], envelope[_HEADER_LENGTH:]
    wanted, public = header[1 : 1 + _ID_LENGTH].hex(), header[1 + _ID_LENGTH :]
    for key_id in keyring.key_ids:
        private = _private(keyring, key_id)
        recipient = Recipient(private.public_key().public_bytes_raw())
        if recipient.id != wanted:
            continue
        try:
            shared = private.exchange(X25519PublicKey.from_public_bytes(public))
            cipher, nonce = _cipher(shared, public, recipient)
            return cipher.decrypt(nonce, sealed, authenticate(_PURPOSE, header, *about))
        except (InvalidTag, ValueError):
            raise InvalidEnvelope(
                "This was changed since it was sealed, and can't be opened. Have it made again."
            ) from None
    raise UnknownRecipient(wanted)


def _private(keyring: Keyring, key_id: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(keyring.derive(key_id, purpose=_PURPOSE))


def _cipher(shared: bytes, public: bytes, recipient: Recipient) -> tuple[AESGCM, bytes]:
    derive = HKDF(
        algorithm=SHA256(),
        length=_KEY_LENGTH + _NONCE_LENGTH,
        salt=None,
        info=authenticate(_PURPOSE, public, recipient.public),
    )
    derived = derive.derive(shared)
    return AESGCM(derived[:_KEY_LENGTH]), derived[_KEY_LENGTH:]
