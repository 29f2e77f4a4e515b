"""What is PostgreSQL's own: how we connect, how long we wait, its refusals in words."""

import re
import shlex
from typing import Any

from sqlalchemy import URL, Connection, text
from sqlalchemy.engine import ExceptionContext

from storage.errors import Unavailable

_DRIVER = "postgresql+psycopg"
_SCHEMES = {"postgres", "postgresql", _DRIVER}

_WAITS = {
    "statement_timeout": 10_000,
    "lock_timeout": 5_000,
    # Who falls asleep between two statements keeps its locks for half a lease of a test at most.
    "idle_in_transaction_session_timeout": 10_000,
}
"""Milliseconds; a URL's own `options` come behind them and so have the last word."""

_CONNECTING = {
    "connect_timeout": 5,
    # A server that vanished, in a failover or behind a firewall, is given up after this long.
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
    "application_name": "mailsettings",
}
"""libpq's parameters (postgresql.org/docs/current/libpq-connect.html), seconds unless noted."""

_POOL = {
    # A connection that the server has closed is noticed before it is used.
    "pool_pre_ping": True,
    "pool_size": 10,
    "max_overflow": 5,
    "pool_timeout": 5,
    # Before proxies and firewalls drop a connection in silence.
    "pool_recycle": 1800,
}

_MIGRATION_LOCK = int.from_bytes(b"mailset1", "big")
_MIGRATION_PATIENCE = "5min"
"""While another migrates a big database."""

REPEATABLE = {"40001", "40P01"}
"""SQLSTATEs of a transaction that was undone for another's sake: it may be done again."""

_STANDBY = "25006"

READ_ONLY = (
    "The database takes no changes at present: it is a standby, as after a failover, or was made "
    "read-only. Try again in a minute; if that lasts, let DATABASE_URL name the primary server, or "
    "switch default_transaction_read_only off."
)
_FULL = "The disk that holds the database is full. Make room on it."
_TOO_MANY = (
    "The database server has no connection left for this program. Raise its max_connections, or "
    "run fewer replicas."
)
_REFUSED = (
    "The database server refuses the user name or the password in DATABASE_URL. Correct them, or "
    "let the user in on the server (pg_hba.conf)."
)
_MISSING = (
    "The database server has no database of that name. Make it (createdb), or correct DATABASE_URL."
)
_NOBODY = (
    "No database server answers at the address in DATABASE_URL. Start it, or correct the address."
)
_UNKNOWN_HOST = (
    "The name of the database server in DATABASE_URL isn't known. Correct it, or check the name "
    "service."
)
_INSECURE = (
    "No secure connection to the database server came about. Check sslmode and sslrootcert in "
    "DATABASE_URL, and the server's certificate."
)
_STARTING = "The database server is starting or stopping. Try again in a minute."
_BROKEN = "The connection to the database broke. Try again in a minute."

_REASONS = {
    _STANDBY: READ_ONLY,
    "28000": _REFUSED,
    "28P01": _REFUSED,
    "3D000": _MISSING,
    "40001": "Too much was changed at the same time. Try again in a minute.",
    "40P01": "Too much was changed at the same time. Try again in a minute.",
    "42501": "The database user may not do that. Make it the owner of the database.",
    "42P01": "The database lacks our tables. Run: mailsettings db upgrade",
    "53100": _FULL,
    "53300": _TOO_MANY,
    "55P03": "The database is locked by another change. Try again in a minute.",
    "57014": "The database took too long, and the request was given up. Try again in a minute.",
    "57P01": _STARTING,
    "57P02": _STARTING,
    "57P03": _STARTING,
    "58030": "The disk that holds the database reported an error. Check the disk.",
    "XX001": "The database is damaged. Restore a backup.",
    "XX002": "An index of the database is damaged. Run REINDEX, or restore a backup.",
}
"""SQLSTATEs (postgresql.org/docs/current/errcodes-appendix.html) in words."""

_AT_CONNECTING = (
    (r"no space left on device|disk full", _FULL),
    (r"too many clients|connection slots are reserved|too many connections", _TOO_MANY),
    (r"authentication failed|no pg_hba\.conf entry|role \".*\" does not exist", _REFUSED),
    (r"no password supplied", _REFUSED),
    (r"database \".*\" does not exist", _MISSING),
    (r"starting up|shutting down|recovery mode", _STARTING),
    (r"connection refused|no such file or directory", _NOBODY),
    (r"resolve host|translate host name", _UNKNOWN_HOST),
    (
        r"timeout expired|timed out|unreachable",
        "The database server doesn't answer in time. Check its address and the network.",
    ),
    (r"certificate|SSL", _INSECURE),
    (r"read-only|session is not", READ_ONLY),
)
"""What libpq says when no connection comes about, for it hands on no SQLSTATE then."""


def is_ours(url: URL) -> bool:
    """Tell whether *url* is PostgreSQL's, by the one driver that we use."""
    return url.drivername in _SCHEMES


def with_driver(url: URL) -> URL:
    """Return *url* with our driver's name in it."""
    return url.set(drivername=_DRIVER)


def engine_options(url: URL) -> dict[str, Any]:
    """Return what the engine for *url* is made with, besides the URL."""
    named = {key: value for key, value in _CONNECTING.items() if key not in url.query}
    own = " ".join(f"-c {name}={value}" for name, value in _WAITS.items())
    theirs = url.query.get("options", "")
    more = theirs if isinstance(theirs, str) else " ".join(theirs)
    return {
        **_POOL,
        "connect_args": named
        | {
            "options": f"{own} {more}".strip(),
            # PgBouncer gives each transaction another connection, which knows no statement of ours.
            "prepare_threshold": None,
        },
    }


def reason(problem: BaseException) -> str | None:
    """Return what *problem* means in plain words, None for one that has none.

    The words are ours: the server's may quote names, and what was to be written.
    """
    state = getattr(problem, "sqlstate", None)
    if state is not None:
        return _REASONS.get(state) or (_BROKEN if state.startswith("08") else None)
    said = str(problem)
    for words, meaning in _AT_CONNECTING:
        if re.search(words, said, re.IGNORECASE):
            return meaning
    return _BROKEN if "connection" in said else None


def note_failover(context: ExceptionContext) -> None:
    """Have all connections made anew when the server turns out to be a standby."""
    if getattr(context.original_exception, "sqlstate", None) == _STANDBY:
        context.is_disconnect = True


def check_writable(connection: Connection) -> None:
    """Raise Unavailable on a standby, and where transactions are read-only. Writes nothing."""
    if connection.execute(text("SHOW transaction_read_only")).scalar_one() == "on":
        raise Unavailable(READ_ONLY)


def try_to_write(connection: Connection) -> None:
    """Write what is there already. Raises DBAPIError."""
    connection.execute(text("UPDATE alembic_version SET version_num = version_num"))


def take_migration_lock(connection: Connection) -> None:
    """Be the one who migrates until the transaction ends. Works through PgBouncer too."""
    for setting, value in (("lock_timeout", _MIGRATION_PATIENCE), ("statement_timeout", "0")):
        connection.execute(text(f"SET LOCAL {setting} = '{value}'"))
    connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))


def dump_line(url: URL, copy: str) -> str:
    """Return the shell's line that backs the database at *url* up into *copy*, without password."""
    # Not `set`, which leaves a password where it is.
    plain = url._replace(drivername="postgresql", password=None)
    plain = plain.difference_update_query(["options", "password", "sslpassword"])
    target = shlex.quote(plain.render_as_string(hide_password=False))
    return f"umask 077 && pg_dump --format=custom --file={shlex.quote(copy)} {target}"
