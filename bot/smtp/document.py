"""A transcript as a document: written down with a test run, read again for its details. Pure."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.smtp.transcript import (
    Certificate,
    Failure,
    Line,
    Outcome,
    Reply,
    Stage,
    Step,
    TLSFacts,
    Transcript,
)


def dump_transcript(transcript: Transcript) -> dict[str, Any]:
    """Return *transcript* as values that JSON can hold."""
    document = asdict(transcript)
    if transcript.tls is not None:
        for each in document["tls"]["chain"]:
            each["not_before"] = each["not_before"].isoformat()
            each["not_after"] = each["not_after"].isoformat()
    return document


def load_transcript(document: Mapping[str, Any]) -> Transcript:
    """Read what `dump_transcript` returned."""
    values = dict(document)
    values["outcome"] = Outcome(values["outcome"])
    values["steps"] = tuple(
        Step(**(step | {"stage": Stage(step["stage"])})) for step in values["steps"]
    )
    values["lines"] = tuple(Line(**line) for line in values["lines"])
    values["capabilities"] = tuple(values["capabilities"])
    values["reply"] = _reply(values["reply"])
    if (failure := values["failure"]) is not None:
        values["failure"] = Failure(
            **(failure | {"stage": Stage(failure["stage"]), "reply": _reply(failure["reply"])})
        )
    if (tls := values["tls"]) is not None:
        chain = tuple(_certificate(each) for each in tls["chain"])
        values["tls"] = TLSFacts(**(tls | {"chain": chain}))
    return Transcript(**values)


def _reply(document: Mapping[str, Any] | None) -> Reply | None:
    return None if document is None else Reply(**document)


def _certificate(document: Mapping[str, Any]) -> Certificate:
    values = dict(document) | {
        "names": tuple(document["names"]),
        "not_before": datetime.fromisoformat(document["not_before"]),
        "not_after": datetime.fromisoformat(document["not_after"]),
    }
    return Certificate(**values)
