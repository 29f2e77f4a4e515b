"""How much is measured: all of it within ten minutes, `--quick` within one."""

from dataclasses import dataclass

from tests.bench.contestant import ORDINARY


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Counts. More make the 99th percentile truer and the run longer."""

    quick: bool
    """Nothing is measured for which one has to wait half a minute."""
    round_trips_ms: tuple[int, ...]
    crowds: tuple[int, ...]
    """How many admins type at once."""
    rounds: int
    """In which all contestants take turns."""
    alone: dict[int, int]
    """Commands in a round by one admin, one after the other, by the round trip."""
    crowd: dict[int, int]
    """Commands in a round by each of so many."""
    strangers: int
    """Admins for each state of what the bot knows of them."""
    hanging: tuple[int, ...]
    """Tests that hang on a silent server."""
    beside: int
    """Commands in a round typed beside them, and as many to a bot without them."""
    tests: int
    """Tests in a round to a healthy server beside them, and as many without them."""
    standstill: int
    """Commands to the sync bot at once, beside each number of hanging tests."""
    messages: dict[int, int]
    """Test messages by each client on each port, by the round trip."""
    starts: int

    def commands(self, bot: str, at_once: int, round_trip_ms: int) -> int:
        """Return how often each person types in one round."""
        count = self.crowd[at_once] if at_once > 1 else self.alone[round_trip_ms]
        # The sync bot takes up to a hundred times as long: it gets fewer.
        return max(1, count // 4) if bot == ORDINARY else count


FULL = Plan(
    quick=False,
    round_trips_ms=(0, 20, 60),
    crowds=(1, 16, 128),
    rounds=4,
    alone={0: 125, 20: 50, 60: 30},
    crowd={16: 12, 128: 4},
    strangers=20,
    hanging=(5, 50, 200, 500),
    beside=400,
    tests=8,
    standstill=5,
    messages={0: 20, 20: 8, 100: 5},
    starts=5,
)
QUICK = Plan(
    quick=True,
    round_trips_ms=(0, 60),
    crowds=(1, 16),
    rounds=1,
    alone={0: 8, 60: 4},
    crowd={16: 2},
    strangers=3,
    hanging=(5, 20),
    beside=10,
    tests=1,
    standstill=2,
    messages={0: 2, 20: 2},
    starts=1,
)
