import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from storage import keyring_file
from storage.errors import UnknownKey
from storage.keyring import Context, Keyring, generate_key
from storage.live_keyring import LiveKeyring

HERE = Context(kind="settings", workspace="T1", revision=1)
OLD, NEW = generate_key(), generate_key()
OLD_RING = Keyring.parse(f"primary {OLD}")
NEW_RING = Keyring.parse(f"primary {NEW}")
BOTH = Keyring.parse(f"accept {OLD}\nprimary {NEW}")


@dataclass
class Place:
    """Where a keyring comes from: what a test says, and how often it was asked."""

    keyring: Keyring | Exception = OLD_RING
    mark: int = 0
    now: float = 0.0
    asked: int = 0
    before_reading: Callable[[], object] = field(default=lambda: None)

    def read(self) -> Keyring:
        self.asked += 1
        self.before_reading()
        if isinstance(self.keyring, Exception):
            raise self.keyring
        return self.keyring

    def live(self) -> LiveKeyring:
        return LiveKeyring(read=self.read, mark=lambda: self.mark, now=lambda: self.now)

    def change(self, keyring: Keyring | Exception) -> None:
        self.keyring = keyring
        self.mark += 1


def test_a_keyring_that_does_not_change_is_read_once() -> None:
    place = Place()
    live = place.live()
    assert live.open(live.seal(b"x", HERE), HERE) == b"x"
    assert (live.primary_id, live.key_ids) == (OLD_RING.primary_id, OLD_RING.key_ids)
    assert place.asked == 1


def test_a_changed_keyring_is_used_from_the_next_envelope_on() -> None:
    place = Place()
    live = place.live()
    old = live.seal(b"x", HERE)
    place.change(BOTH)
    assert NEW_RING.open(live.seal(b"y", HERE), HERE) == b"y"
    assert live.open(old, HERE) == b"x"
    assert live.key_ids == BOTH.key_ids


def test_what_was_read_before_its_key_was_retired_still_opens_for_a_minute() -> None:
    place = Place(keyring=BOTH)
    live = place.live()
    old = OLD_RING.seal(b"x", HERE)
    place.change(NEW_RING)
    assert live.open(old, HERE) == b"x"
    assert live.knows(OLD_RING.primary_id)
    place.now = 61.0
    assert not live.knows(OLD_RING.primary_id)
    with pytest.raises(UnknownKey, match=OLD_RING.primary_id):
        live.open(old, HERE)


def test_an_unknown_key_makes_it_look_again_but_not_each_time() -> None:
    place = Place()
    live = place.live()
    new = NEW_RING.seal(b"x", HERE)
    for _ in range(3):
        with pytest.raises(UnknownKey, match=NEW_RING.primary_id):
            live.open(new, HERE)
    assert place.asked == 2
    place.keyring, place.now = BOTH, 11.0  # a place that doesn't look changed, such as a command
    assert live.open(new, HERE) == b"x"


def test_a_keyring_that_cannot_be_read_again_stays_and_that_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    place = Place()
    live = place.live()
    place.change(ValueError("it is gone"))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert live.open(live.seal(b"x", HERE), HERE) == b"x"
    assert [each.message for each in caplog.records] == [
        "The keyring can't be read again, so it stays as it was: it is gone"
    ]
    place.change(BOTH)
    assert live.primary_id == NEW_RING.primary_id


def test_who_reads_goes_on_while_another_looks_and_who_seals_waits() -> None:
    place = Place()
    live = place.live()
    old = live.seal(b"x", HERE)
    looking, go = threading.Event(), threading.Event()

    def wait() -> None:
        looking.set()
        assert go.wait(10)

    place.before_reading = wait
    place.change(BOTH)
    sealed: list[bytes] = []
    first = threading.Thread(target=lambda: sealed.append(live.seal(b"y", HERE)))
    first.start()
    assert looking.wait(10)
    assert live.open(old, HERE) == b"x"
    second = threading.Thread(target=lambda: sealed.append(live.seal(b"z", HERE)))
    second.start()
    assert not sealed
    go.set()
    first.join(10)
    second.join(10)
    assert {NEW_RING.open(each, HERE) for each in sealed} == {b"y", b"z"}
    assert place.asked == 2


def test_the_keys_of_a_file_are_followed(tmp_path: Path) -> None:
    file = tmp_path / "keyring"
    made = keyring_file.create(file)
    live = LiveKeyring(read=lambda: keyring_file.read(file), mark=lambda: keyring_file.mark(file))
    new = keyring_file.add(file)
    assert live.key_ids == (made.primary_id, new)
    keyring_file.activate(file, new)
    assert live.primary_id == new
    keyring_file.remove(file, made.key_ids)
    assert live.key_ids == (new,)
    file.unlink()
    assert live.primary_id == new
