"""`mailsettings test`: the same test as in Slack, with its ladder in the terminal."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from bot.commands.console import Console, Stop
from bot.commands.finding import in_two
from bot.commands.workspace import choose
from bot.config import Config, InvalidEnvironment
from bot.sending import Trial, explain, new_code, run_test, service_of
from bot.slack.deeds import tested
from bot.slack.mailtest.words import duration
from bot.slack.words import OPERATOR
from bot.smtp.address import InvalidAddress, parse_address
from bot.smtp.expiry import expiry_warning
from bot.smtp.network import Network
from bot.smtp.settings import LABELS, MailSettings, TLSMode
from bot.smtp.transcript import (
    Diagnosis,
    Failure,
    Outcome,
    Reply,
    Stage,
    Step,
    TLSFacts,
    Transcript,
)
from bot.vault import Vault, VaultClosed
from storage.audit import Event
from storage.errors import StorageError

_WIDTH = max(len(each.label) for each in Stage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was typed after `mailsettings test`."""

    recipient: str
    """As `recipient_of` gives it."""
    send: bool
    workspace: str | None
    as_json: bool


def test(vault: Vault, config: Config, console: Console, *, network: Network, asked: Asked) -> int:
    """Send a test message with the saved settings. Raises Stop, StorageError.

    The status is 0 when it was accepted, 75 where trying later may help, 78 where the settings or
    the environment forbid the test, 69 for everything else.
    """
    with refusals(console, as_json=asked.as_json):
        team_id = choose(vault, asked.workspace)
        record = vault.settings.get(team_id) if team_id else None
        key = vault.ssl_key_of(team_id, record.value) if team_id and record else None
    service = service_of(record.value if record else None, config, key=key)
    trial = Trial(
        recipient=asked.recipient,
        send=asked.send,
        code=new_code(),
        workspace=team_id or "this workspace",
        asked_by=f"the {OPERATOR}",
        channel="",
        at=datetime.now(UTC),
        in_slack=False,
    )

    def watch(step: Step) -> None:
        if not asked.as_json:
            console.say(_rung(step))

    transcript = asyncio.run(
        run_test(
            service,
            record.value if record else MailSettings(),
            trial,
            network=network,
            watch=watch,
            before_final_dot=_go_on,
        )
    )
    diagnosis = explain(transcript, service)
    if asked.as_json:
        console.document(_document(transcript, diagnosis))
    else:
        _tell(console, transcript, diagnosis, trial)
    if team_id:
        revision = record.revision if record else 0
        vault.audit.append(team_id, _deed(transcript, diagnosis, revision), at=datetime.now(UTC))
    return _status(transcript, diagnosis)


def recipient_of(address: str) -> str:
    """Return the *address* that was typed, as it goes over the wire. Raises Stop."""
    try:
        return parse_address(address)
    except InvalidAddress as problem:
        raise Stop(str(problem), os.EX_USAGE) from None


@contextmanager
def refusals(console: Console, *, as_json: bool) -> Iterator[None]:
    """For a program, answer with the one object too when the block finds no test possible."""
    try:
        yield
    except (InvalidEnvironment, Stop, VaultClosed, StorageError) as refusal:
        if as_json:
            console.document(_refused(refusal))
        raise


def _refused(refusal: Exception) -> dict[str, Any]:
    meaning, cure = in_two(refusal)
    advice: tuple[str, ...] = (cure,) if cure else ()
    match refusal:
        case InvalidEnvironment():
            cause, meaning = "not-configured", "The environment can't be used as it is."
            advice = tuple(
                f"{each.variable}: {each.problem} {each.cure}" for each in refusal.faults
            )
        case Stop(status=os.EX_USAGE):
            cause, meaning = "recipient-syntax", str(refusal)
            advice = ("Name one mail address: mailsettings test name@example.com",)
        case StorageError():
            cause = "storage-unavailable"
        case _:
            cause = "not-configured"
    step = Step(stage=Stage.SETTINGS, milliseconds=0, line="not complete", ok=False)
    transcript = Transcript(
        outcome=Outcome.REFUSED,
        host="",
        port=0,
        steps=(step,),
        failure=Failure(stage=step.stage, cause=cause),
    )
    return _document(transcript, Diagnosis(cause=cause, meaning=meaning, advice=advice))


def _deed(transcript: Transcript, diagnosis: Diagnosis | None, revision: int) -> Event:
    return tested(
        OPERATOR,
        outcome=transcript.outcome,
        stage=transcript.failure.stage if transcript.failure else None,
        cause=diagnosis.cause if diagnosis else None,
        revision=revision,
    )


