"""Modals as Slack keeps them: open, push, update, close; their hashes and their stacks."""

import json
import secrets
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field

from bot.demo.block_kit import problems, too_large
from bot.demo.drawing import elements
from bot.demo.record import Json, Record
from bot.demo.state import Form
from bot.demo.workspace import APP, BOT, TEAM, Refused, Workspace

STACK_LIMIT = 3


@dataclass(slots=True, kw_only=True, eq=False)
class View:
    """One view on a stack."""

    id: str
    definition: Json
    """As the bot drew it, with all block ids and action ids filled in."""
    stack: "Stack"
    form: Form
    hash: str
    team_id: str = TEAM
    installed_in: str = TEAM
    """The workspace or organisation with whose token it was opened."""
    errors: dict[str, str] = field(default_factory=dict)
    """By block id: what stands under the fields since the last submission."""

    @property
    def below(self) -> str | None:
        """The id of the view under this one."""
        index = self.stack.views.index(self) if self in self.stack.views else 0
        return self.stack.views[index - 1].id if index else None

    def as_json(self) -> Json:
        """Return the view object that payloads and Web API answers carry."""
        shown = deepcopy(self.definition)
        return {
            "id": self.id,
            "team_id": self.team_id,
            "type": "modal",
            "callback_id": "",
            "private_metadata": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            "submit": None,
            "close": None,
            **shown,
            "state": self.form.state(),
            "hash": self.hash,
            "previous_view_id": self.below,
            "root_view_id": self.stack.root,
            "app_id": APP,
            "app_installed_team_id": self.installed_in,
            "bot_id": BOT,
        }


@dataclass(slots=True, kw_only=True, eq=False)
class Stack:
    """What one person has open: one modal, up to three views deep."""

    user: str
    root: str = ""
    views: list[View] = field(default_factory=list)
    revision: int = 0
    """Counts what the bot changed on the screen."""

    @property
    def top(self) -> View | None:
        """The view on the screen; None once all are closed."""
        return self.views[-1] if self.views else None


class Views:
    """Every modal that is open."""

    def __init__(self, record: Record, workspace: Workspace | None = None) -> None:
        self.stacks: list[Stack] = []
        self._workspace = workspace or Workspace(clock=time.time)
        self._record = record

    def open(self, definition: object, *, user: str) -> View:
        """Open a modal. Raises Refused for a view that breaks a rule."""
        view = self._inspect(definition)
        stack = Stack(user=user)
        self.stacks.append(stack)
        return self._put_on(stack, view)

    def push(self, definition: object, *, stack: Stack | None) -> View:
        """Put a view on top. Raises Refused, also push_limit_reached and not_found."""
        view = self._inspect(definition)
        if stack is None:
            self._record.violate("views.push needs a trigger id from inside a modal")
            raise Refused("invalid_trigger_id")
        if not stack.views:
            raise Refused("not_found")
        if len(stack.views) >= STACK_LIMIT:
            self._record.violate(f"A modal can be {STACK_LIMIT} views deep (push_limit_reached)")
            raise Refused("push_limit_reached")
        return self._put_on(stack, view)

    def update(self, definition: object, *, view: View, stale_hash: str | None = None) -> View:
        """Draw a view anew. Raises Refused('hash_conflict') when *stale_hash* is not its hash."""
        drawn = self._inspect(definition, but=view)
        if stale_hash and stale_hash != view.hash:
            raise Refused("hash_conflict")
        for note in view.form.redraw(drawn["blocks"]):
            self._record.add("note", note, by_bot=False)
        view.definition, view.hash, view.errors = drawn, _new_hash(), {}
        self.changed(view.stack)
        return view

    def find(self, *, view_id: str | None, external_id: str | None) -> View:
        """Return an open view. Raises Refused('not_found'): a person may have closed it."""
        for view in self._open():
            if view_id is not None and view.id == view_id:
                return view
            if (
                view_id is None
                and external_id
                and view.definition.get("external_id") == external_id
            ):
                return view
        raise Refused("not_found")

    def close(self, view: View, *, all_of_them: bool = False) -> None:
        """Take a view off its stack, or the whole stack."""
        stack = view.stack
        if all_of_them:
            stack.views.clear()
        elif view in stack.views:
            stack.views.remove(view)
        self.changed(stack)

    def changed(self, stack: Stack) -> None:
        """Say that the screen of *stack* is another one now."""
        stack.revision += 1
        self._record.tell()

    def _open(self) -> Iterator[View]:
        for stack in self.stacks:
            yield from stack.views

    def _put_on(self, stack: Stack, definition: Json) -> View:
        here = self._workspace
        view = View(
            team_id=here.team_id,
            installed_in=here.enterprise_id if here.org_wide else here.team_id,
            id=f"V{secrets.token_hex(5).upper()}",
            definition=definition,
            stack=stack,
            form=Form(definition["blocks"]),
            hash=_new_hash(),
        )
        stack.root = stack.root or view.id
        stack.views.append(view)
        self.changed(stack)
        return view

    def _inspect(self, definition: object, *, but: View | None = None) -> Json:
        """Return a copy with all ids filled in. Raises Refused; a broken rule is a violation."""
        if isinstance(definition, str):
            try:
                definition = json.loads(definition)
            except ValueError:
                definition = None
        if too_large(definition):
            self._record.violate("A view is larger than 250 kB (view_too_large)")
            raise Refused("view_too_large")
        found = problems(definition, "modal")
        if found or not isinstance(definition, dict):
            for each in found:
                self._record.violate(each)
            messages = [f"[ERROR] {each}" for each in found]
            raise Refused("invalid_arguments", response_metadata={"messages": messages})
        external_id = definition.get("external_id")
        if external_id and any(
            each is not but and each.definition.get("external_id") == external_id
            for each in self._open()
        ):
            raise Refused("duplicate_external_id")
        return with_ids(definition)


def with_ids(definition: Json) -> Json:
    """Return a copy in which every block and element has an id, as Slack gives them."""
    filled = deepcopy(definition)
    for number, block in enumerate(filled["blocks"]):
        block.setdefault("block_id", f"b{number}-{secrets.token_hex(2)}")
    for number, (_, element) in enumerate(elements(filled["blocks"])):
        if element["type"] != "image":
            element.setdefault("action_id", f"a{number}-{secrets.token_hex(2)}")
    return filled


def _new_hash() -> str:
    return f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"
