"""Who may test what, and how often."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from bot.slack.access import Caller, Person, Role
from bot.slack.mailtest.admission import Limits, NotAllowed, admission, recipient_for, too_many
from bot.smtp.settings import TestPolicy
from bot.vault import Vault
from storage.errors import Exceeded, Repeated, Unavailable
from storage.runs import Run

OWN, OTHER = "ana@example.com", "bob@example.com"


def person(role: Role, *, email: str = OWN) -> Person:
    return Person(id="U1", name="ana", email=email, role=role)


ALLOWED = {
    (Role.ADMIN, policy, asked) for policy, asked in product(TestPolicy, (None, OWN, OTHER))
} | {
    (Role.MEMBER, TestPolicy.OWN_ADDRESS, None),
    (Role.MEMBER, TestPolicy.OWN_ADDRESS, OWN),
    (Role.MEMBER, TestPolicy.ANY_ADDRESS, None),
    (Role.MEMBER, TestPolicy.ANY_ADDRESS, OWN),
    (Role.MEMBER, TestPolicy.ANY_ADDRESS, OTHER),
}


@pytest.mark.parametrize(
    ("role", "policy", "asked"), list(product(Role, TestPolicy, (None, OWN, OTHER)))
)
def test_the_policy_decides_who_tests_what(
    role: Role, policy: TestPolicy, asked: str | None
) -> None:
    if (role, policy, asked) in ALLOWED:
        assert recipient_for(person(role), asked, policy) == (asked or OWN)
    else:
        with pytest.raises(NotAllowed):
            recipient_for(person(role), asked, policy)


@pytest.mark.parametrize("asked", ["ANA@example.com", "ana@example.com"])
def test_ones_own_address_is_known_in_capitals_too(asked: str) -> None:
    for email in ("Ana@Example.com", OWN):
        member = person(Role.MEMBER, email=email)
        assert recipient_for(member, asked, TestPolicy.OWN_ADDRESS) == asked


def test_ones_own_address_is_known_with_a_domain_of_other_letters() -> None:
    member = person(Role.MEMBER, email="ana@bücher.example")
    asked = "ana@xn--bcher-kva.example"
    assert recipient_for(member, asked, TestPolicy.OWN_ADDRESS) == asked
    assert recipient_for(member, None, TestPolicy.OWN_ADDRESS) == asked


@pytest.mark.parametrize("email", ["", "no address", "ana@example.com\r\nRCPT TO:<eve@b.example>"])
def test_where_slack_gives_no_address_one_must_be_named(email: str) -> None:
    admin = person(Role.ADMIN, email=email)
    with pytest.raises(NotAllowed) as refused:
        recipient_for(admin, None, TestPolicy.OWN_ADDRESS)
    assert "`/mailtest name@example.com`" in str(refused.value)
    assert recipient_for(admin, OTHER, TestPolicy.OWN_ADDRESS) == OTHER


@pytest.mark.parametrize("asked", [None, OWN])
def test_a_member_whose_address_is_unknown_is_not_sent_in_a_circle(asked: str | None) -> None:
    with pytest.raises(NotAllowed) as refused:
        recipient_for(person(Role.MEMBER, email=""), asked, TestPolicy.OWN_ADDRESS)
    assert "doesn't tell us your mail address" in str(refused.value)
    assert "Ask an admin" in str(refused.value)
    assert "type `/mailtest` alone" not in str(refused.value)


def of(user_id: str, team_id: str = "T1") -> Caller:
    return Caller(team_id=team_id, user_id=user_id, home_team_id=team_id)


def admit(vault: Vault, caller: Caller, *, key: str, at: Any) -> Run:
    return vault.runs.add(
        caller.team_id, b"", at=at, admission=admission(caller, Limits(), key=key)
    )


def test_five_a_minute_for_a_person_and_thirty_an_hour_for_a_workspace(
    vault: Vault, clock: Any
) -> None:
    for number in range(30):
        assert admit(vault, of(f"U{number // 5}"), key="", at=clock())
    with pytest.raises(Exceeded) as refused:
        admit(vault, of("U9"), key="", at=clock())
    assert "in 60 minutes" in str(too_many(refused.value.wait))
    assert admit(vault, of("U1", "T2"), key="", at=clock())
    with pytest.raises(Exceeded):
        admit(vault, of("U1"), key="", at=clock())
    clock.advance(hours=1)
    assert admit(vault, of("U1"), key="", at=clock())


def test_one_too_many_is_told_when_to_try_again(vault: Vault, clock: Any) -> None:
    for _ in range(5):
        admit(vault, of("U1"), key="", at=clock())
    clock.advance(seconds=20)
    with pytest.raises(Exceeded) as refused:
        admit(vault, of("U1"), key="", at=clock())
    assert "Please try again in 40 seconds." in str(too_many(refused.value.wait))
    assert admit(vault, of("U2"), key="", at=clock())
    clock.advance(seconds=40)
    assert admit(vault, of("U1"), key="", at=clock())


def test_the_same_request_is_admitted_once(vault: Vault, clock: Any) -> None:
    assert admit(vault, of("U1"), key="command:1.2", at=clock())
    clock.advance(minutes=14)
    with pytest.raises(Repeated):
        admit(vault, of("U1"), key="command:1.2", at=clock())
    assert admit(vault, of("U1"), key="command:1.3", at=clock())


def test_a_request_seen_before_takes_nothing_from_the_limits(vault: Vault, clock: Any) -> None:
    admit(vault, of("U1"), key="command:1.2", at=clock())
    for _ in range(10):
        with pytest.raises(Repeated):
            admit(vault, of("U1"), key="command:1.2", at=clock())
    wait = vault.limits.take({"test:T1:U1": Limits().person}, now=clock())
    assert wait is None
    assert Limits().person.period == timedelta(minutes=1)


def test_a_request_that_was_cut_off_is_new_when_it_comes_again_and_was_not_counted(
    vault: Vault, clock: Any
) -> None:
    with vault.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER cut_off BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'cut'); END"
        )
    for _ in range(10):
        with pytest.raises(Unavailable):
            admit(vault, of("U1"), key="command:1.2", at=clock())
    with vault.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER cut_off")
    assert admit(vault, of("U1"), key="command:1.2", at=clock())
