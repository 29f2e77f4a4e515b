"""A test as people see it: in the channel, in a view, in its details. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.slack.mailtest.arrival_view import Standing, answers, standing, what_next
from bot.slack.mailtest.later import Later
from bot.slack.mailtest.papers_view import papers_blocks
from bot.slack.mailtest.survey_view import survey_blocks
from bot.slack.mailtest.words import duration
from bot.slack.words import (
    Block,
    actions,
    button,
    clean,
    context,
    escape,
    modal,
    preformatted,
    rich,
    rich_emoji,
    rich_person,
    rich_text,
    section,
)
from bot.smtp.expiry import expiry_warning
from bot.smtp.transcript import Diagnosis, Outcome, Reply, Stage, Step, Transcript

_NOTHING = Later()


_SETTINGS_WORK = frozenset(
    {
        "deferred",
        "greylisted",
        "mailbox-full",
        "recipient-disabled",
        "recipient-domain-no-mail",
        "recipient-domain-unknown",
        "recipient-rate-limited",
        "recipient-restricted",
        "recipient-syntax",
        "recipient-unknown",
    }
)
"""Causes that no other settings would cure."""

LEFT_BEHIND = (
    "The result comes here; if the bot is stopped meanwhile, it comes in a message of its own."
)
"""Who dies between posting a message and writing down which one it is leaves it behind: Slack lets
nobody post a message only once, or find it again without reading the channel."""
_UNKNOWN_AUTHORITY = {"cert-unknown-ca-or-chain", "cert-self-signed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A test as asked for."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    team_id: str
    asked_by: str
    recipient: str
    send: bool
    code: str
    server: str
    """`host:port`; empty where nothing is configured."""
    revision: int
    """Of the settings; 0: what stood in the form, or the operator's default."""
    notifications: bool = True
    from_form: bool = False
    protocol: str = ""
    """As on screen; empty where nothing is configured."""
    login: bool = False
    from_domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A message: its blocks, and its text for notifications and screen readers (mrkdwn)."""

    text: str
    blocks: list[Block] = field(default_factory=list)


def running(test: Test, steps: Sequence[Step]) -> Content:
    """Show a test under way."""
    text = f"Testing mail to {test.recipient} ..."
    blocks = [rich([*_headline(test), rich_text(f"\n{text}")])]
    if steps:
        blocks.append(_ladder(steps, reply=None))
    elif not test.from_form:
        blocks.append(context(LEFT_BEHIND))
    return Content(text=escape(text), blocks=blocks)


def ended(  # noqa: PLR0913 - a test's end has that many sides
    test: Test,
    transcript: Transcript,
    diagnosis: Diagnosis | None,
    *,
    run_id: str = "",
    in_view: bool = False,
    at: datetime | None = None,
    later: Later = _NOTHING,
) -> Content:
    """Show how a test ended *at* a moment, and what came *later*. With *run_id*, its buttons too.

    *in_view*: above the form that was tested, where it is changed by the form's own means.
    """
    mark, text, said = _standing(test, transcript, later)
    blocks = [rich([*_headline(test), rich_text("\n"), rich_emoji(mark), *said])]
    if not test.notifications:
        blocks.append(
            context("Email notifications are off in this workspace: nothing is sent but tests.")
        )
    reply = transcript.failure.reply if transcript.failure is not None else None
    if transcript.steps:
        blocks.append(_ladder(transcript.steps, reply=reply))
    if transcript.outcome is Outcome.ACCEPTED:
        blocks += _acceptance(test, transcript, at)
    if reply is not None:
        blocks.append(preformatted(reply_text(reply)))
    if diagnosis is not None:
        blocks += _explanation(diagnosis, advise=not open_ended(test, transcript))
    if open_ended(test, transcript):
        blocks += what_next(test.recipient, test.code, transcript, later)
        if run_id:
            blocks.append(answers(run_id, later))
    blocks += survey_blocks(later)
    if later.papers is not None:
        blocks += papers_blocks(later.papers)
    at_fault = diagnosis is None or diagnosis.cause not in _SETTINGS_WORK
    if run_id and (
        buttons := _buttons(transcript, later, run_id, in_view=in_view, at_fault=at_fault)
    ):
        blocks.append(actions(*buttons, block_id="mailtest"))
    return Content(text=text, blocks=blocks)


def open_ended(test: Test, transcript: Transcript) -> bool:
    """Tell whether the message may be in an inbox, and only its reader knows."""
    return test.send and transcript.outcome in {Outcome.ACCEPTED, Outcome.UNKNOWN}


def _trustable(transcript: Transcript) -> bool:
    """Tell whether trust in the server's own certificate is all that is missing."""
    chain = transcript.tls.chain if transcript.tls is not None else ()
    cause = transcript.failure.cause if transcript.failure is not None else ""
    return cause in _UNKNOWN_AUTHORITY and bool(chain) and bool(chain[0].der)


def _buttons(
    transcript: Transcript, later: Later, run_id: str, *, in_view: bool, at_fault: bool
) -> list[Block]:
    """Offer what can be done next; settings to be fixed only where they may be *at_fault*."""
    buttons = []
    if later.remedy is not None:
        action = "apply_fix" if in_view else "fix_settings"
        buttons.append(button(later.remedy.label, action, value=run_id, style="primary"))
    elif (
        at_fault
        and not in_view
        and transcript.outcome in {Outcome.FAILED, Outcome.REFUSED}
        and not _cut_off(transcript)
    ):
        buttons.append(button("Fix settings", "fix_settings", value=run_id))
    if not in_view and _trustable(transcript):
        buttons.append(button("Trust this certificate", "trust_certificate", value=run_id))
    if not in_view:
        buttons.append(button("Test again", "test_again", value=run_id))
        buttons.append(button("Details", "test_details", value=run_id))
    return buttons


