from typing import Any

import pytest

from bot.demo.permits import Permits
from bot.demo.record import Record
from bot.demo.workspace import Refused


@pytest.fixture
def record(clock: Any) -> Record:
    return Record(clock=clock)


@pytest.fixture
def permits(record: Record, clock: Any) -> Permits:
    return Permits(record=record, clock=clock)


def test_a_trigger_serves_once(permits: Permits, record: Record) -> None:
    trigger = permits.trigger("UADMIN")
    assert permits.redeem(trigger).user == "UADMIN"
    with pytest.raises(Refused, match="exchanged_trigger_id"):
        permits.redeem(trigger)
    assert "twice" in record.violations[0]


def test_a_trigger_expires_after_three_seconds(
    permits: Permits, record: Record, clock: Any
) -> None:
    early, late = permits.trigger("UADMIN"), permits.trigger("UADMIN")
    clock.now += 3
    permits.redeem(early)
    clock.now += 0.1
    with pytest.raises(Refused, match="expired_trigger_id"):
        permits.redeem(late)
    assert record.violations == []  # slow is no fault; the answer says it


def test_a_made_up_trigger_is_a_violation(permits: Permits, record: Record) -> None:
    with pytest.raises(Refused, match="invalid_trigger_id"):
        permits.redeem("1.2.3")
    assert record.violations


def test_a_response_url_serves_five_times(permits: Permits, record: Record) -> None:
    path = permits.response_url("UADMIN", "C1")
    for _ in range(5):
        permits.spend(path)
    with pytest.raises(Refused, match="expired_url"):
        permits.spend(path)
    assert "five times" in record.violations[0]


def test_a_response_url_expires_after_thirty_minutes(permits: Permits, clock: Any) -> None:
    path = permits.response_url("UADMIN", "C1")
    clock.now += 30 * 60
    permits.spend(path)
    clock.now += 1
    with pytest.raises(Refused, match="expired_url"):
        permits.spend(path)


def test_a_made_up_response_url_is_expired(permits: Permits) -> None:
    with pytest.raises(Refused, match="expired_url"):
        permits.spend("/response/0")
