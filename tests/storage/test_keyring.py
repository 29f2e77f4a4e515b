import base64
import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import InvalidEnvelope, InvalidKeyring, UnknownKey
from storage.keyring import Context, Keyring, authenticate, generate_key, key_id

OLD, NEW = generate_key(), generate_key()
RING = Keyring.parse(f"primary {NEW}\naccept {OLD}\n")
OLD_RING = Keyring.parse(f"primary {OLD}")
HERE = Context(kind="settings", workspace="T1", name="n", revision=3)

words = st.text(max_size=20)
contexts = st.builds(
    Context, kind=words, workspace=words, name=words, revision=st.integers(0, 2**40)
)


@given(st.binary(max_size=300), contexts)
def test_what_is_sealed_opens_in_its_place(plaintext: bytes, context: Context) -> None:
    envelope = RING.seal(plaintext, context)
    assert RING.open(envelope, context) == plaintext
    assert key_id(envelope) == RING.primary_id


@given(st.binary(max_size=60), st.data())
def test_a_changed_byte_is_refused(plaintext: bytes, data: st.DataObject) -> None:
    envelope = bytearray(RING.seal(plaintext, HERE))
    index = data.draw(st.integers(0, len(envelope) - 1))
    envelope[index] ^= data.draw(st.integers(1, 255))
    with pytest.raises((InvalidEnvelope, UnknownKey)):
        RING.open(bytes(envelope), HERE)


@given(st.binary(max_size=60), st.data())
def test_a_shortened_envelope_is_refused(plaintext: bytes, data: st.DataObject) -> None:
    envelope = RING.seal(plaintext, HERE)
    length = data.draw(st.integers(0, len(envelope) - 1))
    with pytest.raises(InvalidEnvelope):
        RING.open(envelope[:length], HERE)


@given(data=st.data())
def test_an_envelope_changed_in_any_way_is_refused(data: st.DataObject) -> None:
    """Cut out, put in, doubled, turned round, or made of two that both open."""
    one, other = (RING.seal(data.draw(st.binary(max_size=60)), HERE) for _ in range(2))
    places = st.integers(0, len(one))
    start, end = sorted((data.draw(places), data.draw(places)))
    middle = one[start:end]
    put = data.draw(
        st.binary(max_size=40)
        | st.just(middle * 2)
        | st.just(middle[::-1])
        | st.just(other[start:end])
    )
    changed = one[:start] + put + one[end:]
    if changed not in {one, other}:
        with pytest.raises((InvalidEnvelope, UnknownKey)):
            RING.open(changed, HERE)


@given(st.binary(max_size=100))
def test_bytes_from_nowhere_are_refused(envelope: bytes) -> None:
    with pytest.raises((InvalidEnvelope, UnknownKey)):
        RING.open(envelope, HERE)


@given(contexts, contexts)
def test_an_envelope_opens_in_no_other_place(one: Context, other: Context) -> None:
    envelope = RING.seal(b"x", one)
    if one != other:
        with pytest.raises(InvalidEnvelope):
            RING.open(envelope, other)


@pytest.mark.parametrize(
    "moved",
    [
        replace(HERE, kind="installation"),
        replace(HERE, workspace="T2"),
        replace(HERE, name="m"),
        replace(HERE, revision=2),
        Context(kind="settingsT", workspace="1", name="n", revision=3),
    ],
)
def test_each_part_of_the_place_counts(moved: Context) -> None:
    with pytest.raises(InvalidEnvelope):
        RING.open(RING.seal(b"x", HERE), moved)


def test_the_key_named_in_the_header_is_authenticated() -> None:
    envelope = OLD_RING.seal(b"x", HERE)
    renamed = envelope[:1] + bytes.fromhex(RING.primary_id) + envelope[7:]
    with pytest.raises(InvalidEnvelope):
        RING.open(renamed, HERE)


def test_an_envelope_of_another_version_is_refused() -> None:
    with pytest.raises(InvalidEnvelope, match="form"):
        RING.open(b"\x02" + RING.seal(b"x", HERE)[1:], HERE)


def test_two_envelopes_of_one_value_differ() -> None:
    assert RING.seal(b"x", HERE) != RING.seal(b"x", HERE)


