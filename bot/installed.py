"""An installation of the app: whose it is, and the token it acts with. Values only."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """One workspace's, or one Enterprise organisation's with all its workspaces.

    https://docs.slack.dev/reference/methods/oauth.v2.access
    """

    team_id: str
    """Empty: the whole organisation's."""
    enterprise_id: str = ""
    name: str
    """Of the workspace or organisation. Untrusted text."""
    bot_token: str = field(repr=False)
    bot_user_id: str = ""
    installed_by: str = ""
    """A Slack user id."""
    installed_at: datetime | None = None
    """By Slack's clock."""
    refresh_token: str = field(default="", repr=False)
    """Empty: the token doesn't rotate."""
    expires_at: datetime | None = None
    """By Slack's clock. None: never."""

    @property
    def place(self) -> str:
        """The id under which it is kept: the workspace's, else the organisation's."""
        return self.team_id or self.enterprise_id


_MOMENTS = ("installed_at", "expires_at")


def dump_installation(installation: Installation) -> bytes:
    """Write *installation*, tokens included, as JSON: only ever to be sealed."""
    document = asdict(installation)
    for each in _MOMENTS:
        document[each] = document[each] and document[each].isoformat()
    return json.dumps({"schema": 1, **document}, sort_keys=True).encode()


def load_installation(document: bytes) -> Installation:
    """Read what `dump_installation` wrote. Raises ValueError for a newer program's."""
    values = json.loads(document)
    if values.pop("schema") != 1:
        raise ValueError("this installation was written by a newer version of the program")
    for each in _MOMENTS:
        values[each] = values[each] and datetime.fromisoformat(values[each])
    return Installation(**values)
