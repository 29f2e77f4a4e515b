"""Takes credentials out of what a server says, in whatever usual form it echoes them. Pure."""

import base64
import html
import re
from urllib.parse import quote, quote_plus

HIDDEN = "***"


class Redaction:
    """The second net: the first is the protocol's state, which hides AUTH as it happens.

    A password goes wherever it stands. A user name goes only as a whole word, and stays where it
    is a public address as well: else `bob` would vanish from `bob@example.com`, and the server's
    words with it. The same for passwords too short to be told from the text around them.
    """

    def __init__(
        self, *, username: str | None, password: str | None, public: frozenset[str] = frozenset()
    ) -> None:
        secrets: set[bytes] = set()
        words: set[bytes] = set()
        if username:
            words |= _forms(username)
            if username.lower() in {each.lower() for each in public}:
                words.discard(username.encode())
        if username and password:
            secrets |= _forms(f"\0{username}\0{password}")
        if password:
            (secrets if len(password) >= 4 else words).update(_forms(password))
        # Passwords first, or a user name could take away the half by which one is known.
        self._patterns = [
            re.compile(pattern % _either(forms), re.IGNORECASE)
            for pattern, forms in (
                (b"%s", secrets),
                (rb"(?<![\w.@+/-])(?:%s)(?![\w@+/-])", words),
            )
            if forms
        ]

    def __call__(self, text: bytes) -> bytes:
        """Return *text* without any credential that we know."""
        for pattern in self._patterns:
            text = pattern.sub(HIDDEN.encode(), text)
        return text


def _forms(value: str) -> set[bytes]:
    forms = {html.escape(value).encode()}
    for raw in {value.encode(), value.encode("latin-1", "ignore")} - {b""}:
        encoded = base64.b64encode(raw)
        forms |= {raw, encoded, encoded.rstrip(b"="), base64.urlsafe_b64encode(raw)}
    for quoted in (quote(value, safe=""), quote(value), quote_plus(value)):
        forms.add(quoted.encode())
    return forms


def _either(forms: set[bytes]) -> bytes:
    # The longest first: a form may begin another.
    return b"|".join(re.escape(each) for each in sorted(forms, key=len, reverse=True))
