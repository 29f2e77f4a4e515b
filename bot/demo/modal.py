"""A modal as a person uses it: reads labels, types, chooses, presses, submits."""

from dataclasses import dataclass, field

from bot.demo.block_elements import TYPED
from bot.demo.delivery import Delivery
from bot.demo.door import Answer
from bot.demo.drawing import buttons, elements, links, options, plain, visible_text
from bot.demo.payloads import action, action_in_view, view_closed, view_submission
from bot.demo.record import Json
from bot.demo.state import Field, labels
from bot.demo.submission import Outcome, settle
from bot.demo.views import Stack, View
from bot.demo.workspace import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """What a press on the submit button led to."""

    outcome: Outcome
    errors: dict[str, str] = field(default_factory=dict)
    """Complaints by label: the client's own, or the bot's."""


class Modal:
    """What is on the screen of one person: the top view of a stack."""

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
        typed = [str(each.value) for each in self.view.form.fields.values() if each.value]
        return "\n".join(
            [self.title, visible_text(self.blocks), *typed, *self.view.errors.values()]
        )

    def value(self, label: str) -> str | list[str] | None:
        """Return what a field shows: text, the chosen option's text, or the ticked ones' texts.

        Of a line without a field: the rest of its text.
        """
        for name, block, element in labels(self.blocks):
            if name == label and element is None:
                return plain(block["text"]).partition("\n")[2]
        value = self._field(label).value
        if isinstance(value, list):
            return [plain(each["text"]) for each in value]
        return plain(value["text"]) if isinstance(value, dict) else value

    def options(self, label: str) -> list[str]:
        """Return the texts that a field offers."""
        return [plain(each["text"]) for each in options(self._field(label).element)]

    def link(self, label: str) -> str:
        """Return the address behind a link or link button."""
        found = links(self.blocks)
        if label not in found:
            raise LookupError(f"No link {label!r} here, but {list(found)}.")
        return found[label]

    async def type(self, label: str, text: str) -> Answer | None:
        """Fill a text field; one that dispatches each character sends an action."""
        typed = self._typed(label)
        self.view.form.touch(typed.key, text)
        return await self._dispatched(typed, "on_character_entered")

    async def enter(self, label: str) -> Answer | None:
        """Press the enter key in a text field; one that dispatches on it sends an action."""
        return await self._dispatched(self._typed(label), "on_enter_pressed")

    async def choose(self, label: str, option: str) -> Answer | None:
        """Choose by the option's text in a select or among radio buttons."""
        chosen = self._field(label)
        if chosen.element["type"] in ("users_select", "conversations_select"):
            return await self._act(chosen, option)
        return await self._act(chosen, self._option(chosen, option))

    async def tick(self, label: str, option: str) -> Answer | None:
        """Tick a checkbox."""
        boxes = self._field(label)
        return await self._act(boxes, [*boxes.value, self._option(boxes, option)])

    async def untick(self, label: str, option: str) -> Answer | None:
        """Take the tick away from a checkbox."""
        boxes = self._field(label)
        left = [each for each in boxes.value if each != self._option(boxes, option)]
        return await self._act(boxes, left)

    async def press(self, text: str, *, confirm: bool = True) -> Answer | None:
        """Press a button within the modal; *confirm* answers its question, if it asks one."""
        for block, element in buttons(self.blocks):
            if plain(element["text"]) == text:
                if "confirm" in element and not confirm:
                    return None
                return await self._send_action(block, element, {})
        raise LookupError(f"No button {text!r} here, but {self.buttons}.")

    def enter_all(self, values: dict[str, dict[str, str | list[str]]]) -> None:
        """Take over what a person entered into fields, by block id and action id, before an act.

        Fields that are gone meanwhile are passed over. Raises LookupError for an unknown option.
        """
        for each in self.view.form.fields.values():
            block_id, action_id = each.key
            entered = values.get(block_id, {}).get(action_id)
            if entered is not None and entered != each.shown:
                self.view.form.touch(each.key, each.meant(entered))

    async def act(self, block_id: str, action_id: str, value: str | list[str]) -> Answer | None:
        """Use an element named by its ids: press a button, choose *value*, or enter a text."""
        for block, element in elements(self.blocks):
            if (block["block_id"], element.get("action_id")) == (block_id, action_id):
                if element["type"] == "button":
                    return await self._send_action(block, element, {})
                used = self.view.form.fields[block_id, action_id]
                return await self._act(used, used.meant(value))
        raise LookupError("The form has changed meanwhile. Look again, then try once more.")

    async def submit(self) -> Submitted:
        """Press the submit button and wait for what it leads to."""
        view = self.view
        if self.submit_button is None:
            raise LookupError("This view has no submit button.")
        self._seen = self._stack.revision
        view.errors = view.form.complaints()
        if view.errors:
            return Submitted(outcome="errors", errors=self.errors)
        trigger_id = self._slack.permits.trigger(self._user.id, stack=self._stack)
        with self._slack.submission():
            answer = await self._slack.interact(
                self._user, view_submission(view, trigger_id=trigger_id)
            )
            before = self._stack.revision
            outcome = settle(answer, view=view, views=self._slack.views, record=self._slack.record)
            self._seen += self._stack.revision - before  # `changed` waits for what comes besides
        return Submitted(outcome=outcome, errors={} if outcome != "errors" else self.errors)

    async def close(self) -> Answer | None:
        """Press the close button: the view below comes back, if there is one."""
        view = self.view
        cleared = bool(view.definition.get("clear_on_close"))
        payload = view_closed(view, is_cleared=cleared)
        self._slack.views.close(view, all_of_them=cleared)
        return await self._tell_closed(view, payload)

    async def dismiss(self) -> Answer | None:
        """Press the x: all views close, and the bot hears of the lowest one."""
        root = self._stack.views[0]
        payload = view_closed(root, is_cleared=True)
        self._slack.views.close(root, all_of_them=True)
        return await self._tell_closed(root, payload)

    async def changed(self, *, patience: float = 10) -> None:
        """Wait until the bot changed the screen since the last action or the last wait."""

        def find() -> int | None:
            return self._stack.revision if self._stack.revision > self._seen else None

        self._seen = await self._slack.record.until(
            find, what="a change of the modal", patience=patience
        )

    async def shows(self, text: str, *, patience: float = 10) -> None:
        """Wait until *text* can be read in it."""

        def find() -> bool | None:
            return True if not self.closed and text in self.text() else None

        await self._slack.record.until(find, what=f"{text!r} in the modal", patience=patience)

    async def gone(self, *, patience: float = 10) -> None:
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

    def _typed(self, label: str) -> Field:
        found = self._field(label)
        if found.element["type"] not in TYPED:
            raise LookupError(f"{label!r} is a {found.element['type']}: nothing can be typed.")
        return found

    def _option(self, chosen: Field, text: str) -> Json:
        for each in options(chosen.element):
            if plain(each["text"]) == text:
                return each
        offered = [plain(each["text"]) for each in options(chosen.element)]
        raise LookupError(f"No option {text!r} here, but {offered}.")

    async def _dispatched(self, typed: Field, moment: str) -> Answer | None:
        if not typed.block.get("dispatch_action"):
            return None
        config = typed.element.get("dispatch_action_config", {})
        if moment not in config.get("trigger_actions_on", ["on_enter_pressed"]):
            return None
        return await self._send_action(typed.block, typed.element, {"value": typed.value or None})

    async def _act(self, chosen: Field, value: object) -> Answer | None:
        chosen = self.view.form.touch(chosen.key, value)
        if chosen.block["type"] == "input" and not chosen.block.get("dispatch_action"):
            return None
        entry = {key: each for key, each in chosen.payload.items() if key != "type"}
        return await self._send_action(chosen.block, chosen.element, entry)

    async def _send_action(self, block: Json, element: Json, chosen: Json) -> Answer:
        self._seen = self._stack.revision
        done = action(block, element, ts=self._slack.workspace.next_ts(), chosen=chosen)
        trigger_id = self._slack.permits.trigger(self._user.id, stack=self._stack)
        return await self._slack.interact(
            self._user, action_in_view(self.view, done, trigger_id=trigger_id)
        )

    async def _tell_closed(self, view: View, payload: Json) -> Answer | None:
        if not view.definition.get("notify_on_close"):
            return None
        return await self._slack.interact(self._user, payload)
