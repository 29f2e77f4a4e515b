"""The small parts of Block Kit's rules: lengths, text objects, options, confirm dialogs. Pure.

Limits are those of docs.slack.dev/reference/block-kit (mid 2026). A rule takes a value and the
path to it, and yields a sentence for each problem.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Rule = Callable[[Any, str], Iterable[str]]


def string(maximum: int, minimum: int = 1) -> Rule:
    """Require a string of *minimum* to *maximum* characters."""

    def check(value: object, path: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"{path}: must be a string"
        elif len(value) > maximum:
            yield f"{path}: {len(value)} characters, at most {maximum} are allowed"
        elif len(value) < minimum:
            yield f"{path}: {len(value)} characters, at least {minimum} are needed"

    return check


def integer(lowest: int, highest: int) -> Rule:
    """Require a whole number within bounds."""

    def check(value: object, path: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield f"{path}: must be an integer"
        elif not lowest <= value <= highest:
            yield f"{path}: {value} is not within {lowest} to {highest}"

    return check


def boolean(value: object, path: str) -> Iterator[str]:
    """Require true or false."""
    if not isinstance(value, bool):
        yield f"{path}: must be true or false"


def number_string(value: object, path: str) -> Iterator[str]:
    """Require a number, written as a string."""
    if not isinstance(value, str):
        yield f"{path}: must be a string that holds a number"
        return
    try:
        float(value)
    except ValueError:
        yield f"{path}: {value!r} is no number"


def one_of(*allowed: str) -> Rule:
    """Require one of some words."""

    def check(value: object, path: str) -> Iterator[str]:
        if value not in allowed:
            yield f"{path}: {value!r} is none of {', '.join(allowed)}"

    return check


def list_of(rule: Rule, *, maximum: int, minimum: int = 1) -> Rule:
    """Require a list of *minimum* to *maximum* things of one kind."""

    def check(value: object, path: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{path}: must be a list"
            return
        if not minimum <= len(value) <= maximum:
            yield f"{path}: {len(value)} items, {minimum} to {maximum} are allowed"
        for index, each in enumerate(value):
            yield from rule(each, f"{path}[{index}]")

    return check


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """An object: which keys it must and may have, and the rule for each."""

    required: Mapping[str, Rule] = field(default_factory=dict)
    optional: Mapping[str, Rule] = field(default_factory=dict)
    also: Rule | None = None
    """A rule that looks at several keys. Asked only when each key is right by itself."""

    def __call__(self, value: object, path: str) -> Iterator[str]:
        """Yield what is wrong with *value*."""
        if not isinstance(value, dict):
            yield f"{path}: must be an object"
            return
        found = [f"{path}: {key!r} is missing" for key in self.required if key not in value]
        for key, each in value.items():
            rule = self.required.get(key) or self.optional.get(key)
            if rule is None:
                found.append(f"{path}: unknown key {key!r}")
            else:
                found.extend(rule(each, f"{path}.{key}"))
        yield from found
        if self.also is not None and not found:
            yield from self.also(value, path)


def by_type(shapes: Mapping[str, Rule], *, what: str) -> Rule:
    """Require an object whose `type` is a key of *shapes*, and that is right by its rule."""

    def check(value: object, path: str) -> Iterable[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in shapes:
            return [f"{path}: unknown {what} {kind!r}"]
        return shapes[kind](value, path)

    return check


def text(maximum: int, *, plain: bool = False) -> Rule:
    """Require a text object; *plain*: plain_text only."""
    body: dict[str, Rule] = {"type": string(10), "text": string(maximum)}
    plain_text = Shape(required=body, optional={"emoji": boolean})
    if plain:
        return by_type({"plain_text": plain_text}, what="text object (plain_text only)")
    mrkdwn = Shape(required=body, optional={"verbatim": boolean})
    return by_type({"plain_text": plain_text, "mrkdwn": mrkdwn}, what="text object")


CONFIRM = Shape(
    required={"title": text(100, plain=True), "text": text(300)},
    optional={
        "confirm": text(30, plain=True),
        "deny": text(30, plain=True),
        "style": one_of("primary", "danger"),
    },
)


def option(*, plain: bool, with_url: bool = False) -> Shape:
    """Describe an option of a select (*plain*), a radio button or checkbox, or an overflow menu."""
    more: dict[str, Rule] = {"url": string(3000)} if with_url else {}
    return Shape(
        required={"text": text(75, plain=plain), "value": string(150)},
        optional={"description": text(75, plain=plain), **more},
    )


def different_values(options: list[dict[str, Any]], path: str) -> Iterator[str]:
    """Require that no two options have the same value."""
    values = [each["value"] for each in options]
    for value in sorted({each for each in values if values.count(each) > 1}):
        yield f"{path}: the option value {value!r} is used twice"
