"""How stages and results of a test are worded. Pure."""

import math
from datetime import timedelta


def duration(milliseconds: float) -> str:
    """Say how long something took."""
    if milliseconds < 1:
        return "under 1 ms"
    return f"{milliseconds:.0f} ms" if milliseconds < 10_000 else f"{milliseconds / 1000:.0f} s"


def patience(wait: timedelta) -> str:
    """Say when to try again; never too early."""
    seconds = max(1, math.ceil(wait.total_seconds()))
    if seconds < 90:
        return f"in {seconds} seconds" if seconds > 1 else "in a second"
    return f"in {math.ceil(seconds / 60)} minutes"
