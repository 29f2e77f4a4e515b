"""Where a view about SSL keys belongs: ids alone, which come and go in `private_metadata`. Pure."""

import json
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a view about SSL keys belongs: ids alone, for Slack keeps it in `private_metadata`."""

    list: str = ""
    """The id of the view with the list."""
    form: str = ""
    """The id of the settings' form under the list; empty: there is none."""
    key: str = ""
    """The SSL key that the view is about; empty: a new one."""
    revision: int = 0
    """Of that key."""
    upload: str = ""
    """Names an uploaded file that waits to be opened; empty: none does."""
    attempt: int = 0
    """How often the view was drawn anew: its fields need new block ids each time."""

    def dump(self) -> str:
        """Write it down."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> "Place":
        """Read what `dump` wrote. Raises ValueError, TypeError for anything else."""
        return cls(**json.loads(text))

    def again(self, *, upload: str) -> "Place":
        """Return the place for the view drawn anew."""
        return replace(self, upload=upload, attempt=self.attempt + 1)

    def block_id(self, name: str) -> str:
        """Name the block of the field *name*."""
        return f"{name}.{self.attempt}" if self.attempt else name
