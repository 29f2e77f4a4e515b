"""What one person has on the screen: the top view of a stack, read by labels and texts."""

from bot.demo.delivery import Delivery
from bot.demo.drawing import buttons, links, options, plain, visible_text
from bot.demo.record import PATIENCE, Json
from bot.demo.state import Field, labels
from bot.demo.views import Stack, View
from bot.demo.workspace import User


class Screen:
    """The top view of a stack."""

    def __init__(self, slack: Delivery, stack: Stack, *, user: User) -> None:
        self._slack = slack
        self._stack = stack
        self._user = user
        self._seen = stack.revision

    @property
    def view(self) -> View:
        """The view on top. Raises LookupError when the modal is closed."""
        if self._stack.top is None:
            raise LookupError("The modal is closed.")
        return self._stack.top

    @property
    def views(self) -> list[View]:
        """The views on the stack, lowest first."""
        return list(self._stack.views)

    @property
    def title(self) -> str:
        """Its title."""
        return plain(self.view.definition["title"])

    @property
    def blocks(self) -> list[Json]:
        """Its blocks, as the bot drew them last."""
        blocks: list[Json] = self.view.definition["blocks"]
        return blocks

    @property
    def submit_button(self) -> str | None:
        """The text of its submit button; None where it has none."""
        text = self.view.definition.get("submit")
        return plain(text) if text else None

    @property
    def depth(self) -> int:
        """How many views are on the stack; 0: closed."""
        return len(self._stack.views)

    @property
    def closed(self) -> bool:
        """Whether no view of it is left."""
        return not self._stack.views

    @property
    def errors(self) -> dict[str, str]:
        """The complaints under the fields, by label."""
        names = {block["block_id"]: label for label, block, _ in labels(self.blocks)}
        return {names[block_id]: text for block_id, text in self.view.errors.items()}

    @property
    def buttons(self) -> list[str]:
        """The texts of the buttons within it."""
        return [plain(each["text"]) for _, each in buttons(self.blocks)]

    def payload(self) -> Json:
        """Return the view object that payloads carry now."""
        return self.view.as_json()

    def fields(self) -> list[str]:
        """Return the labels in order."""
        return [label for label, _, _ in labels(self.blocks)]

    def text(self) -> str:
        """Return all that can be read in it, typed text and complaints included."""
        typed = [str(each.read) for each in self.view.form.fields.values() if each.read]
        return "\n".join(
            [self.title, visible_text(self.blocks), *typed, *self.view.errors.values()]
        )

    def value(self, label: str) -> str | list[str] | None:
        """Return what a field shows: text, the chosen option's text, the ticked ones', or names.

        Of a line without a field: the rest of its text.
        """
        for name, block, element in labels(self.blocks):
            if name == label and element is None:
                return plain(block["text"]).partition("\n")[2]
        return self._field(label).read

    def options(self, label: str) -> list[str]:
        """Return the texts that a field offers."""
        return [plain(each["text"]) for each in options(self._field(label).element)]

    def link(self, label: str) -> str:
        """Return the address behind a link or link button."""
        found = links(self.blocks)
        if label not in found:
            raise LookupError(f"No link {label!r} here, but {list(found)}.")
        return found[label]

    async def changed(self, *, patience: float = PATIENCE) -> None:
        """Wait until the bot changed the screen since the last action or the last wait."""

        def find() -> int | None:
            return self._stack.revision if self._stack.revision > self._seen else None

        self._seen = await self._slack.record.until(
            find, what="a change of the modal", patience=patience
        )

    async def shows(self, text: str, *, patience: float = PATIENCE) -> None:
        """Wait until *text* can be read in it."""

        def find() -> bool | None:
            return True if not self.closed and text in self.text() else None

        await self._slack.record.until(find, what=f"{text!r} in the modal", patience=patience)

    async def gone(self, *, patience: float = PATIENCE) -> None:
        """Wait until it is closed."""
        await self._slack.record.until(
            lambda: True if self.closed else None, what="the modal to close", patience=patience
        )

    def _field(self, label: str) -> Field:
        for name, block, element in labels(self.blocks):
            if name == label and element is not None:
                key = block["block_id"], element["action_id"]
                if key in self.view.form.fields:
                    return self.view.form.fields[key]
        raise LookupError(f"No field {label!r} here, but {self.fields()}.")
