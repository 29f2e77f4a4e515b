"""The results as one picture: bars, in SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from tests.bench.contestant import BARE, ORDINARY, OURS
from tests.bench.results import Results

_COLOURS = {OURS: "#1264a3", BARE: "#8d8d8d", ORDINARY: "#c9c9c9"}
_OTHERS = "#8d8d8d"
_WIDTH, _LABELS, _BARS, _LINE, _TOP = 460, 160, 180, 20, 44


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar."""

    label: str
    value: float
    colour: str
    remark: str = ""
    """What stands beside the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Bars of one unit."""

    title: str
    bars: Sequence[Bar]

    @property
    def height(self) -> int:
        """Of the whole panel."""
        return _TOP + _LINE * len(self.bars) + 20


def picture(results: Results) -> str:
    """Return the SVG."""
    panels = [_windows(results), _throughput(results), _hanging(results)]
    if results.messages:
        panels.append(_messages(results))
    drawn, left, height, tops = [], 0, 0, [0, 0]
    for each in panels:
        column = tops.index(min(tops))
        left, top = column * _WIDTH, tops[column]
        drawn.append(f'<g transform="translate({left} {top})">{_drawn(each)}</g>')
        tops[column] += each.height
        height = max(tops)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * _WIDTH} {height}" '
        f'width="{2 * _WIDTH}" height="{height}" font-family="sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(drawn)}</svg>\n'
    )


def _drawn(panel: Panel) -> str:
    longest = max(each.value for each in panel.bars)
    parts = [f'<text x="12" y="26" font-weight="bold">{escape(panel.title)}</text>']
    for number, bar in enumerate(panel.bars):
        y, width = _TOP + number * _LINE, max(1.0, bar.value / longest * _BARS)
        shown = f"{bar.value:.0f}" if bar.value >= 100 else f"{bar.value:.1f}"
        end = _LABELS + width + 5
        parts += [
            f'<text x="{_LABELS - 6}" y="{y + 11}" text-anchor="end">{escape(bar.label)}</text>',
            f'<rect x="{_LABELS}" y="{y}" width="{width:.1f}" height="14" fill="{bar.colour}"/>',
            f'<text x="{end:.1f}" y="{y + 11}">{shown}{escape(bar.remark)}</text>',
        ]
    return "".join(parts)


def _windows(results: Results) -> Panel:
    alone = [each for each in results.commands if each.at_once == 1]
    alone.sort(key=lambda each: each.round_trip_ms)
    return Panel(
        title="Command to window, ms, by distance to Slack",
        bars=[
            Bar(
                label=f"{each.bot}, {each.round_trip_ms} ms",
                value=each.opened.p50,
                colour=_COLOURS[each.bot],
            )
            for each in alone
        ],
    )


def _throughput(results: Results) -> Panel:
    near = [each for each in results.commands if each.round_trip_ms == 0 and each.at_once > 1]
    near.sort(key=lambda each: each.at_once)
    return Panel(
        title="Commands a second, by people at once",
        bars=[
            Bar(
                label=f"{each.bot}, {each.at_once}",
                value=each.a_second,
                colour=_COLOURS[each.bot],
                remark=f", {each.lost} lost" if each.lost else "",
            )
            for each in near
        ],
    )


def _hanging(results: Results) -> Panel:
    bars = [
        Bar(label=f"{OURS}, {each.hanging}", value=each.ack.p99, colour=_COLOURS[OURS])
        for each in results.isolation
        if not each.ending
    ]
    bars += [
        Bar(
            label=f"{ORDINARY}, {each.hanging}",
            value=each.ack.p99,
            colour=_COLOURS[ORDINARY],
            remark=f", {each.lost} of {each.typed} lost" if each.lost else "",
        )
        for each in results.standstill
    ]
    return Panel(title="Answer to a command, p99 in ms, by hanging tests", bars=bars)


def _messages(results: Results) -> Panel:
    return Panel(
        title="Round trips of a test message to Postfix",
        bars=[
            Bar(
                label=f"{each.client}, {each.door}",
                value=each.round_trips,
                colour=_COLOURS.get(each.client, _OTHERS),
            )
            for each in results.messages
        ],
    )
