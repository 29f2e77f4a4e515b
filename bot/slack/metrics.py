"""What is counted and timed, in Prometheus's text format. No label takes a word from outside.

https://prometheus.io/docs/practices/naming/
"""

import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.slack.requests import Kind

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

RESPONSE_URL = "response_url"
OTHER = "other"
_METHODS = frozenset(
    {
        "api.test",
        "apps.connections.open",
        "auth.test",
        "chat.postMessage",
        "chat.update",
        "files.delete",
        "files.info",
        "oauth.v2.access",
        RESPONSE_URL,
        "users.info",
        "views.open",
        "views.push",
        "views.update",
    }
)
"""What we call. All others are counted as `other`: a label has these values and no more."""

_ACK_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Seconds. Slack waits for three (https://docs.slack.dev/interactivity/handling-user-interaction)."""
_CALL_BUCKETS = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.0, 10.0, 30.0)
"""Seconds, of which a call may take thirty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What there is at this moment, and is measured when somebody asks."""

    under_way: int
    """Pieces of work that outlive their answer to Slack."""
    pool_size: int
    pool_checked_out: int
    runs: Mapping[str, int] | None
    """Test runs by their state; None: the database doesn't answer."""
    sealed: Mapping[str, int] | None
    """Sealed records by the id of their key; None: the database doesn't answer."""


class Metrics:
    """The counters of one program, in a *registry* of its own."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._requests = Counter(
            "mailsettings_requests",
            "Requests from Slack; refused: unsigned, or of no known shape.",
            ("kind", "outcome"),
            registry=self.registry,
        )
        self._acks = Histogram(
            "mailsettings_ack_seconds",
            "From a request's coming in to its answer.",
            ("kind",),
            buckets=_ACK_BUCKETS,
            registry=self.registry,
        )
        self._tests = Counter(
            "mailsettings_tests",
            "Tests that ended; the stage is where they failed.",
            ("outcome", "stage"),
            registry=self.registry,
        )
        self._calls = Counter(
            "mailsettings_web_api_calls",
            "Calls of Slack's Web API, each with all its attempts.",
            ("method", "outcome"),
            registry=self.registry,
        )
        self._call_times = Histogram(
            "mailsettings_web_api_seconds",
            "How long those calls took, with all their attempts.",
            ("method",),
            buckets=_CALL_BUCKETS,
            registry=self.registry,
        )
        self._retries = Counter(
            "mailsettings_web_api_retries",
            "Attempts after the first.",
            ("method",),
            registry=self.registry,
        )
        self._levels()
        self._never_absent()
        ProcessCollector(registry=self.registry)

    def _levels(self) -> None:
        self._under_way = Gauge(
            "mailsettings_work_under_way",
            "Pieces of work that outlive their answer to Slack: tests, look-ups, messages.",
            registry=self.registry,
        )
        self._pool_size = Gauge(
            "mailsettings_database_pool_size",
            "Connections to the database that are kept.",
            registry=self.registry,
        )
        self._checked_out = Gauge(
            "mailsettings_database_pool_checked_out",
            "Connections to the database that are in use, those beyond the pool included.",
            registry=self.registry,
        )
        self._up = Gauge(
            "mailsettings_database_up", "1: the database answers.", registry=self.registry
        )
        self._runs = Gauge(
            "mailsettings_runs",
            "Test runs in the database; of all replicas.",
            ("state",),
            registry=self.registry,
        )
        self._sealed = Gauge(
            "mailsettings_sealed_records",
            "Records in the database by the key that sealed them; of all replicas.",
            ("key_id",),
            registry=self.registry,
        )
        Gauge(
            "mailsettings_build_info",
            "1, with the version of this program and of Python.",
            ("version", "python"),
            registry=self.registry,
        ).labels(version("mailsettings"), platform.python_version()).set(1)

    def _never_absent(self) -> None:
        # A rate needs a zero to begin at.
        for kind in Kind:
            self._requests.labels(kind, "answered")
            self._acks.labels(kind)

    def answered(self, kind: Kind, *, status: int, seconds: float) -> None:
        """Count a request of Slack's that was answered with *status* after *seconds*."""
        outcome = "answered" if status < 400 else "refused" if status < 500 else "failed"
        self._requests.labels(kind, outcome).inc()
        self._acks.labels(kind).observe(seconds)

    def called(self, method: str, outcome: str, *, seconds: float) -> None:
        """Count a call of the Web API."""
        name = _known(method)
        self._calls.labels(name, outcome).inc()
        self._call_times.labels(name).observe(seconds)

    def retried(self, method: str) -> None:
        """Count an attempt after the first."""
        self._retries.labels(_known(method)).inc()

    def test_ended(self, *, outcome: str, stage: str) -> None:
        """Count a test. *outcome* and *stage* come from the core's own sets."""
        self._tests.labels(outcome, stage).inc()

    def exposition(self, level: Level) -> bytes:
        """Return everything as text, with the *level* of now."""
        self._under_way.set(level.under_way)
        self._pool_size.set(level.pool_size)
        self._checked_out.set(level.pool_checked_out)
        self._up.set(level.runs is not None and level.sealed is not None)
        for gauge, counts in ((self._runs, level.runs), (self._sealed, level.sealed)):
            # A key that was retired, or a database that is gone, leaves no figure behind.
            gauge.clear()
            for name, count in (counts or {}).items():
                gauge.labels(name).set(count)
        return generate_latest(_WithoutBirthdays(self.registry))


class _WithoutBirthdays(Collector):
    """A registry without the moment at which each of its series began, a fifth of all lines."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        for metric in self._registry.collect():
            metric.samples = [each for each in metric.samples if not each.name.endswith("_created")]
            yield metric


def _known(method: str) -> str:
    return method if method in _METHODS else OTHER