def view_of(content: Content, *, more: Sequence[Block] = ()) -> Block:
    """Show a test in a modal view."""
    return modal(
        "Test message", [*content.blocks, *more], callback_id="mailtest_view", close="Back"
    )


def reply_text(reply: Reply) -> str:
    """Give a server's reply in its own words, cleaned."""
    code = f"{reply.code} {reply.enhanced} " if reply.enhanced else f"{reply.code} "
    return clean(code + reply.text, 1500)


def _headline(test: Test) -> list[Block]:
    what = "Test message to" if test.send else "Test without sending, to"
    through = f", through {test.server}" if test.server else ""
    form = " with what stands in the form, saved or not" if test.from_form else ""
    return [
        rich_text(f"{what} {test.recipient}", bold=True),
        rich_text(f"{through}, asked for by "),
        rich_person(test.asked_by),
        *([rich_text(form)] if form else []),
    ]


def _ladder(steps: Sequence[Step], *, reply: Reply | None) -> Block:
    """Show each stage in a line; the one that *reply* ended leads to the server's words below."""
    pieces = [piece for step in steps for piece in _rung(step, reply=reply)]
    return rich(pieces[1:])


def _rung(step: Step, *, reply: Reply | None) -> list[Block]:
    mark, name, said = "✓", step.stage.label, f": {clean(step.line, 300)}"
    if not step.ok:
        # Without a reply to the message nobody but the server knows what became of it.
        unknown = step.stage is Stage.ACCEPTED and reply is None
        mark, name = "✗", f"{name} {'unknown' if unknown else 'failed'}"
    if not step.ok and reply is not None:
        quoted = step.line.startswith(str(reply.code))
        said = f"{'.' if quoted else said} The server's own words:"
    return [
        rich_text("\n"),
        rich_text(f"{mark} "),
        rich_text(name, bold=True),
        rich_text(f" ({duration(step.milliseconds)}){said}"),
    ]


def _standing(test: Test, transcript: Transcript, later: Later) -> Standing:
    """Return what heads the message: the newest of all that is known."""
    if open_ended(test, transcript):
        found = standing(test.recipient, transcript, later)
        if found is not None:
            return found
    mark, verdict, more = _verdict(test, transcript)
    said = [rich_text(f" {verdict}", bold=True), *([rich_text(more)] if more else [])]
    return mark, escape(verdict), said


def _verdict(test: Test, transcript: Transcript) -> tuple[str, str, str]:
    """Return an emoji's name, how the test ended, and what else is to be said of that."""
    host, recipient = clean(transcript.host), test.recipient
    took = duration(transcript.milliseconds)
    match transcript.outcome:
        case Outcome.ACCEPTED if transcript.sent:
            verdict = f"{host} accepted the message for {recipient} in {took}"
            return "white_check_mark", verdict, ""
        case Outcome.ACCEPTED:
            verdict = f"{host} would take mail for {recipient}: nothing was sent"
            return "white_check_mark", verdict, f" ({took})"
        case Outcome.UNKNOWN:
            verdict = f"Unknown: {host} may have accepted the message for {recipient}"
            return "grey_question", verdict, ". Look in the inbox before you test again."
        case Outcome.REFUSED:
            return "no_entry", f"Not possible: no test message to {recipient} was sent", ""
        case Outcome.FAILED if _cut_off(transcript):
            verdict = f"The test message to {recipient} was interrupted"
            return "x", verdict, ", because the bot was stopped. No mail was sent."
        case _:
            stage = transcript.failure.stage.label if transcript.failure else ""
            verdict = f"The test message to {recipient} failed at stage {stage}"
            return "x", verdict, f" (after {took}). No mail was sent."


def _cut_off(transcript: Transcript) -> bool:
    """Tell whether the bot's own end ended the test: then no stage failed."""
    return transcript.failure is not None and transcript.failure.cause == "interrupted"


def _acceptance(test: Test, transcript: Transcript, at: datetime | None) -> list[Block]:
    warnings = []
    if transcript.tls is None:
        warnings.append("Not encrypted: others on the way could read it.")
    if at is not None and (expiry := expiry_warning(transcript, at)):
        warnings.append(clean(expiry, 500))
    blocks = [rich([rich_emoji("warning"), rich_text(f" {each}")]) for each in warnings]
    if queue_id := clean(transcript.queue_id or "", 200):
        blocks.append(rich([rich_text("The server's queue id: "), rich_text(queue_id, code=True)]))
    if not test.send:
        blocks.append(
            section(
                "Sender and recipient were accepted. Some servers refuse only the message "
                "itself, so a test that sends one says more."
            )
        )
    return blocks


def _explanation(diagnosis: Diagnosis, *, advise: bool) -> list[Block]:
    meaning = rich_text(f"\n{diagnosis.meaning}")
    blocks = [rich([rich_text("What it means", bold=True), meaning])]
    if advise and diagnosis.advice:
        steps = "".join(f"\n{number}. {each}" for number, each in enumerate(diagnosis.advice, 1))
        what_to_do = [rich_text("What to do", bold=True), rich_text(steps)]
        if diagnosis.link:
            link = {"type": "link", "url": diagnosis.link, "text": "The provider's page on this"}
            what_to_do += [rich_text("\n"), link]
        blocks.append(rich(what_to_do))
    return blocks
