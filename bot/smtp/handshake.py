"""What a failed TLS handshake, or a TLS alert after it, means. Pure."""

import ssl

from bot.smtp.certificates import verification_cause
from bot.smtp.replies import foreign_service

_TLS_RECORDS = frozenset({0x14, 0x15, 0x16, 0x17})
"""How a TLS record may begin (RFC 8446 5.1). Anything else is clear text or noise."""

_CERTIFICATE_WANTED = ("client-cert-required", "The server asks for a client certificate.")
_CERTIFICATE_REFUSED = ("client-cert-untrusted", "The server refused our client certificate.")
LEFT_AT_OUR_CERTIFICATE = (
    "client-cert-untrusted",
    "The server closed the connection once it had seen our client certificate.",
)

_ABOUT_OURS = (
    "CERTIFICATE_REQUIRED",
    "ALERT_BAD_CERT",
    "ALERT_UNKNOWN_CA",
    "ALERT_CERTIFICATE",
    "ALERT_UNSUPPORTED_CERT",
    "ALERT_ACCESS_DENIED",
    "ALERT_DECRYPT_ERROR",
)
"""Complaints about a certificate of ours: if we showed none, the server wants one."""

_BY_REASON = {
    ("KEY_TOO_SMALL", "MD_TOO_WEAK"): ("weak-key", "The server's key or certificate is too weak."),
    ("PROTOCOL",): ("server-tls-broken", "The server has only versions of TLS older than 1.2."),
}
"""Parts of OpenSSL's reason; the cause, and what was seen."""


def tls_problem(problem: ssl.SSLError, *, chain_seen: bool, shows_ours: bool) -> tuple[str, str]:
    """Return cause and words for an error of TLS, from the handshake or any read after it.

    With TLS 1.3 a server that misses or refuses our certificate (*shows_ours*: we have one to
    show) says so only at the first read.
    """
    if isinstance(problem, ssl.SSLCertVerificationError):
        return verification_cause(problem), f"{problem.verify_message}".rstrip(".") + "."
    reason = problem.reason or ""
    about_ours = _CERTIFICATE_REFUSED if shows_ours else _CERTIFICATE_WANTED
    if any(part in reason for part in _ABOUT_OURS):
        return about_ours
    if "ALERT_HANDSHAKE_FAILURE" in reason:
        # In TLS 1.2 a server shows its certificate only once a cipher is agreed on.
        if chain_seen:
            return about_ours
        return "server-tls-broken", "The server has no TLS cipher in common with us."
    for parts, meaning in _BY_REASON.items():
        if any(part in reason for part in parts):
            return meaning
    words = reason.replace("_", " ").lower() or "an unknown error"
    return "server-tls-broken", f"TLS could not be set up: {words}."


def clear_text_problem(first_bytes: bytes, *, after_starttls: bool) -> tuple[str, str] | None:
    """Return cause and words when *first_bytes*, the answer to our hello, are no TLS at all."""
    if not first_bytes or first_bytes[0] in _TLS_RECORDS:
        return None
    if after_starttls:
        return "starttls-injection", "Unencrypted data came after encryption had been agreed on."
    if first_bytes[:3].isdigit():
        return (
            "tls-on-starttls-port",
            "The server began unencrypted, where TLS from the start was expected.",
        )
    return foreign_service(first_bytes)
