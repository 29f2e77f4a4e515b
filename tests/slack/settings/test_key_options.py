"""SSL keys as the form offers them."""

from collections.abc import Callable
from typing import Any

import pytest
import trustme
from cryptography import x509

from bot.slack.settings.key_options import key_label, key_options
from bot.smtp.ssl_key_files import read_key_file
from bot.smtp.ssl_keys import LONGEST_NAME, SSLKey

KEY_ID = "00ff00ff00ff00ff"


@pytest.fixture(scope="session")
def make_key() -> Callable[[str], SSLKey]:
    content = trustme.CA().cert_pem.bytes()
    return lambda name: read_key_file(content, passphrase="", name=name)


def labels(options: list[dict[str, Any]]) -> dict[str, str]:
    return {each["value"]: each["text"]["text"] for each in options}


def test_none_comes_first_and_each_key_says_what_it_is(make_key: Callable[[str], SSLKey]) -> None:
    key = make_key("Acme")
    until = x509.load_pem_x509_certificate(key.certificates).not_valid_after_utc
    words = f"Acme (trusted certificate, until {until.day} {until:%B %Y})"
    found = key_options({KEY_ID: key}, chosen="none")
    assert list(labels(found).items()) == [("none", "None"), (KEY_ID, words)]


def test_a_key_that_was_deleted_is_still_shown_where_it_was_chosen() -> None:
    assert labels(key_options({}, chosen=KEY_ID))[KEY_ID] == "A key that was deleted"
    for forged in ("", "x", "\ud800", "0" * 500):
        assert labels(key_options({}, chosen=forged)) == {"none": "None"}


def test_a_key_that_cannot_be_opened_says_so(make_key: Callable[[str], SSLKey]) -> None:
    found = labels(key_options({"11": make_key("Acme"), KEY_ID: None}, chosen=KEY_ID))
    assert list(found) == ["none", "11", KEY_ID]
    assert found[KEY_ID] == "A key that can't be opened"


def test_a_long_name_is_cut_where_slack_has_no_room_for_it(
    make_key: Callable[[str], SSLKey],
) -> None:
    label = key_label(make_key("x" * LONGEST_NAME))
    assert len(label) == 75
    assert "x… (trusted certificate, until " in label
