import pytest

from storage.errors import InvalidKeyring
from storage.keyring import Keyring, generate_key, id_of
from storage.keyring_text import with_key, with_primary, without

OLD, NEW, ODD = generate_key(), generate_key(), generate_key()
TEXT = f"# Ours.\n\nprimary {OLD}  # of 2024\n  accept {NEW} # \nnot a line of three words\n"


def test_a_key_is_added_at_the_end_and_all_else_stays() -> None:
    text = with_key(f"# Ours.\nprimary {OLD}  # of 2024", NEW)
    assert text == f"# Ours.\nprimary {OLD}  # of 2024\naccept {NEW}\n"
    assert Keyring.parse(text).key_ids == (id_of(OLD), id_of(NEW))


def test_another_key_becomes_the_primary_one() -> None:
    text = with_primary(f"# Ours.\n\nprimary {OLD}  # of 2024\naccept {NEW} # next\n", id_of(NEW))
    assert text == f"# Ours.\n\naccept {OLD}  # of 2024\nprimary {NEW} # next\n"
    with pytest.raises(InvalidKeyring, match=id_of(ODD)):
        with_primary(text, id_of(ODD))


def test_keys_are_taken_out_and_comments_stay() -> None:
    text = f"# Ours.\naccept {OLD}\nprimary {NEW} # next\n"
    assert without(text, [id_of(OLD)]) == f"# Ours.\nprimary {NEW} # next\n"
    assert without(text, []) == text
