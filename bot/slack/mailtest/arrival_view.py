"""Whether the message arrived, as people see it: what was said, what to do next, who answers. Pure.

`standing` heads the message, `what_next` goes on below, `answers` are the buttons.
"""

from bot.slack.mailtest.later import Arrival, Later
from bot.slack.words import (
    Block,
    actions,
    button,
    clean,
    escape,
    mention,
    rich,
    rich_person,
    rich_text,
    span,
)
from bot.smtp.transcript import Outcome, Transcript

Standing = tuple[str, str, list[Block]]
"""An emoji's short code, one sentence in mrkdwn, and the same in rich text."""


def standing(recipient: str, transcript: Transcript, later: Later) -> Standing | None:
    """Head the message with what is known of the arrival; None: nothing yet."""
    arrival = later.arrival
    if arrival is not None:
        if arrival.arrived:
            mark, verdict, verb = "white_check_mark", f"{recipient} got the message", "confirmed it"
        else:
            mark, verdict, verb = "x", f"{recipient} did not get the message", "said so"
        told = f" {verb}, {_when(arrival, transcript)}"
        text = f"{escape(verdict)}: {mention(arrival.by)}{escape(told)}"
        said = [rich_text(f" {verdict}", bold=True), rich_text(": "), rich_person(arrival.by)]
        return mark, text, [*said, rich_text(told)]
    if later.unanswered and transcript.outcome is Outcome.ACCEPTED:
        verdict = "Accepted, not confirmed"
        more = f": {clean(transcript.host)} took the message, and nobody has said that {recipient} "
        more += "got it"
        text = escape(verdict + more)
        return "grey_question", text, [rich_text(f" {verdict}", bold=True), rich_text(more)]
    return None


def what_next(recipient: str, code: str, transcript: Transcript, later: Later) -> list[Block]:
    """Say where to look, and what to do about a message that does not come."""
    if later.arrival is not None:
        return [] if later.arrival.arrived else [_missing(recipient, code, transcript, later)]
    if later.unanswered:
        return [_unanswered(recipient, code, transcript)]
    looking = [
        rich_text(f"Now look for code {code}", bold=True),
        rich_text(f" in the inbox of {recipient}, and in its spam folder. "),
    ]
    if transcript.outcome is Outcome.ACCEPTED:
        looking += [
            rich_text("Accepted", italic=True),
            rich_text(
                " means that the server took the message; only the inbox shows that it arrived. "
            ),
        ]
    return [rich([*looking, *_how(code, "When you see it, press")])]


def answers(run_id: str, later: Later) -> Block:
    """Offer to say that the message arrived, or did not; after an answer, the other one."""
    arrived = button("It arrived", "arrived", value=run_id, style="primary")
    missed = button("It did not arrive", "not_arrived", value=run_id)
    if later.arrival is None:
        return actions(arrived, missed, block_id="arrival")
    return actions(missed if later.arrival.arrived else arrived, block_id="arrival")


def confirmed(recipient: str, code: str, transcript: Transcript, arrival: Arrival) -> str:
    """Say to whoever gave a code what was confirmed by it (no mrkdwn)."""
    server = f" through {clean(transcript.host)}" if transcript.host else ""
    when = _when(arrival, transcript)
    return f"Confirmed: {recipient} got the test message with code {code}{server}, {when}."


def _when(arrival: Arrival, transcript: Transcript) -> str:
    since = "it was sent"
    if transcript.outcome is Outcome.ACCEPTED:
        since = "the server accepted it"
    return f"{span(arrival.after)} after {since}"


def _how(code: str, begin: str) -> list[Block]:
    return [
        rich_text(f"{begin} “It arrived”, or type "),
        rich_text(f"/mailtest confirm {code}", code=True),
        rich_text("."),
    ]


def _unanswered(recipient: str, code: str, transcript: Transcript) -> Block:
    steps = [
        [rich_text(f"Look for code {code} in the inbox and in the spam folder of {recipient}.")],
        _ask_the_mail_team(transcript),
    ]
    return rich(
        [rich_text("What to look at", bold=True), *_numbered(steps), rich_text("\n")],
        [*_how(code, "This stays open. When the message comes, press")],
    )


def _missing(recipient: str, code: str, transcript: Transcript, later: Later) -> Block:
    domain = recipient.rpartition("@")[2]
    steps = [
        [
            rich_text(
                f"Look in the spam folder of {recipient}, and search all mail for code {code}."
            )
        ],
        [
            rich_text(
                f"Look at filters and forwarding of {recipient}, and ask who runs mail at {domain} "
                "for its quarantine."
            )
        ],
        [
            rich_text(
                "Wait: greylisting holds a first message for some minutes, a full queue for hours."
            )
        ],
        _ask_the_mail_team(transcript),
        [
            rich_text(
                "See that the account may send as the From address: some providers take such a "
                "message and drop it."
            )
        ],
    ]
    if later.papers is not None:
        read = f"Read below what the records of {clean(later.papers.domain)} say"
        steps.append([rich_text(f"{read}: by them many servers judge whether mail is genuine.")])
    return rich(
        [rich_text("What to do", bold=True), *_numbered(steps), rich_text("\n")],
        [*_how(code, "This stays open. Should the message come after all, press")],
    )


def _ask_the_mail_team(transcript: Transcript) -> list[Block]:
    whom = f"whoever runs {clean(transcript.host)}" if transcript.host else "the mail team"
    ending = rich_text(": its log says where the message went.")
    for name, given in (("queue id", transcript.queue_id), ("Message-ID", transcript.message_id)):
        if shown := clean(given or "", 200):
            return [rich_text(f"Give {whom} the {name} "), rich_text(shown, code=True), ending]
    return [rich_text(f"Ask {whom} for it"), ending]


def _numbered(steps: list[list[Block]]) -> list[Block]:
    return [
        piece
        for number, step in enumerate(steps, 1)
        for piece in (rich_text(f"\n{number}. "), *step)
    ]
