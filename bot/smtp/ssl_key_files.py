"""Reads SSL keys from the files that people have: PKCS#12, PEM, DER. By content, not by name."""

import re
import ssl

from bot.smtp.key_opening import Closed, Kept, Opened, open_key
from bot.smtp.ssl_key_checks import (
    NO_CERTIFICATE,
    check_certificates,
    public_key_of,
    readable_certificate,
)
from bot.smtp.ssl_keys import LONGEST_NAME, SSLKey, SSLKeyKind, UnusableKey, parse_key_name

LARGEST_FILE = 256 * 1024
"""Bytes."""

_MOST_CERTIFICATES = 20

_BOUNDARY = re.compile(rb"-----(BEGIN|END) ([A-Z0-9 ]{1,40})-----")
"""Of PEM (RFC 7468 2)."""
_PKCS12 = re.compile(rb"\x30(?:\x80|[\x00-\x7f]|\x81.|\x82..|\x83...)\x02\x01\x03\x30", re.DOTALL)
"""SEQUENCE { version INTEGER (3), authSafe SEQUENCE ... (RFC 7292 4)."""
_PKCS12_KEY_BAGS = tuple(
    bytes.fromhex(f"060b2a864886f70d010c0a01{number}") for number in ("01", "02")
)
"""keyBag and pkcs8ShroudedKeyBag (RFC 7292 4.2), by their object identifiers in DER."""

_CERTIFICATE_LABELS = {b"CERTIFICATE", b"X509 CERTIFICATE"}
_KEY_LABELS = {
    b"PRIVATE KEY",
    b"ENCRYPTED PRIVATE KEY",
    b"RSA PRIVATE KEY",
    b"EC PRIVATE KEY",
    b"DSA PRIVATE KEY",
}

_CONVERT = (
    "This is a Java keystore. Convert it with `keytool -importkeystore -srckeystore keystore.jks "
    "-destkeystore key.p12 -deststoretype PKCS12`, and give the file key.p12."
)
_SIGNATURES = {
    b"\xfe\xed\xfe\xed": _CONVERT,
    b"\xce\xce\xce\xce": _CONVERT.replace(
        "-srckeystore keystore.jks", "-srckeystore keystore.jceks -srcstoretype JCEKS"
    ),
    b"%PDF": "This is a PDF document, not a certificate. Give the file that your authority sent.",
    b"PK\x03\x04": "This is a ZIP archive. Unpack it first.",
    b"PuTTY-User-Key-File": "This is a key of PuTTY for SSH. Mail servers don't take it.",
    b"ssh-": "This is a public key for SSH. Mail servers don't take it.",
    b"<": "This is a web page or another text, not a certificate. Download the file itself.",
}
"""How files begin that are given by mistake."""

_OTHER_LABELS = {
    b"REQUEST": (
        "This is a request for a certificate. Give the certificate that your authority made of it."
    ),
    b"PUBLIC KEY": (
        "This is a public key without a certificate. Give the certificate that holds it."
    ),
    b"OPENSSH": "This is a private key for SSH. Mail servers don't take it.",
    b"SSH2": "This is a key for SSH. Mail servers don't take it.",
    b"PGP": "This is a key or message of PGP. Mail servers don't take it.",
    b"PKCS7": (
        "This is a PKCS#7 file. Convert it with `openssl pkcs7 -in file.p7b -print_certs "
        "-out file.pem`, and give the file file.pem."
    ),
    b"CRL": "This is a list of revoked certificates. Give a certificate.",
}
"""By a part of the label in a PEM file; what is there instead of a certificate."""

_CLOSED = {
    Closed.LOCKED: "The private key is protected. Type its passphrase.",
    Closed.WRONG: (
        "This passphrase doesn't open the private key. Check it; if it is right, the file is "
        "damaged, or protected in a way that is too old."
    ),
    Closed.UNREADABLE: "The private key can't be read: the file is damaged. Export it again.",
    Closed.OTHER_KIND: (
        "The private key is of a kind that mail servers don't take. RSA, EC and Ed25519 keys "
        "can be used."
    ),
    Closed.TOO_LONG: (
        "Opening this file takes too long: its passphrase is protected with very many rounds. "
        "Export it again with the usual settings."
    ),
}


def read_key_file(content: bytes, *, passphrase: str, name: str) -> SSLKey:
    """Read the SSL key in *content*, and give it a *name*; an empty *passphrase* is none.

    May take seconds and starts a process: not for the event loop. Raises UnusableKey.
    """
    name = parse_key_name(name)
    if len(content) > LARGEST_FILE:
        raise UnusableKey(
            f"The file is larger than {LARGEST_FILE // 1024} kB, and SSL keys are much smaller. "
            "Give a file with the key or the certificate alone."
        )
    if not content.strip():
        raise UnusableKey("The file is empty. Export it again.")
    if _PKCS12.match(content):
        return _from_pkcs12(content, passphrase=passphrase, name=name)
    blocks = _blocks(_as_ascii(content))
    if not blocks:
        return _from_der(content, name=name)
    certificates = [_der_of(block) for label, block in blocks if label in _CERTIFICATE_LABELS]
    keys = [block for label, block in blocks if label in _KEY_LABELS]
    if len(keys) > 1:
        raise _several(len(keys))
    if keys:
        opened = open_key(keys[0], Kept.PEM, passphrase=passphrase)
        return _client_key(opened, certificates, name=name)
    if not certificates:
        raise UnusableKey(_what_else(blocks[0][0]))
    return _trusted(certificates, name=name, host="")


