"""The one change that would cure it: proved by a survey, or the diagnosis's own."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.remedy import Remedy, lines, remedy
from bot.smtp.settings import MailServer, TLSMode
from bot.smtp.survey import OTHER_NAMES, Door, DoorState, Survey
from bot.smtp.transcript import Diagnosis, Failure, Outcome, Stage, Transcript

HOST = "mail.example.com"
UNTRIED = "The button below does what usually cures this; it has not been tried with this server."

TLS_465 = Door(
    port=465,
    state=DoorState.TLS,
    verified=True,
    mechanisms=("PLAIN",),
    ready=True,
    milliseconds=1,
)
STARTTLS_587 = Door(
    port=587,
    state=DoorState.STARTTLS,
    verified=True,
    mechanisms=("LOGIN", "XOAUTH2"),
    ready=True,
    milliseconds=1,
)
STARTTLS_25 = Door(port=25, state=DoorState.STARTTLS, verified=True, ready=True, milliseconds=1)
CLEAR_2525 = Door(
    port=2525, state=DoorState.CLEAR, mechanisms=("PLAIN",), ready=True, milliseconds=1
)
CLOSED_587 = Door(port=587, state=DoorState.CLOSED, milliseconds=1)
EXPIRED_465 = Door(
    port=465,
    state=DoorState.TLS,
    verified=False,
    milliseconds=1,
    note="its certificate has expired",
)


def cure(
    *doors: Door,
    proved_name: str = "",
    cause: str = "tcp-refused",
    fix: dict[str, Any] | None = None,
    surveyed: bool = True,
    **server: Any,
) -> Remedy | None:
    values = {"host": HOST, "port": 587, "tls_mode": TLSMode.STARTTLS, "username": "a@example.com"}
    tried = MailServer(**(values | server))
    transcript = Transcript(
        outcome=Outcome.FAILED,
        host=HOST,
        port=tried.port,
        steps=(),
        failure=Failure(stage=Stage.CONNECTION, cause=cause),
    )
    found = Survey(host=HOST, doors=doors, addresses=(), proved_name=proved_name)
    diagnosis = Diagnosis(cause=cause, meaning="It failed.", advice=(), fix=fix or {})
    return remedy(tried, transcript, diagnosis, found if surveyed else None)


def test_tls_from_the_start_is_preferred() -> None:
    assert cure(STARTTLS_25, TLS_465, CLOSED_587) == Remedy(
        fix={"tls_mode": "implicit", "port": 465},
        label="Use SMTPS (TLS from the start) on port 465",
        reason=f"Port 465 of {HOST} speaks TLS from the start, with a valid certificate.",
    )


def test_starttls_is_the_next_best_and_port_25_the_last() -> None:
    found = cure(
        *(STARTTLS_25, STARTTLS_587, EXPIRED_465),
        port=465,
        tls_mode=TLSMode.IMPLICIT,
        username=None,
    )
    assert found == Remedy(
        fix={"tls_mode": "starttls", "port": 587},
        label="Use SMTP with STARTTLS on port 587",
        reason=f"Port 587 of {HOST} offers STARTTLS, with a valid certificate.",
    )
    found = cure(STARTTLS_25, CLOSED_587, username=None)
    assert found is not None
    assert found.fix == {"port": 25}
    assert found.label == "Use SMTP with STARTTLS on port 25"


def test_ports_that_say_the_same_share_a_line() -> None:
    closed = [Door(port=port, state=DoorState.CLOSED, milliseconds=1) for port in (25, 587, 2525)]
    found = Survey(host=HOST, doors=(closed[0], TLS_465, *closed[1:]), addresses=())
    assert lines(found) == (
        "Ports 25, 587 and 2525: closed",
        "Port 465: speaks TLS from the start, certificate valid; sign-in with PLAIN",
    )


def test_the_accounts_own_address_is_offered_without_naming_it() -> None:
    found = cure(fix={"from_address": "a@example.com"}, surveyed=False)
    assert found is not None
    assert found.label == "Use the username as From address"
    assert "a@example.com" not in found.reason


def test_only_what_differs_is_changed() -> None:
    found = cure(STARTTLS_587, tls_mode=TLSMode.IMPLICIT)
    assert found is not None
    assert found.fix == {"tls_mode": "starttls"}
    assert found.label == "Use SMTP with STARTTLS on port 587"


@pytest.mark.parametrize(
    "doors",
    [
        (STARTTLS_25, CLOSED_587),  # nobody can sign in there
        (EXPIRED_465, CLOSED_587),
        (CLEAR_2525, CLOSED_587),
        (),
    ],
)
def test_a_port_that_would_not_do_is_never_offered(doors: tuple[Door, ...]) -> None:
    assert cure(*doors) is None
    guess = {"tls_mode": "implicit", "port": 465}
    assert cure(*doors, fix=guess) is None  # the survey would have proved it


def test_a_port_that_does_what_was_asked_is_no_fault() -> None:
    assert cure(TLS_465, STARTTLS_587) is None
    assert cure(TLS_465, STARTTLS_587, port=465, tls_mode=TLSMode.IMPLICIT) is None
    clear = {"port": 2525, "tls_mode": TLSMode.NONE, "username": None}
    assert cure(CLEAR_2525, TLS_465, **clear) is None


@pytest.mark.parametrize(
    "server",
    [
        {"port": 2525, "username": "a@example.com"},  # a password doesn't go in clear
        {"port": 2525, "username": None, "cause": "starttls-required"},
        {"port": 465, "username": None},
    ],
)
def test_from_no_encryption_the_way_leads_up(server: dict[str, Any]) -> None:
    found = cure(CLEAR_2525, TLS_465, tls_mode=TLSMode.NONE, **server)
    assert found is not None
    assert found.fix["tls_mode"] == "implicit"
    assert found.label == "Use SMTPS (TLS from the start) on port 465"


def test_a_name_that_was_proved_is_offered_where_no_port_has_the_name_that_was_typed() -> None:
    other = Door(
        port=587,
        state=DoorState.STARTTLS,
        verified=False,
        names=("smtp.example.com",),
        milliseconds=1,
        note=OTHER_NAMES,
    )
    found = cure(other, proved_name="smtp.example.com", cause="cert-hostname-mismatch")
    assert found == Remedy(
        fix={"host": "smtp.example.com"},
        label="Use smtp.example.com",
        reason=f"The certificate isn't for {HOST}, but it is valid for smtp.example.com in the same"
        " domain, where port 587 proved it.",
    )
    found = cure(other, TLS_465, proved_name="smtp.example.com", cause="cert-hostname-mismatch")
    assert found is not None
    assert "host" not in found.fix


@pytest.mark.parametrize(
    ("fix", "label"),
    [
        ({"tls_mode": "implicit", "port": 465}, "Use SMTPS (TLS from the start) on port 465"),
        ({"tls_mode": "implicit"}, "Use SMTPS (TLS from the start) on port 587"),
        ({"host": "smtp.example.net"}, "Use smtp.example.net"),
        ({"host": "smtp.example.net", "port": 465}, "Use smtp.example.net, port 465"),
        ({"anonymous": False}, "Sign in with username and password"),
        ({"username": "apikey", "host": "a.example"}, "Change “Username”, “Server address”"),
    ],
)
def test_without_a_survey_the_diagnosis_has_the_word(fix: dict[str, Any], label: str) -> None:
    found = cure(surveyed=False, fix=fix)
    assert found == Remedy(fix=fix, label=label, reason=UNTRIED)


def test_a_survey_of_this_host_says_nothing_of_another_and_of_other_settings() -> None:
    for fix in ({"host": "smtp.example.net", "port": 587}, {"anonymous": False}):
        found = cure(STARTTLS_25, CLOSED_587, fix=fix)
        assert found is not None
        assert found.reason == UNTRIED


@pytest.mark.parametrize(
    "fix", [{}, {"tls_mode": "starttls"}, {"port": 587}, {"tls_mode": "none", "port": 25}]
)
def test_what_changes_nothing_or_lessens_encryption_is_no_cure(fix: dict[str, Any]) -> None:
    assert cure(surveyed=False, fix=fix) is None


def test_what_was_accepted_has_no_cure() -> None:
    transcript = Transcript(outcome=Outcome.ACCEPTED, host=HOST, port=587, steps=())
    server = MailServer(host=HOST, port=587, tls_mode=TLSMode.STARTTLS)
    diagnosis = Diagnosis(cause="accepted", meaning="", advice=(), fix={"port": 465})
    assert remedy(server, transcript, diagnosis, None) is None


def test_a_label_fits_a_button() -> None:
    found = cure(surveyed=False, fix={"host": f"{'a' * 60}.{'b' * 60}.example"})
    assert found is not None
    assert len(found.label) == 75
    assert found.label.endswith("…")


def test_every_state_has_a_line() -> None:
    doors = (
        Door(port=1, state=DoorState.SILENT, milliseconds=1),
        Door(port=2, state=DoorState.CLOSED, milliseconds=1),
        Door(port=3, state=DoorState.UNREACHABLE, milliseconds=1),
        Door(port=4, state=DoorState.OTHER, milliseconds=1, note="an IMAP server"),
        Door(port=5, state=DoorState.CLEAR, milliseconds=1, note="it turns us away"),
        Door(port=6, state=DoorState.STARTTLS, verified=True, ready=True, milliseconds=1),
        Door(port=7, state=DoorState.TLS, verified=True, milliseconds=1, note="it stops answering"),
        EXPIRED_465,
    )
    assert lines(Survey(host=HOST, doors=doors, addresses=("192.0.2.1",))) == (
        "Port 1: no answer in time",
        "Port 2: closed",
        "Port 3: can't be reached from here",
        "Port 4: an IMAP server",
        "Port 5: a mail server, but it turns us away",
        "Port 6: offers STARTTLS, certificate valid; no sign-in",
        "Port 7: speaks TLS from the start, certificate valid, but it stops answering",
        "Port 465: speaks TLS from the start, but its certificate has expired",
    )


DOORS = st.builds(
    Door,
    port=st.sampled_from([25, 465, 587]),
    state=st.sampled_from(DoorState),
    verified=st.sampled_from([True, False, None]),
    mechanisms=st.sampled_from([(), ("PLAIN",), ("XOAUTH2",)]),
    ready=st.booleans(),
    milliseconds=st.just(1.0),
)


@given(
    doors=st.lists(DOORS, max_size=4, unique_by=lambda each: each.port),
    mode=st.sampled_from(TLSMode),
    username=st.sampled_from([None, "a@example.com"]),
    port=st.sampled_from([25, 465, 587, 2525]),
)
def test_a_remedy_is_always_encrypted_verified_and_a_change(
    doors: list[Door], mode: TLSMode, username: str | None, port: int
) -> None:
    found = cure(*doors, tls_mode=mode, username=username, port=port)
    if found is None:
        return
    target = next(each for each in doors if each.port == found.fix.get("port", port))
    assert found.fix
    assert target.verified
    assert target.ready
    assert found.fix.get("tls_mode", mode) == {"tls": "implicit"}.get(target.state, "starttls")
    assert username is None or target.mechanisms == ("PLAIN",)
    assert len(found.label) <= 75
