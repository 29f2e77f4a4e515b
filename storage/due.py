"""Which runs are whose until when: leases, and the claim of what is due."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, case, literal, select, update

from storage.database import database_time, persistent, reading, writing
from storage.keyring import Keys
from storage.tables import runs


@dataclass(frozen=True, slots=True)
class Due:
    """The runs of which something is to be done at some time. Every method raises Unavailable."""

    engine: Engine
    keyring: Keys

    @persistent
    def claim_due(
        self,
        *,
        now: datetime,
        lease: timedelta,
        told_lease: timedelta | None = None,
        owner: str | None = None,
    ) -> tuple[str, ...]:
        """Return the ids of the runs that are due *now*, each to one caller, its *owner*.

        After the *lease* they are due again, for somebody else, unless `extend` or `settle` says
        otherwise before that; those whose end was told, which `extend` passes over, after the
        *told_lease*. One that is damaged holds up no other; one sealed with a key that we lack is
        left to those who have it.
        """
        ours = runs.c.key_id.in_(self.keyring.key_ids)
        with reading(self.engine) as connection:
            due = ours & (runs.c.due_at <= shared_time(connection, now))
            if connection.execute(select(runs.c.id).where(due).limit(1)).first() is None:
                return ()
        with writing(self.engine) as connection:
            moment = shared_time(connection, now)
            free = select(runs.c.id).where(ours, runs.c.due_at <= moment)
            free = free.with_for_update(skip_locked=True)
            kind = runs.c.due_at.type
            again = literal(moment + lease, kind)
            told_again = literal(moment + (told_lease or lease), kind)
            values = {"due_at": case((runs.c.told, told_again), else_=again), "owner": owner}
            claim = update(runs).where(runs.c.id.in_(free)).values(values)
            return tuple(connection.scalars(claim.returning(runs.c.id)).all())

    @persistent
    def extend(
        self, run_ids: Collection[str], *, owner: str, now: datetime, lease: timedelta
    ) -> tuple[str, ...]:
        """Note that *owner* sees these runs through for another *lease*, until people are told.

        Returns those that have become somebody else's.
        """
        with writing(self.engine) as connection:
            until = shared_time(connection, now) + lease
            ours = runs.c.id.in_(run_ids) & (runs.c.owner == owner) & runs.c.told.is_(False)
            connection.execute(update(runs).where(ours).values(due_at=until))
            lost = select(runs.c.id).where(runs.c.id.in_(run_ids), runs.c.owner != owner)
            return tuple(connection.scalars(lost).all())

    @persistent
    def abandon(self, *, now: datetime) -> None:
        """Make all runs due whose end nobody was told: whoever saw them through is gone."""
        with writing(self.engine) as connection:
            values = {"due_at": shared_time(connection, now)}
            connection.execute(update(runs).where(runs.c.told.is_(False)).values(values))

    @persistent
    def settle(self, run_id: str) -> None:
        """Note that nothing is to be done about a run any more."""
        with writing(self.engine) as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(due_at=None))


def shared_time(connection: Connection, now: datetime) -> datetime:
    """Return the moment by which leases are kept: the database's, where replicas share it."""
    return database_time(connection) if connection.dialect.name == "postgresql" else now
