"""An incident's number: shown to the person, written to the log, so that both can be matched."""

import secrets

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_incident() -> str:
    """Return a short number that reads well aloud, like `K7PX-3MQ2`."""
    letters = [secrets.choice(_LETTERS) for _ in range(8)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def apology(incident: str) -> str:
    """Say to a person that something went wrong on our side."""
    return (
        "Something went wrong on our side, and nothing was changed. Please try again in a minute. "
        f"If it stays, give the operator of this bot the incident number {incident}."
    )
