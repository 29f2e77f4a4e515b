"""What many measurements of one thing come to."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Median and 99th percentile, in the samples' own unit (nearest rank)."""

    samples: int
    p50: float
    p99: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> "Spread":
        """Sum *samples* up. Raises ValueError when there are none."""
        if not samples:
            raise ValueError("Nothing was measured.")
        ranked = sorted(samples)
        return cls(samples=len(ranked), p50=_rank(ranked, 0.5), p99=_rank(ranked, 0.99))


def shown(value: float) -> str:
    """Write *value* as exactly as it is worth."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _rank(ranked: Sequence[float], part: float) -> float:
    return round(ranked[math.ceil(part * len(ranked)) - 1], 3)
