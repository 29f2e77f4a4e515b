"""Test runs: states that outlive the process, each step a compare-and-set."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, RowMapping, insert, select, update

from storage.database import delete_unlocked, persistent, reading, writing
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


@dataclass(frozen=True, slots=True)
class Runs:
    """All test runs.

    Every method raises Unavailable; those that return a run raise InvalidEnvelope and UnknownKey.
    """

    engine: Engine
    keyring: Keys

    @persistent
    def add(self, workspace: str, payload: bytes, *, at: datetime) -> Run:
        """Write down a new run, queued, before anything of it is done."""
        run = Run(
            id=secrets.token_hex(16),
            workspace=workspace,
            state=RunState.QUEUED,
            payload=payload,
            created_at=at,
            updated_at=at,
        )
        values: dict[str, Any] = {
            "id": run.id,
            "workspace": workspace,
            "state": run.state,
            "told": False,
            "created_at": at,
            "updated_at": at,
        }
        context = _context(workspace, run.id, revision=1)
        with writing(self.engine) as connection:
            keep_keys(connection)
            values |= _sealed(self.keyring, payload, context)
            connection.execute(insert(runs).values(values))
        return run

    @persistent
    def advance(
        self,
        run_id: str,
        *,
        expect: RunState | tuple[RunState, ...],
        to: RunState,
        at: datetime,
        payload: bytes | None = None,
        due_at: datetime | None = None,
    ) -> bool:
        """Take the run from an expected state to another, with a new *payload* if one is given.

        At *due_at*, something is to be done about it. False: it isn't in an expected state, so
        another did this step; nothing was changed.
        """
        expected = (expect,) if isinstance(expect, RunState) else expect
        query = select(runs).where(runs.c.id == run_id, runs.c.state.in_(expected))
        values: dict[str, Any] = {"state": to, "updated_at": at, "due_at": due_at}
        with writing(self.engine) as connection:
            row = connection.execute(query.with_for_update()).mappings().one_or_none()
            if row is None:
                return False
            if payload is not None:
                context = _context(row["workspace"], run_id, revision=row["revision"] + 1)
                values |= _sealed(self.keyring, payload, context)
            connection.execute(update(runs).where(runs.c.id == run_id).values(values))
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
    ) -> bytes | None:
        """Give a run the payload that *change* makes of its own, and return it.

        With *to*, take it to that state, in which nothing is due. Two at once are done one after
        the other. None: there is no such run.
        """
        query = select(runs).where(runs.c.id == run_id)
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
    def claim_due(self, *, now: datetime, until: datetime) -> tuple[str, ...]:
        """Return the ids of the runs that are due *now*, each to one caller.

        They are due again at *until*, for somebody else, unless `settle` says before that what was
        to be done is done. One that can't be opened holds up no other.
        """
        free = select(runs.c.id).where(runs.c.due_at <= now).with_for_update(skip_locked=True)
        due = update(runs).where(runs.c.id.in_(free)).values(due_at=until).returning(runs.c.id)
        with writing(self.engine) as connection:
            return tuple(connection.scalars(due).all())

    @persistent
    def settle(self, run_id: str) -> None:
        """Note that nothing is to be done about a run any more."""
        with writing(self.engine) as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(due_at=None))

    @persistent
    def tell(self, run_id: str) -> None:
        """Note that the people who wait for the run's end were told of it."""
        with writing(self.engine) as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(told=True))

    def untold(self) -> tuple[Run, ...]:
        """Return the runs of whose end nobody was told, ended or not, the oldest first."""
        query = select(runs).where(runs.c.told.is_(False)).order_by(runs.c.created_at)
        with reading(self.engine) as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(open_run(self.keyring, row) for row in rows)

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
    )


def _context(workspace: str, run_id: str, *, revision: int) -> Context:
    return Context(kind="run", workspace=workspace, name=run_id, revision=revision)


def _sealed(keyring: Keys, payload: bytes, context: Context) -> dict[str, Any]:
    envelope = keyring.seal(payload, context)
    return {"revision": context.revision, "key_id": key_id(envelope), "envelope": envelope}
