"""Erasing a workspace: all of it, once, and nothing of another."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from storage.audit import AuditLog, Event
from storage.database import reading
from storage.erasure import erase
from storage.keyring import Keyring
from storage.limits import Limit, RateLimits
from storage.records import SealedStore
from storage.runs import Runs, RunState
from storage.tables import rate_limits

GONE = Event(actor="slack", action="workspace.erased")
MINUTE = Limit(count=5, period=timedelta(minutes=1))


def test_a_workspace_is_erased_once_and_no_other_loses_anything(
    engine: Engine, keyring: Keyring, at: datetime
) -> None:
    store = SealedStore(engine, keyring, kind="word", dump=str.encode, load=bytes.decode)
    audit, runs, limits = AuditLog(engine, keyring), Runs(engine, keyring), RateLimits(engine)
    for workspace in ("T_", "TX", "T_X"):
        store.put(workspace, "hello", revision=0, by="U1", at=at)
        store.put(workspace, "hello", name="b", revision=0, by="U1", at=at)
        runs.add(workspace, b"run", at=at)
        audit.append(workspace, Event(actor="U1", action="said"), at=at)
        keys = (f"test:{workspace}", f"test:{workspace}:U1", f"other:{workspace}")
        limits.take(dict.fromkeys(keys, MINUTE), now=at)
    for found in (3, 0):
        erased = erase(engine, keyring, "T_", limits=("test:T_",), event=GONE, at=at)
        assert erased == found
    assert store.names("T_") == ()
    assert store.names("TX") == store.names("T_X") == ("", "b")
    left = {each: len(runs.newest(each, tuple(RunState), count=9)) for each in ("T_", "TX", "T_X")}
    assert left == {"T_": 0, "TX": 1, "T_X": 1}
    with reading(engine) as connection:
        kept = connection.scalars(select(rate_limits.c.key).order_by(rate_limits.c.key)).all()
    assert [each for each in kept if each.startswith("test:")] == [
        "test:TX",
        "test:TX:U1",
        "test:T_X",
        "test:T_X:U1",
    ]
    assert [each.action for each in audit.latest("T_", 9)] == ["workspace.erased", "said"]
    audit.verify()
