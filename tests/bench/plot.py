"""The results as one picture, in SVG: bars in groups, on light and on dark pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from tests.bench.contestant import BARE, ORDINARY, OURS
from tests.bench.results import Results
from tests.bench.spread import shown

_KINDS = {OURS: "ours", BARE: "bare", ORDINARY: "sync"}
"""The class of a bar, by what it is of."""
_STYLE = """
svg { font: 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
.page { fill: #ffffff; stroke: #d0d7de; } text { fill: #1f2328; } .quiet { fill: #59636e; }
.title { font-weight: 600; font-size: 13px; }
.ours { fill: #1264a3; } .bare { fill: #8c959f; } .sync { fill: #c8ced4; } .lost { fill: #d1242f; }
@media (prefers-color-scheme: dark) {
  .page { fill: #0d1117; stroke: #3d444d; } text { fill: #f0f6fc; } .quiet { fill: #9198a1; }
  .ours { fill: #58a6ff; } .bare { fill: #7d8590; } .sync { fill: #4a525c; }
  .lost { fill: #f85149; }
}
"""
_WIDTH, _LABELS, _BARS, _LINE, _GAP, _TOP, _EDGE = 460, 132, 190, 18, 24, 58, 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar."""

    label: str
    value: float
    kind: str
    shown: str
    """Beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Bars of one unit, in groups."""

    title: str
    remark: str
    groups: Sequence[tuple[str, Sequence[Bar]]]

    @property
    def height(self) -> int:
        """Of the whole panel."""
        return _TOP + sum(_GAP + _LINE * len(bars) for _, bars in self.groups)


def picture(results: Results) -> str:
    """Return the SVG."""
    panels = [
        _windows(results),
        _hanging(results),
        _acks(results),
        _throughput(results),
        *([_messages(results)] if results.messages else []),
        _weights(results),
    ]
    drawn, tops = [], [_EDGE, _EDGE]
    for each in panels:
        column = tops.index(min(tops))
        drawn.append(_drawn(each, left=_EDGE + column * _WIDTH, top=tops[column]))
        tops[column] += each.height
    width, height = 2 * (_EDGE + _WIDTH), max(tops) + _EDGE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img"><title>{_summary(results)}</title>'
        f"<style>{_STYLE}</style>"
        f'<rect class="page" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>'
        f"{''.join(drawn)}</svg>\n"
    )


def _summary(results: Results) -> str:
    return escape(f"{OURS} beside {BARE} and {ORDINARY}, {results.circumstances.date}")


def _drawn(panel: Panel, *, left: int, top: int) -> str:
    longest = max(bar.value for _, bars in panel.groups for bar in bars)
    parts = [
        _text(0, 18, panel.title, kind="title"),
        _text(0, 36, panel.remark, kind="quiet"),
    ]
    y = _TOP
    for name, bars in panel.groups:
        parts.append(_text(0, y + 4, name, kind="quiet"))
        y += _GAP - 12
        for bar in bars:
            width = max(1.5, bar.value / longest * _BARS)
            box = f'x="{_LABELS}" y="{y}" width="{width:.1f}" height="14" rx="2"'
            parts += [
                _text(_LABELS - 8, y + 11, bar.label, anchor="end"),
                f'<rect class="{bar.kind}" {box}/>',
                _text(_LABELS + width + 6, y + 11, bar.shown),
            ]
            y += _LINE
        y += 12
    return f'<g transform="translate({left} {top})">{"".join(parts)}</g>'


def _text(x: float, y: float, text: str, *, kind: str = "", anchor: str = "start") -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _grouped(bars: Iterable[tuple[str, Bar]]) -> list[tuple[str, list[Bar]]]:
    """Gather bars that follow each other under one name."""
    return [
        (name, [bar for _, bar in group]) for name, group in groupby(bars, key=lambda each: each[0])
    ]


def _windows(results: Results) -> Panel:
    alone = [each for each in results.commands if each.at_once == 1]
    alone.sort(key=lambda each: each.round_trip_ms)
    return Panel(
        title="From the command to the open window",
        remark="milliseconds, median, one person at a time",
        groups=_grouped(
            (
                f"{each.round_trip_ms} ms round trip to Slack",
                Bar(
                    label=each.bot,
                    value=each.opened.p50,
                    kind=_KINDS[each.bot],
                    shown=shown(each.opened.p50),
                ),
            )
            for each in alone
        ),
    )


def _acks(results: Results) -> Panel:
    near = [each for each in results.commands if each.round_trip_ms == 0 and each.at_once == 1]
    return Panel(
        title="Answer to a command",
        remark="milliseconds, median",
        groups=_grouped(
            (
                _people(each.at_once),
                Bar(
                    label=each.bot,
                    value=each.ack.p50,
                    kind=_KINDS[each.bot],
                    shown=shown(each.ack.p50),
                ),
            )
            for each in near
        ),
    )


def _people(at_once: int) -> str:
    return f"{at_once} people at once" if at_once > 1 else "one person at a time"


def _throughput(results: Results) -> Panel:
    near = [each for each in results.commands if each.round_trip_ms == 0 and each.at_once > 1]
    near.sort(key=lambda each: each.at_once)
    return Panel(
        title="Commands a second",
        remark="window and all; more is better",
        groups=_grouped(
            (
                _people(each.at_once),
                Bar(
                    label=each.bot,
                    value=each.a_second,
                    kind=_KINDS[each.bot],
                    shown=shown(each.a_second) + (f", {each.lost} lost" if each.lost else ""),
                ),
            )
            for each in near
        ),
    )


def _hanging(results: Results) -> Panel:
    ours = [
        Bar(
            label=f"{each.hanging} tests",
            value=each.busy.ack.p99,
            kind=_KINDS[OURS],
            shown=f"{shown(each.busy.ack.p99)} (idle: {shown(each.idle.ack.p99)})",
        )
        for each in results.isolation
    ]
    answered = [each.ack.p99 for each in results.standstill if not each.lost]
    longest = max([*answered, *(each.value for each in ours)])
    theirs = [
        Bar(
            label=f"{each.hanging} tests",
            value=longest if each.lost else each.ack.p99,
            kind="lost" if each.lost else _KINDS[ORDINARY],
            shown=f"{each.lost} of {each.typed} lost" if each.lost else shown(each.ack.p99),
        )
        for each in results.standstill
    ]
    return Panel(
        title="Answer to a command while tests hang",
        remark="milliseconds, p99; the mail server never says a word",
        groups=[(OURS, ours), (ORDINARY, theirs)],
    )


def _messages(results: Results) -> Panel:
    return Panel(
        title="A test message to Postfix",
        remark="round trips",
        groups=_grouped(
            (
                each.door.upper() if each.door == "starttls" else "TLS from the start",
                Bar(
                    label=each.client,
                    value=each.round_trips,
                    kind=_KINDS.get(each.client, "bare"),
                    shown=shown(each.round_trips),
                ),
            )
            for each in sorted(results.messages, key=lambda each: each.door, reverse=True)
        ),
    )


def _weights(results: Results) -> Panel:
    again = [each for each in results.starts if not each.first]
    return Panel(
        title="Memory",
        remark="megabytes resident",
        groups=[
            (
                when,
                [
                    Bar(
                        label=each.bot,
                        value=weights[each.bot],
                        kind=_KINDS[each.bot],
                        shown=shown(weights[each.bot]),
                    )
                    for each in again
                ],
            )
            for when, weights in (
                ("when ready", {each.bot: each.megabytes.p50 for each in again}),
                ("after all those commands", results.megabytes),
            )
        ],
    )
