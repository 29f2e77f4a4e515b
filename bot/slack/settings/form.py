"""What stands in the form of mail settings: kept between clicks, read from Slack's state. Pure.

Slack keeps what was typed when a view is redrawn with the same block id, shows a new initial value
only under a new one, and leaves untouched fields out of the state after a redraw. So a form holds
every value that we drew, the state is laid over it, and a value that *we* change gets a new block
id: the field's name with a higher number. (https://docs.slack.dev/reference/methods/views.update)
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bot.smtp.pasted import split_server
from bot.smtp.providers import PROVIDERS
from bot.smtp.settings import Configuration, MailSettings, TLSMode
from bot.smtp.ssl_keys import NO_KEY
from bot.smtp.suggestion import Suggestion

BOXES = ("notifications", "anonymous")
CHOICES = ("configuration", "provider", "tls_mode", "ssl_key", "test_policy")
TEXTS = (
    "host",
    "port",
    "username",
    "from_address",
    "sender_name",
    "reply_to",
    "helo_name",
    "test_address",
)
FIELDS = frozenset(BOXES + CHOICES + TEXTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The values of all fields, shown or not, as text, choices and booleans."""

    id: str
    """The opener's user id, a hyphen, and chance; names the draft and the waiting password."""
    revision: int
    """Of the saved settings that the form began with; 0: there were none."""
    values: dict[str, Any]
    numbers: dict[str, int] = field(default_factory=dict)
    """How often we changed a field's value ourselves."""
    more: bool = False
    """More options are shown."""
    password_removed: bool = False
    view_id: str = ""
    back_to: int = 0
    """The earlier revision that the form was filled with; 0: what is saved."""
    again: str = ""
    """The test that led to this form: it is run again once the form is saved."""
    clicked: float = 0.0
    """When its last click was made, by Slack's clock: an older one that comes late is over."""
    over: bool = False
    """It was saved: a password given after that would never be stored."""
    suggestion: Suggestion | None = None
    """A server for the From address's domain; shown while it fits."""
    complaints: dict[str, str] = field(default_factory=dict)
    """By field; drawn under the field until the next redraw."""
    notice: str = ""
    """A sentence at the top, in mrkdwn, until the next redraw."""

    def block_id(self, name: str) -> str:
        """Name the block that shows the field *name* now."""
        number = self.numbers.get(name, 0)
        return name if number == 0 else f"{name}.{number}"

    def change(self, **values: str | bool) -> "Form":
        """Return the form with values that we set, so that Slack shows them."""
        changed = {name: each for name, each in values.items() if self.values[name] != each}
        numbers = self.numbers | {name: self.numbers.get(name, 0) + 1 for name in changed}
        return replace(self, values=self.values | changed, numbers=numbers)

    @property
    def encrypted(self) -> bool:
        """The workspace's own server is chosen, with TLS."""
        return self.custom and self.values["tls_mode"] != TLSMode.NONE

    @property
    def custom(self) -> bool:
        """The workspace's own server is chosen."""
        return bool(self.values["configuration"] == Configuration.CUSTOM)


