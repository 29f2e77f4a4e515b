"""Certificates of the benchmark: Slack's Web API speaks TLS alone, so the stand-in does too."""

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the stand-in shows, and what makes the bots believe it."""

    shown: ssl.SSLContext
    environ: dict[str, str]
    """Of each bot: the public authorities, which every real one loads, and ours."""


def make_trust(directory: Path) -> Trust:
    """Make an authority, and write it into *directory* beside the public ones."""
    authority = trustme.CA()
    shown = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(shown)
    public = ssl.get_default_verify_paths().cafile
    believed = Path(public).read_bytes() if public is not None else b""
    bundle = directory / "authorities.pem"
    bundle.write_bytes(believed + b"\n" + authority.cert_pem.bytes())
    return Trust(shown=shown, environ={"SSL_CERT_FILE": str(bundle)})
