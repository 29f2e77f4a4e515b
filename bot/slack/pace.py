"""How long we wait for Slack and people, and how often we try. Values only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """One for the whole program; all of it in seconds."""

    again_after: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
    """Between the attempts to tell what must not be lost, a minute in all."""
    opens_within: tuple[float, ...] = (0.0, 0.3, 1.0, 2.0)
    """Between the looks for a view that an ack has pushed."""
    edit_every: float = 1.1
    """Between two edits of a message: Slack takes about one a second in a channel.

    https://docs.slack.dev/apis/web-api/rate-limits
    """
    answer_within: float = 2.6
    """Of Slack's three: then a submission is answered with a view that waits, a test with words."""
    identify_within: float = 2.2
    """For `users.info`: a submission must be answered within three seconds."""
    trusted_for: float = 30.0
    """How old Slack's word on who somebody is may be where nothing is saved."""
    look_every: float = 15.0
    """Between the looks for tests of which it is time to speak again."""
    lease: float = 20.0
    """How long a test stays ours without a sign of life: then another replica takes it over."""
    beat_every: float = 5.0
    """Between two signs of life."""
    warm_every: float = 45.0
    """Between the calls that keep a connection to Slack open: ours are closed after a minute."""
