"""What is counted, as Prometheus reads it; no label takes a word from outside."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from bot.slack import program
from bot.slack.metrics import RESPONSE_URL, Level, Metrics
from bot.slack.requests import Kind

LEVEL = Level(
    under_way=3,
    pool_size=5,
    pool_checked_out=2,
    runs={"accepted": 7, "failed": 0},
    sealed={"a1b2c3d4e5f6": 9},
)
DOWN = Level(under_way=0, pool_size=5, pool_checked_out=0, runs=None, sealed=None)


def told(metrics: Metrics, level: Level = LEVEL) -> dict[str, float]:
    """Read the exposition: `name{label=value,...}` to figure."""
    figures = {}
    for family in text_string_to_metric_families(metrics.exposition(level).decode()):
        for each in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(each.labels.items()))
            figures[f"{each.name}{{{labels}}}"] = each.value
    return figures


def test_before_anything_happens_every_kind_of_request_is_there_with_zero() -> None:
    figures = told(Metrics())
    for kind in Kind:
        assert figures[f"mailsettings_requests_total{{kind={kind},outcome=answered}}"] == 0
        assert figures[f"mailsettings_ack_seconds_count{{kind={kind}}}"] == 0
    [build] = [each for each in figures if each.startswith("mailsettings_build_info")]
    assert "python=3." in build
    assert figures["process_resident_memory_bytes{}"] > 0


@pytest.mark.parametrize(
    ("status", "outcome"), [(200, "answered"), (401, "refused"), (413, "refused"), (500, "failed")]
)
def test_a_request_is_counted_by_its_kind_and_timed(status: int, outcome: str) -> None:
    metrics = Metrics()
    metrics.answered(Kind.COMMAND, status=status, seconds=0.004)
    figures = told(metrics)
    assert figures[f"mailsettings_requests_total{{kind=command,outcome={outcome}}}"] == 1
    assert figures["mailsettings_ack_seconds_bucket{kind=command,le=0.0025}"] == 0
    assert figures["mailsettings_ack_seconds_bucket{kind=command,le=0.005}"] == 1
    assert figures["mailsettings_ack_seconds_bucket{kind=command,le=3.0}"] == 1


def test_calls_retries_and_tests_are_counted() -> None:
    metrics = Metrics()
    metrics.called("views.open", "ok", seconds=0.07)
    metrics.called(RESPONSE_URL, "refused", seconds=0.07)
    metrics.retried("views.open")
    metrics.test_ended(outcome="failed", stage="authentication")
    figures = told(metrics)
    assert figures["mailsettings_web_api_calls_total{method=views.open,outcome=ok}"] == 1
    assert figures["mailsettings_web_api_calls_total{method=response_url,outcome=refused}"] == 1
    assert figures["mailsettings_web_api_seconds_bucket{le=0.1,method=views.open}"] == 1
    assert figures["mailsettings_web_api_retries_total{method=views.open}"] == 1
    assert figures["mailsettings_tests_total{outcome=failed,stage=authentication}"] == 1


def test_what_there_is_now_is_told_as_it_is_now() -> None:
    metrics = Metrics()
    figures = told(metrics)
    assert figures["mailsettings_work_under_way{}"] == 3
    assert figures["mailsettings_database_pool_size{}"] == 5
    assert figures["mailsettings_database_pool_checked_out{}"] == 2
    assert figures["mailsettings_database_up{}"] == 1
    assert figures["mailsettings_runs{state=accepted}"] == 7
    assert figures["mailsettings_sealed_records{key_id=a1b2c3d4e5f6}"] == 9
    figures = told(metrics, DOWN)
    assert figures["mailsettings_database_up{}"] == 0
    assert not [each for each in figures if "runs{" in each or "key_id" in each]


def test_nothing_is_told_of_when_a_series_began() -> None:
    assert "_created" not in Metrics().exposition(LEVEL).decode()


def test_two_programs_in_one_process_count_apart() -> None:
    one, other = Metrics(CollectorRegistry()), Metrics()
    one.retried("views.open")
    assert not [each for each in told(other) if "retries_total" in each]


def test_every_method_that_we_call_has_a_figure_of_its_own() -> None:
    shell = Path(program.__file__).parent
    text = "".join(path.read_text() for path in shell.rglob("*.py") if path.name != "metrics.py")
    called = set(re.findall(r'"((?:api|apps|auth|chat|files|views)\.[A-Za-z.]+)"', text))
    assert {"views.open", "chat.postMessage"} <= called
    for method in called:
        metrics = Metrics()
        metrics.retried(method)
        assert told(metrics)[f"mailsettings_web_api_retries_total{{method={method}}}"] == 1


@given(st.text())
def test_a_strangers_method_is_one_of_the_others(method: str) -> None:
    metrics = Metrics()
    metrics.called(f"?{method}", "ok", seconds=0.0)
    metrics.retried(f"?{method}")
    figures = told(metrics)
    assert figures["mailsettings_web_api_calls_total{method=other,outcome=ok}"] == 1
    assert figures["mailsettings_web_api_retries_total{method=other}"] == 1
