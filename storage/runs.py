"""Test runs: states that outlive the process, each step a compare-and-set."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, Select, func, insert, select, update

from storage import audit
from storage.admission import Admission, let_in
from storage.audit import Event
from storage.database import delete_unlocked, persistent, reading, writing
from storage.due import Due, shared_time
from storage.keyring import Context, Keys, key_id
from storage.rows import keep_keys, open_envelope
from storage.tables import runs


class RunState(StrEnum):
    """How far a run is."""

    QUEUED = "queued"
    RUNNING = "running"
    SENDING = "sending"
    """From here on the server may have taken the message, so it is never sent again."""
    ACCEPTED = "accepted"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Interrupted while sending: the server may have taken the message."""
    CONFIRMED = "confirmed"
    """Somebody said that the message arrived."""


_UNFINISHED = (RunState.QUEUED, RunState.RUNNING, RunState.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One test."""

    id: str
    workspace: str
    state: RunState
    payload: bytes = field(repr=False)
    """The caller's own document; sealed in the database."""
    created_at: datetime
    updated_at: datetime
    owner: str | None = None
    """Who sees it through."""
    told: bool = False
    """People were told how it ended."""


@dataclass(frozen=True, slots=True)
class Runs(Due):
    """All test runs. A run belongs to one owner; when it is due, another may claim it.

    Every method raises Unavailable; those that return a run raise InvalidEnvelope and UnknownKey.
    """

    @persistent
    def add(
        self,
        workspace: str,
        payload: bytes,
        *,
        at: datetime,
        owner: str | None = None,
        lease: timedelta | None = None,
        admission: Admission | None = None,
    ) -> Run:
        """Write down a new run, queued, before anything of it is done.

        It is *owner*'s for the *lease*: after that, unless it is extended, it may be claimed. With
        an *admission*, raises Repeated and Exceeded; then nothing is counted or remembered.
        """
        run = Run(
            id=secrets.token_hex(16),
            workspace=workspace,
            state=RunState.QUEUED,
            payload=payload,
            created_at=at,
            updated_at=at,
            owner=owner,
        )
        values: dict[str, Any] = {
            "id": run.id,
            "workspace": workspace,
            "state": run.state,
            "told": False,
            "created_at": at,
            "updated_at": at,
            "owner": owner,
        }
        context = _context(workspace, run.id, revision=1)
        with writing(self.engine) as connection:
            if admission is not None:
                let_in(connection, admission, now=at)
            keep_keys(connection)
            values |= _sealed(self.keyring, payload, context)
            if lease is not None:
                values["due_at"] = shared_time(connection, at) + lease
            connection.execute(insert(runs).values(values))
        return run

    @persistent
    def advance(  # noqa: PLR0913 - which run, from where to where, and what goes with that
        self,
        run_id: str,
        *,
        expect: RunState | tuple[RunState, ...],
        to: RunState,
        at: datetime,
        payload: bytes | None = None,
        owner: str | None = None,
        event: Event | None = None,
    ) -> bool:
        """Take the run from an expected state to another, with a new *payload* if one is given.

        *event* goes into the audit log, both or neither. False: it isn't in an expected state, or
        not *owner*'s any more, so another does these steps; nothing was changed.
        """
        entry = None
        expected = (expect,) if isinstance(expect, RunState) else expect
        query = _of(run_id, owner).where(runs.c.state.in_(expected))
        values: dict[str, Any] = {"state": to, "updated_at": at}
        with writing(self.engine) as connection:
            row = connection.execute(query.with_for_update()).mappings().one_or_none()
            if row is None:
                return False
            if payload is not None:
                context = _context(row["workspace"], run_id, revision=row["revision"] + 1)
                values |= _sealed(self.keyring, payload, context)
            connection.execute(update(runs).where(runs.c.id == run_id).values(values))
            if event is not None:
                entry = audit.append(
                    connection, self.keyring, workspace=row["workspace"], event=event, at=at
                )
        if entry is not None:
            audit.announce(entry)
        return True

    def get(self, run_id: str) -> Run | None:
        """Return a run, None when there is none."""
        with reading(self.engine) as connection:
            query = select(runs).where(runs.c.id == run_id)
            row = connection.execute(query).mappings().one_or_none()
        return open_run(self.keyring, row) if row else None

    @persistent
    def change(
        self,
        run_id: str,
        change: Callable[[bytes], bytes],
        *,
        at: datetime,
        to: RunState | None = None,
        owner: str | None = None,
    ) -> bytes | None:
        """Give a run the payload that *change* makes of its own, and return it.

        With *to*, take it to that state, in which nothing is due. Two at once are done one after
        the other. None: there is no such run, or it isn't *owner*'s any more.
        """
        query = _of(run_id, owner)
        with writing(self.engine) as connection:
            row = connection.execute(query.with_for_update()).mappings().one_or_none()
            if row is None:
                return None
            payload = change(open_run(self.keyring, row).payload)
            context = _context(row["workspace"], run_id, revision=row["revision"] + 1)
            values = {"updated_at": at} | _sealed(self.keyring, payload, context)
            if to is not None:
                values |= {"state": to, "due_at": None}
            connection.execute(update(runs).where(runs.c.id == run_id).values(values))
        return payload

    def newest(
        self, workspace: str, states: tuple[RunState, ...], *, count: int
    ) -> tuple[Run, ...]:
        """Return the workspace's runs in one of *states*, the newest first, *count* at most."""
        query = select(runs).where(runs.c.workspace == workspace, runs.c.state.in_(states))
        with reading(self.engine) as connection:
            found = connection.execute(query.order_by(runs.c.created_at.desc()).limit(count))
            rows = found.mappings().all()
        return tuple(open_run(self.keyring, row) for row in rows)

    @persistent
    def tell(
        self,
        run_id: str,
        *,
        now: datetime,
        again: timedelta | None = None,
        owner: str | None = None,
    ) -> None:
        """Note that the people who wait for the run's end were told of it, if it is *owner*'s.

        After *again*, something else is to be done about it.
        """
        which = runs.c.id == run_id
        if owner is not None:
            which &= runs.c.owner == owner
        with writing(self.engine) as connection:
            due_at = shared_time(connection, now) + again if again is not None else None
            connection.execute(update(runs).where(which).values(told=True, due_at=due_at))

    def count_by_state(self) -> dict[str, int]:
        """Return how many runs of all workspaces are in each state that any is in."""
        query = select(runs.c.state, func.count()).group_by(runs.c.state)
        with reading(self.engine) as connection:
            return dict(connection.execute(query).all())

    @persistent
    def purge(self, before: datetime) -> int:
        """Delete the finished runs not changed since *before*, and return how many."""
        old = (runs.c.updated_at < before) & runs.c.state.not_in(_UNFINISHED)
        with writing(self.engine) as connection:
            return delete_unlocked(connection, runs, old)


def context_of(row: RowMapping) -> Context:
    """Return where the payload of a *row* belongs."""
    return _context(row["workspace"], row["id"], revision=row["revision"])


def open_run(keyring: Keys, row: RowMapping) -> Run:
    """Return the run of a *row*. Raises InvalidEnvelope, UnknownKey."""
    return Run(
        id=row["id"],
        workspace=row["workspace"],
        state=RunState(row["state"]),
        payload=open_envelope(
            keyring, context_of(row), envelope=row["envelope"], column=row["key_id"]
        ),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        owner=row["owner"],
        told=row["told"],
    )


def _of(run_id: str, owner: str | None) -> Select[Any]:
    query = select(runs).where(runs.c.id == run_id)
    return query if owner is None else query.where(runs.c.owner == owner)


def _context(workspace: str, run_id: str, *, revision: int) -> Context:
    return Context(kind="run", workspace=workspace, name=run_id, revision=revision)


def _sealed(keyring: Keys, payload: bytes, context: Context) -> dict[str, Any]:
    envelope = keyring.seal(payload, context)
    return {"revision": context.revision, "key_id": key_id(envelope), "envelope": envelope}