def numbers_of(blocks: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Read from a view's *blocks* which fields it shows, and under which numbers."""
    numbers = {}
    for block in blocks:
        name, _, number = str(block.get("block_id") or "").partition(".")
        if name in FIELDS and (not number or number.isdecimal()):
            numbers[name] = int(number or 0)
    return numbers


def drawn_values(blocks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Read from a view's *blocks* what its fields showed when they were drawn."""
    values: dict[str, Any] = {}
    for block in blocks:
        name = str(block.get("block_id") or "").partition(".")[0]
        element = block.get("element")
        if name not in FIELDS or not isinstance(element, Mapping):
            continue
        if name in BOXES:
            values[name] = bool(element.get("initial_options"))
        elif name in TEXTS:
            values[name] = str(element.get("initial_value") or "")
        elif isinstance(option := element.get("initial_option"), Mapping):
            values[name] = str(option.get("value"))
    return values


def new_form(form_id: str, settings: MailSettings, *, revision: int, test_address: str) -> Form:
    """Fill a form with saved *settings*."""
    values: dict[str, Any] = {name: getattr(settings, name) for name in BOXES}
    values |= {name: str(getattr(settings, name) or NO_KEY) for name in CHOICES}
    values |= {name: str(getattr(settings, name)) for name in TEXTS if name != "test_address"}
    return Form(id=form_id, revision=revision, values=values | {"test_address": test_address})


def dump_form(form: Form) -> dict[str, Any]:
    """Return what a draft keeps: the form without what is shown once."""
    return asdict(replace(form, complaints={}, notice=""))


def load_form(document: dict[str, Any]) -> Form:
    """Read what `dump_form` returned."""
    suggestion = document.get("suggestion")
    if suggestion is not None:
        mode = TLSMode(suggestion["tls_mode"])
        suggestion = Suggestion(**suggestion | {"tls_mode": mode})
    # Before there were SSL keys, forms had no field for them.
    values = {"ssl_key": NO_KEY} | document["values"]
    return Form(**document | {"suggestion": suggestion, "values": values})


def read_state(form: Form, state: Mapping[str, Any], *, follow: bool = True) -> Form:
    """Lay the state of a view (`view.state.values`) over *form*, then tidy what was pasted.

    With *follow*, a choice just made fills the fields that go with it, for the person to see.
    Blocks of no field, and values of another kind than the field's, are passed over.
    """
    values = dict(form.values)
    for name in form.values:
        block = state.get(form.block_id(name))
        element = block.get(name) if isinstance(block, Mapping) else None
        if isinstance(element, Mapping):
            values[name] = _entered(name, element, before=values[name])
    read = _take_apart(replace(form, values=values, notice=""))
    return _follow_choices(form, read) if follow else read


def _entered(name: str, element: Mapping[str, Any], *, before: str | bool) -> str | bool:
    """Return what stands in an element; *before*, where it is of another kind than the field."""
    if name in BOXES:
        return bool(element.get("selected_options"))
    value = element.get("value") or ""
    if name in CHOICES:
        option = element.get("selected_option")
        value = option.get("value") if isinstance(option, Mapping) else None
    return value if isinstance(value, str) else before


def _take_apart(form: Form) -> Form:
    """Split a pasted `smtp://user@host:587` into the fields that it fills."""
    pasted = split_server(form.values["host"])
    if pasted.host == form.values["host"].strip():
        return form
    found: dict[str, str] = {"host": pasted.host}
    if pasted.tls_mode is not None:
        found["tls_mode"] = pasted.tls_mode
        found["port"] = str(pasted.tls_mode.port)
    if pasted.port is not None:
        found["port"] = str(pasted.port)
    if pasted.username is not None:
        found["username"] = pasted.username
    form = form.change(**found)
    notice = "We took the pasted server address apart. Please check the fields below."
    if pasted.had_password:
        notice += " The password in it was not kept: give it with the button under the user name."
    return replace(form, notice=notice)


def _follow_choices(before: Form, form: Form) -> Form:
    """Fill the fields that follow a choice just made: a provider's server, a protocol's port."""
    if form.notice:  # a pasted address has filled them already
        return form
    if form.values["provider"] != before.values["provider"]:
        provider = PROVIDERS.get(form.values["provider"])
        if provider is not None and provider.host:
            return form.change(
                host=provider.host, port=str(provider.port), tls_mode=provider.tls_mode
            )
        return form
    old, new = before.values["tls_mode"], form.values["tls_mode"]
    untouched = form.values["port"] in {"", str(_port_of(old))}
    if old != new and untouched and form.values["port"] == before.values["port"]:
        return form.change(port=str(_port_of(new)))
    return form


def _port_of(tls_mode: str) -> int:
    return TLSMode(tls_mode).port if tls_mode in set(TLSMode) else TLSMode.STARTTLS.port
