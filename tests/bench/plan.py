"""How much is measured: all of it within three minutes, `--quick` within half a minute."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Counts. More make the 99th percentile truer and the run longer."""

    quick: bool
    """Nothing is measured for which one has to wait half a minute."""
    rounds: int
    """In which all contestants take turns."""
    alone: int
    """Commands in a round by one admin, one after the other."""
    alone_afar: int
    """The same where each costs a round trip."""
    crowd: int
    """Commands in a round by each of the many."""
    strangers: int
    """Admins for each state of what the bot knows of them."""
    hanging: int
    """Tests that hang on a silent server."""
    beside: int
    """Commands typed beside them, and as many without them."""
    tests: int
    """Tests to a healthy server beside them, and as many without them."""
    starts: int

    def commands(self, *, at_once: int, round_trip_ms: int) -> int:
        """Return how often each person types in one round."""
        if at_once > 1:
            return self.crowd
        return self.alone_afar if round_trip_ms else self.alone


FULL = Plan(
    quick=False,
    rounds=4,
    alone=125,
    alone_afar=50,
    crowd=25,
    strangers=20,
    hanging=200,
    beside=400,
    tests=20,
    starts=5,
)
QUICK = Plan(
    quick=True,
    rounds=2,
    alone=10,
    alone_afar=5,
    crowd=2,
    strangers=5,
    hanging=20,
    beside=20,
    tests=3,
    starts=1,
)
