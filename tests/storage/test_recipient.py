"""Sealed for another keyring: it opens there, whole and about the same, and nowhere else."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import InvalidEnvelope, InvalidRecipient, UnknownKey, UnknownRecipient
from storage.keyring import Keyring, generate_key
from storage.recipient import LARGEST, Recipient, open_with, seal_for

OLD, NEW = generate_key(), generate_key()
RING = Keyring.parse(f"primary {NEW}\naccept {OLD}")
THERE = Recipient.of(RING)
OTHER = Keyring.parse(f"primary {generate_key()}")

FIXED_RING = Keyring.parse("primary mskr1_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh-RJn6K")
FIXED_ENVELOPE = (
    "01c3dc1571b49a2d115726fd833bda181614b7ca619454a50093eb92bc6f38b727cc0bb004597167"
    "48198149176ab9dfae37923817bd5f89b22372878992a77df3bf28e00569975551487aa68d"
)


@given(st.binary(max_size=300), st.lists(st.binary(max_size=20), max_size=3))
def test_it_opens_with_the_keyring_it_was_sealed_for(plaintext: bytes, about: list[bytes]) -> None:
    assert open_with(RING, seal_for(THERE, plaintext, *about), *about) == plaintext


@given(st.binary(max_size=60), st.data())
def test_a_changed_byte_is_refused(plaintext: bytes, data: st.DataObject) -> None:
    envelope = bytearray(seal_for(THERE, plaintext, b"T1"))
    index = data.draw(st.integers(0, len(envelope) - 1))
    envelope[index] ^= data.draw(st.integers(1, 255))
    with pytest.raises((InvalidEnvelope, UnknownRecipient)):
        open_with(RING, bytes(envelope), b"T1")


@given(st.data())
def test_a_shortened_envelope_is_refused(data: st.DataObject) -> None:
    envelope = seal_for(THERE, b"plaintext")
    with pytest.raises(InvalidEnvelope):
        open_with(RING, envelope[: data.draw(st.integers(0, len(envelope) - 1))])


@given(st.binary(max_size=100))
def test_bytes_from_nowhere_are_refused(envelope: bytes) -> None:
    with pytest.raises((InvalidEnvelope, UnknownRecipient)):
        open_with(RING, envelope)


@pytest.mark.parametrize("about", [(), (b"T2",), (b"T", b"1"), (b"T1", b"")])
def test_about_something_else_it_is_refused(about: tuple[bytes, ...]) -> None:
    with pytest.raises(InvalidEnvelope, match="changed since it was sealed"):
        open_with(RING, seal_for(THERE, b"x", b"T1"), *about)


def test_a_key_that_only_opens_is_a_recipient_too_and_is_found_by_its_id() -> None:
    envelope = seal_for(Recipient.of(RING, RING.key_ids[1]), b"x")
    assert open_with(RING, envelope) == b"x"
    with pytest.raises(UnknownRecipient, match=Recipient.of(RING, RING.key_ids[1]).id):
        open_with(OTHER, envelope)


def test_the_same_is_never_sealed_the_same() -> None:
    assert seal_for(THERE, b"x") != seal_for(THERE, b"x")


def test_its_text_comes_back_and_is_the_same_each_time() -> None:
    assert Recipient.parse(str(THERE)) == THERE == Recipient.of(Keyring.parse(f"primary {NEW}"))
    assert str(THERE).startswith("mskx1_")
    assert NEW[6:] not in str(THERE)


@given(st.data())
def test_a_typing_mistake_in_a_recipient_is_found(data: st.DataObject) -> None:
    text = str(THERE)
    index = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_ =é"))
    changed = text[:index] + letter + text[index + 1 :]
    if changed != text:
        with pytest.raises(InvalidRecipient):
            Recipient.parse(changed)


@given(st.text(max_size=80))
def test_a_text_from_nowhere_is_no_recipient(text: str) -> None:
    with pytest.raises(InvalidRecipient):
        Recipient.parse(text)


@pytest.mark.parametrize("public", [bytes(32), b"\x01" + bytes(31)])
def test_a_public_key_that_gives_the_secret_away_is_refused(public: bytes) -> None:
    with pytest.raises(InvalidRecipient):
        seal_for(Recipient(public), b"x")
    envelope = bytearray(seal_for(THERE, b"x"))
    envelope[9:41] = public
    with pytest.raises(InvalidEnvelope):
        open_with(RING, bytes(envelope))


def test_too_much_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="at most"):
        seal_for(THERE, bytes(LARGEST + 1))


def test_a_purpose_of_its_own_gives_a_secret_of_its_own() -> None:
    one, other = (RING.derive(RING.primary_id, purpose=each) for each in (b"a", b"b"))
    assert one != other
    with pytest.raises(UnknownKey):
        RING.derive("00" * 6, purpose=b"a")


def test_an_envelope_of_the_first_version_opens_for_ever() -> None:
    assert open_with(FIXED_RING, bytes.fromhex(FIXED_ENVELOPE), b"T1") == b"written by version 1"
