"""A keyring that is read again when it changes, so that keys come and go in a running bot."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from storage.errors import UnknownKey
from storage.keyring import Context, Keyring, key_id

_log = logging.getLogger(__name__)

_FORMER_SECONDS = 60
"""For so long a key that was taken out still opens what was read before."""
_UNKNOWN_SECONDS = 10
"""At most so often an unknown key makes us read a keyring again that doesn't look changed."""


@dataclass(slots=True, kw_only=True)
class LiveKeyring:
    """The keys of a place that may change. Used by many threads at once.

    A keyring that can't be read again is left at what it was: the log says why, without a key.
    """

    read: Callable[[], Keyring]
    """Raises any Exception, whose text holds no secret, when the keyring can't be read."""
    mark: Callable[[], object]
    """Cheap; another one than before means that the keyring may have changed."""
    now: Callable[[], float] = time.monotonic
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)
    _current: Keyring = field(init=False, repr=False)
    _former: Keyring | None = field(default=None, init=False, repr=False)
    _former_until: float = field(default=0.0, init=False, repr=False)
    _mark: object = field(init=False, repr=False)
    _asked: float = field(default=float("-inf"), init=False, repr=False)

    def __post_init__(self) -> None:
        # The mark first: what changes between the two is then read again.
        self._mark = self.mark()
        self._current = self.read()

    @property
    def primary_id(self) -> str:
        """The id of the key that seals."""
        return self._latest().primary_id

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys."""
        return self._latest().key_ids

    def knows(self, key_id: str) -> bool:
        """Tell whether the key is there, now or a moment ago; look again before saying no."""
        return self._ring_with(key_id) is not None

    def seal(self, plaintext: bytes, context: Context) -> bytes:
        """Return an envelope of *plaintext* that opens for *context* alone."""
        # By the newest primary key: one that was retired meanwhile would lose the record.
        return self._latest(wait=True).seal(plaintext, context)

    def open(self, envelope: bytes, context: Context) -> bytes:
        """Return what was sealed for *context*. Raises UnknownKey, InvalidEnvelope."""
        wanted = key_id(envelope)
        ring = self._ring_with(wanted)
        if ring is None:
            raise UnknownKey(wanted)
        return ring.open(envelope, context)

    def _ring_with(self, wanted: str) -> Keyring | None:
        if self._latest().knows(wanted):
            return self._current
        former = self._former
        if former is not None and former.knows(wanted) and self.now() < self._former_until:
            return former
        with self._lock:
            if self.now() - self._asked >= _UNKNOWN_SECONDS:
                self._asked = self.now()
                self._read_again(self.mark())
        current = self._current
        return current if current.knows(wanted) else None

    def _latest(self, *, wait: bool = False) -> Keyring:
        # Who comes while another reads goes on with what there is, unless told to wait: reading
        # may take seconds.
        if self.mark() != self._mark and self._lock.acquire(blocking=wait):
            try:
                mark = self.mark()
                if mark != self._mark:
                    self._read_again(mark)
            finally:
                self._lock.release()
        return self._current

    def _read_again(self, mark: object) -> None:
        try:
            found = self.read()
        except Exception as problem:  # noqa: BLE001 - whatever it is, the keys that we have are good
            _log.warning("The keyring can't be read again, so it stays as it was: %s", problem)
            found = self._current
        if found != self._current:
            self._former, self._former_until = self._current, self.now() + _FORMER_SECONDS
            self._current = found
        # Last: until here it is known that the keys in use may be old ones.
        self._mark = mark