def test_every_key_opens_and_only_the_primary_seals() -> None:
    envelope = OLD_RING.seal(b"x", HERE)
    assert RING.open(envelope, HERE) == b"x"


def test_a_missing_key_is_named() -> None:
    with pytest.raises(UnknownKey, match=RING.primary_id) as caught:
        OLD_RING.open(RING.seal(b"x", HERE), HERE)
    assert caught.value.key_id == RING.primary_id


def test_an_envelope_of_version_1_opens_for_ever() -> None:
    ring = Keyring.parse("primary mskr1_OK4cFblaLfWBxXdM3vner4py5kGT2dg46QMZuFE2715H2A_-")
    envelope = bytes.fromhex(
        "01bab2514fc3c26229c9a9a17f59af4572edab40e3ba22ec8c9ea127fcdd3eda967f82ee8242572672a7294c"
        "46c463253af98c9402485b74bd5c9eda8c9c1c7511c971958e3bfc1d96"
    )
    context = Context(kind="settings", workspace="T0001", name="main", revision=7)
    assert ring.primary_id == "bab2514fc3c2"
    assert ring.open(envelope, context) == b'{"schema":1,"host":"smtp.example.com"}'


def test_neither_keys_nor_names_are_shown() -> None:
    context = Context(kind="pending-password", workspace="T1", name="link-token", revision=1)
    with pytest.raises(InvalidEnvelope) as caught:
        RING.open(RING.seal(b"x", HERE), context)
    shown = f"{RING!r} {RING} {context!r} {caught.value!r}"
    assert RING.primary_id in shown
    assert "link-token" not in shown
    for key in (OLD, NEW):
        raw = base64.urlsafe_b64decode(key.removeprefix("mskr1_"))[:32]
        assert key[6:20] not in shown
        assert repr(raw)[2:10] not in shown


def test_a_generated_key_is_prefixed_32_bytes_and_a_checksum() -> None:
    key = generate_key()
    assert key.startswith("mskr1_")
    assert len(base64.urlsafe_b64decode(key.removeprefix("mskr1_"))) == 36
    assert generate_key() != key


def test_comments_blank_lines_and_space_are_allowed() -> None:
    ring = Keyring.parse(f"# ours\n\n  accept\t{OLD} # until May\r\nprimary {NEW}")
    assert ring.key_ids == (OLD_RING.primary_id, RING.primary_id)
    assert ring.primary_id == RING.primary_id


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no primary"),
        ("accept OLD", "no primary"),
        ("primary OLD\nprimary NEW", "Line 2 .* second primary"),
        ("primary OLD\n\naccept OLD", "Line 3 .* repeats"),
        ("OLD", "Line 1 .* isn't"),
        ("primary OLD NEW", "Line 1 .* isn't"),
        ("Primary OLD", "Line 1 .* isn't"),
        ("primary OLD-", "line 1 .* mistake"),
        ("primary OLD=", "line 1 .* mistake"),
        ("primary mskr1_OLD", "line 1 .* mistake"),
        ("primary mskr1_" + "A" * 48, "line 1 .* mistake"),
        ("primary mskr1_é", "line 1 .* mistake"),
        ("primary mskr1_", "line 1 .* mistake"),
        ("#" * 70000, "at most"),
    ],
)
def test_a_text_that_is_no_keyring_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(InvalidKeyring, match=complaint) as caught:
        Keyring.parse(text.replace("OLD", OLD).replace("NEW", NEW))
    assert OLD[6:] not in str(caught.value)


@given(st.integers(0, len(NEW) - 1), st.sampled_from(string.printable))
def test_a_mistyped_key_is_refused(index: int, letter: str) -> None:
    mistyped = NEW[:index] + letter + NEW[index + 1 :]
    if mistyped != NEW:
        with pytest.raises(InvalidKeyring):
            Keyring.parse(f"primary {mistyped}")


@given(st.text())
def test_any_other_text_is_refused_in_words(text: str) -> None:
    with pytest.raises(InvalidKeyring):
        Keyring.parse(text)


@given(st.lists(st.binary(max_size=9)), st.lists(st.binary(max_size=9)))
def test_different_parts_are_authenticated_as_different_bytes(
    one: list[bytes], other: list[bytes]
) -> None:
    assert (authenticate(*one) == authenticate(*other)) == (one == other)