def trusted_certificate(der: bytes, *, name: str, host: str) -> SSLKey:
    """Make an SSL key of the certificate in *der* that a server showed: trusted for *host* alone.

    A *name* that is too long is cut: nobody typed it. Raises UnusableKey.
    """
    return _trusted([der], name=parse_key_name(name[:LONGEST_NAME]), host=host)


def _from_pkcs12(content: bytes, *, passphrase: str, name: str) -> SSLKey:
    # OpenSSL opens the first key and is silent about the others.
    keys = sum(content.count(each) for each in _PKCS12_KEY_BAGS)
    if keys > 1:
        raise _several(keys)
    opened = open_key(content, Kept.PKCS12, passphrase=passphrase)
    certificates = opened.certificates if isinstance(opened, Opened) else ()
    return _client_key(opened, certificates, name=name)


def _from_der(content: bytes, *, name: str) -> SSLKey:
    for start, sentence in _SIGNATURES.items():
        if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(start):
            raise UnusableKey(sentence)
    return _trusted([content], name=name, host="")


def _client_key(
    opened: Opened | Closed, certificates: list[bytes] | tuple[bytes, ...], *, name: str
) -> SSLKey:
    if isinstance(opened, Closed):
        raise UnusableKey(_CLOSED[opened])
    if opened.key is None:
        raise UnusableKey(
            "The file has certificates, but no private key. Export it with the private key; or, "
            "to trust these certificates, export them as a PEM file."
        )
    if not certificates:
        raise UnusableKey(
            "The file has a private key, but no certificate. Put both into one file: the "
            "certificate that was made for this key, and the key."
        )
    _check_number(certificates)
    chain = _chain_of(opened.public, certificates)
    check_certificates(chain)
    return SSLKey(
        kind=SSLKeyKind.CLIENT, name=name, certificates=_as_pem(chain), private_key=opened.key
    )


def _trusted(ders: list[bytes], *, name: str, host: str) -> SSLKey:
    _check_number(ders)
    check_certificates(ders)
    return SSLKey(kind=SSLKeyKind.TRUSTED, name=name, certificates=_as_pem(ders), host=host)


def _chain_of(public: bytes, ders: list[bytes] | tuple[bytes, ...]) -> list[bytes]:
    """Return the certificate of the key *public*, then its authority's and so on."""
    left = {der: readable_certificate(der) for der in ders}
    leaf = next((der for der, each in left.items() if public_key_of(each) == public), None)
    if leaf is None:
        raise UnusableKey(
            "The private key and the certificate in this file don't belong together. Give the "
            "certificate that was made for this key."
        )
    chain = [leaf]
    issuer = left.pop(leaf).issuer
    while above := next((der for der, each in left.items() if each.subject == issuer), None):
        chain.append(above)
        issuer = left.pop(above).issuer
    return chain


def _check_number(ders: list[bytes] | tuple[bytes, ...]) -> None:
    if len(ders) > _MOST_CERTIFICATES:
        raise UnusableKey(
            f"The file has {len(ders)} certificates; {_MOST_CERTIFICATES} are the most. Leave "
            "only those in it that belong to this server."
        )


def _several(number: int) -> UnusableKey:
    return UnusableKey(
        f"The file has {number} private keys, and an SSL key is just one. Export the one that "
        "this mail server knows into a file of its own."
    )


def _what_else(label: bytes) -> str:
    for part, sentence in _OTHER_LABELS.items():
        if part in label:
            return sentence
    return NO_CERTIFICATE


def _blocks(text: bytes) -> list[tuple[bytes, bytes]]:
    """Return label and text of each block of PEM in *text*."""
    blocks = []
    label, start = b"", 0
    for match in _BOUNDARY.finditer(text):
        if match[1] == b"BEGIN":
            label, start = match[2], match.start()
        elif match[2] == label:
            blocks.append((label, text[start : match.end()]))
            label = b""
    return blocks


def _as_ascii(content: bytes) -> bytes:
    """Return text that Windows wrote in UTF-16 as everybody else writes it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace").encode("ascii", errors="replace")
    return content


def _der_of(block: bytes) -> bytes:
    block = block.replace(b"X509 CERTIFICATE", b"CERTIFICATE")
    try:
        return ssl.PEM_cert_to_DER_cert(block.decode("ascii", errors="replace").strip())
    except ValueError:
        raise UnusableKey(
            "A certificate in this file can't be read: the file is damaged. Export it again."
        ) from None


def _as_pem(ders: list[bytes]) -> bytes:
    return "".join(ssl.DER_cert_to_PEM_cert(der) for der in ders).encode()