async def _go_on() -> None:
    """Nothing is written down before the message goes: the operator sees how it ends."""


def _status(transcript: Transcript, diagnosis: Diagnosis | None) -> int:
    if transcript.outcome is Outcome.ACCEPTED:
        return os.EX_OK
    if transcript.outcome is Outcome.REFUSED:
        return os.EX_CONFIG
    # After an unknown end a later try could send the message twice.
    may_heal = diagnosis is not None and diagnosis.temporary
    if may_heal and transcript.outcome is Outcome.FAILED:
        return os.EX_TEMPFAIL
    return os.EX_UNAVAILABLE


def _rung(step: Step) -> str:
    mark = "ok    " if step.ok else "failed"
    name = step.stage.label.ljust(_WIDTH)
    return f"{mark}  {name}  {duration(step.milliseconds):>10}  {step.line}"


def _tell(
    console: Console, transcript: Transcript, diagnosis: Diagnosis | None, trial: Trial
) -> None:
    console.say()
    console.say(_verdict(transcript, trial))
    accepted = transcript.outcome is Outcome.ACCEPTED
    if accepted and (warning := expiry_warning(transcript, trial.at)):
        console.say(f"The certificate ends soon. {warning}")
    if transcript.failure is not None and transcript.failure.reply is not None:
        console.say(f"The server's own words: {_words(transcript.failure.reply)}")
    if diagnosis is None:
        return
    console.say(f"\nWhat it means: {diagnosis.meaning}\nWhat to do:")
    for each in diagnosis.advice:
        console.say(f"  - {each}")
    for name, value in _on_screen(diagnosis.fix).items():
        console.say(f"  - In /mailsettings set “{LABELS[name]}” to {value}.")
    if diagnosis.link:
        console.say(f"  See {diagnosis.link}")


def _on_screen(fix: Mapping[str, str | int | bool]) -> dict[str, str]:
    """Return the values of fields as the form shows them."""
    labels = {each.value: each.label for each in TLSMode} | {"True": "on", "False": "off"}
    return {name: labels.get(str(value), str(value)) for name, value in fix.items()}


def _verdict(transcript: Transcript, trial: Trial) -> str:
    server = f"{transcript.host}:{transcript.port}"
    if transcript.outcome is Outcome.REFUSED:
        return "No test was possible."
    if transcript.outcome is Outcome.FAILED:
        return f"Failed: {server} did not take a message for {trial.recipient}."
    if transcript.outcome is Outcome.UNKNOWN:
        return (
            f"Unknown: {server} may have taken the message, but did not say so. Look for the code "
            f"{trial.code} before you test again."
        )
    if not transcript.sent:
        return f"Accepted: {server} would take a message for {trial.recipient}. None was sent."
    taken = f"{server} accepted the message for {trial.recipient}"
    queue = f" as {transcript.queue_id}" if transcript.queue_id else ""
    return (
        f"Accepted: {taken} in {duration(transcript.milliseconds)}{queue}. "
        f"Look for the code {trial.code} in the inbox."
    )


def _words(reply: Reply) -> str:
    parts = (str(reply.code), reply.enhanced, reply.text)
    return " ".join(each for each in parts if each)


def _document(transcript: Transcript, diagnosis: Diagnosis | None) -> dict[str, Any]:
    failure = transcript.failure
    reply = failure.reply if failure else transcript.reply
    return {
        "outcome": transcript.outcome,
        "stage": failure.stage if failure else transcript.steps[-1].stage,
        "cause": diagnosis.cause if failure and diagnosis else None,
        "meaning": diagnosis.meaning if diagnosis else "The mail server accepted it.",
        "advice": list(diagnosis.advice) if diagnosis else [],
        "fix": diagnosis.fix or None if diagnosis else None,
        "reply": asdict(reply) if reply else None,
        "stages": [
            {"stage": each.stage, "milliseconds": round(each.milliseconds, 1), "line": each.line}
            for each in transcript.steps
        ],
        "tls": _tls(transcript.tls) if transcript.tls else None,
        "queue_id": transcript.queue_id,
        "message_id": transcript.message_id,
    }


def _tls(facts: TLSFacts) -> dict[str, Any]:
    chain = [
        asdict(each)
        | {
            "names": list(each.names),
            "not_before": each.not_before.isoformat(),
            "not_after": each.not_after.isoformat(),
        }
        for each in facts.chain
    ]
    return {
        "version": facts.version,
        "cipher": facts.cipher,
        "verified": facts.verified,
        "certificates": chain,
    }
