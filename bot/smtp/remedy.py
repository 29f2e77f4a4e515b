"""From what a survey found to the one change of settings that would cure it, and to words. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.smtp.settings import LABELS, MailServer, TLSMode
from bot.smtp.survey import OTHER_NAMES, Door, DoorState, Survey
from bot.smtp.transcript import Diagnosis, Transcript

_LONGEST_LABEL = 75
"""Characters on a button of Slack's."""

_MOST_SHOWN = 3

_MODES = {DoorState.TLS: TLSMode.IMPLICIT, DoorState.STARTTLS: TLSMode.STARTTLS}

_IN_CLEAR_IS_WRONG = frozenset({"starttls-required", "plaintext-password-refused"})

_UNTRIED = "The button below does what usually cures this; it has not been tried with this server."

_ENCRYPTION = {
    DoorState.TLS: "speaks TLS from the start",
    DoorState.STARTTLS: "offers STARTTLS",
}

_SPEAKS = _ENCRYPTION | {
    DoorState.CLEAR: "a mail server without encryption",
    DoorState.SILENT: "no answer in time",
    DoorState.CLOSED: "closed",
    DoorState.UNREACHABLE: "can't be reached from here",
}
"""Another service is named by its note alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A change of settings for an admin to confirm. It never lessens what is encrypted."""

    fix: Mapping[str, str | int | bool]
    """The settings that change, by the names of their fields."""
    label: str
    """For a button: 75 characters at most."""
    reason: str
    """What was found."""


def remedy(
    server: MailServer, transcript: Transcript, diagnosis: Diagnosis, found: Survey | None
) -> Remedy | None:
    """Return the change that would cure what *transcript* ended with, if there is one.

    What *found* proved comes first. A port or a protocol that it did not prove is never offered;
    without a survey the diagnosis's own change is, and says so.
    """
    if transcript.failure is None:
        return None
    if found is not None and (proved := _proved(server, diagnosis, found)) is not None:
        return proved
    if (
        found is not None
        and "host" not in diagnosis.fix
        and {"port", "tls_mode"} & {*diagnosis.fix}
    ):
        return None
    if diagnosis.fix.get("tls_mode") == TLSMode.NONE:
        return None
    return _remedy(server, diagnosis.fix, reason=_UNTRIED)


def lines(found: Survey) -> tuple[str, ...]:
    """Say in lines for people what *found* holds. Names in certificates are untrusted text."""
    told = _by_what_they_say(found.doors)
    if len(found.addresses) > 1:
        told.append(f"Addresses of {found.host}: {_some(found.addresses)}")
    return tuple(told)


def _by_what_they_say(doors: Sequence[Door]) -> list[str]:
    """Give one line to all ports that say the same."""
    ports: dict[str, list[str]] = {}
    for each in doors:
        ports.setdefault(_said(each), []).append(str(each.port))
    return [
        f"Port{'s' if len(alike) > 1 else ''} {_and(alike)}: {said}"
        for said, alike in ports.items()
    ]


def _and(items: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1])))


def _proved(server: MailServer, diagnosis: Diagnosis, found: Survey) -> Remedy | None:
    tried = next((each for each in found.doors if each.port == server.port), None)
    if tried is not None and _is_right(tried, server, diagnosis):
        return None
    # RFC 8314 3.3: TLS from the start rather than STARTTLS; 25 is for mail between servers.
    usable = sorted(
        (each for each in found.doors if each.state in _MODES and each.verified),
        key=lambda each: (each.state is not DoorState.TLS, each.port == 25),
    )
    for door in usable:
        if door.serves(server):
            fix = {"tls_mode": _MODES[door.state].value, "port": door.port}
            reason = (
                f"Port {door.port} of {found.host} {_ENCRYPTION[door.state]},"
                " with a valid certificate."
            )
            return _remedy(server, fix, reason=reason)
    if found.proved_name:
        reason = (
            f"The certificate isn't for {found.host}, but it is valid for {found.proved_name} in"
            f" the same domain, where port {server.port} proved it."
        )
        return _remedy(server, {"host": found.proved_name}, reason=reason)
    return None


def _is_right(tried: Door, server: MailServer, diagnosis: Diagnosis) -> bool:
    """Tell whether the port does what the settings ask of it, so that no change of it helps."""
    if server.tls_mode is TLSMode.NONE:
        asked_for_more = server.username is not None or diagnosis.cause in _IN_CLEAR_IS_WRONG
        return tried.ready and not asked_for_more and tried.state is not DoorState.TLS
    return _MODES.get(tried.state) is server.tls_mode and tried.serves(server)


def _remedy(
    server: MailServer, fix: Mapping[str, str | int | bool], *, reason: str
) -> Remedy | None:
    changed = {name: value for name, value in fix.items() if getattr(server, name, None) != value}
    if not changed:
        return None
    label = _label(server, changed)
    if len(label) > _LONGEST_LABEL:
        label = f"{label[: _LONGEST_LABEL - 1]}…"
    return Remedy(fix=changed, label=label, reason=reason)


def _label(server: MailServer, changed: Mapping[str, str | int | bool]) -> str:
    host, port = changed.get("host"), changed.get("port", server.port)
    mode = TLSMode(str(changed.get("tls_mode", server.tls_mode))).label
    if changed == {"anonymous": False}:
        return "Sign in with username and password"
    if {*changed} == {"from_address"}:
        return "Use the username as From address"
    if not {*changed} <= {"host", "port", "tls_mode"}:
        return f"Change {', '.join(f'“{LABELS[name]}”' for name in changed)}"
    if host is None:
        return f"Use {mode} on port {port}"
    if len(changed) == 1:
        return f"Use {host}"
    return f"Use {host}, port {port}"


def _said(door: Door) -> str:
    said = _SPEAKS.get(door.state, door.note)
    if door.verified:
        said += ", certificate valid"
    if door.note and door.state is not DoorState.OTHER:
        said = "a mail server" if door.state is DoorState.CLEAR else said
        names = f": {_some(door.names)}" if door.note == OTHER_NAMES and door.names else ""
        said += f", but {door.note}{names}"
    if door.ready:
        some = _some(door.mechanisms)
        said += f"; sign-in with {some}" if some else "; no sign-in"
    return said


def _some(items: Sequence[str]) -> str:
    shown = ", ".join(items[:_MOST_SHOWN])
    more = len(items) - _MOST_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
