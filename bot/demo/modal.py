"""A modal as a person uses it: reads labels, types, chooses, presses, submits."""

from dataclasses import dataclass, field

from bot.demo.block_elements import TYPED
from bot.demo.door import Answer
from bot.demo.drawing import buttons, elements, options, plain, visible_text
from bot.demo.payloads import action, action_in_view, view_closed, view_submission
from bot.demo.record import Json
from bot.demo.screen import Screen
from bot.demo.state import Field, Key
from bot.demo.submission import Outcome, settle
from bot.demo.views import View

_CHANGED = "The form has changed meanwhile. Look again, then try once more."


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """What a press on the submit button led to."""

    outcome: Outcome
    errors: dict[str, str] = field(default_factory=dict)
    """Complaints by label: the client's own, or the bot's."""


class Modal(Screen):
    """The top view of a stack, and what a person does in it."""

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

    def attach(self, label: str, name: str, content: bytes) -> None:
        """Choose a file, which Slack uploads at once. Raises UploadRefused."""
        self.attach_at(self._field(label).key, name, content)

    def attach_at(self, key: Key, name: str, content: bytes) -> None:
        """Choose a file in the field with these ids. Raises UploadRefused, LookupError."""
        if key not in self.view.form.fields:
            raise LookupError(_CHANGED)
        self._slack.files.choose(self.view.form.fields[key], name, content, user=self._user.id)

    async def press(self, text: str, *, confirm: bool = True) -> Answer | None:
        """Press a button within the modal; *confirm* answers its question, if it asks one."""
        for block, element in buttons(self.blocks):
            if plain(element["text"]) == text:
                if "confirm" in element and not confirm:
                    return None
                return await self._send_action(block, element, {})
        raise LookupError(f"No button {text!r} here, but {self.buttons}.")

    async def pick(self, beside: str, option: str) -> Answer:
        """Choose from the menu of the section that says *beside*."""
        for block, element in elements(self.blocks):
            if element["type"] == "overflow" and beside in visible_text([block]):
                return await self._pick(block, element, option, by="text")
        raise LookupError(f"No menu beside {beside!r} here.")

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
                if element["type"] == "overflow":
                    return await self._pick(block, element, str(value), by="value")
                used = self.view.form.fields[block_id, action_id]
                return await self._act(used, used.meant(value))
        raise LookupError(_CHANGED)

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

    async def _pick(self, block: Json, menu: Json, wanted: str, *, by: str) -> Answer:
        for each in menu["options"]:
            if wanted == (each["value"] if by == "value" else plain(each["text"])):
                return await self._send_action(block, menu, {"selected_option": each})
        raise LookupError(_CHANGED)

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
