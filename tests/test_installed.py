import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.installed import Installation, dump_installation, load_installation

MOMENTS = st.none() | st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])
)


@given(
    st.builds(
        Installation,
        team_id=st.text(),
        enterprise_id=st.text(),
        name=st.text(),
        bot_token=st.text(),
        refresh_token=st.text(),
        installed_at=MOMENTS,
        expires_at=MOMENTS,
    )
)
def test_what_is_dumped_is_loaded(installation: Installation) -> None:
    assert load_installation(dump_installation(installation)) == installation


def test_an_installation_of_a_newer_program_is_not_guessed_at() -> None:
    document = json.loads(dump_installation(Installation(team_id="T1", name="", bot_token="x")))
    with pytest.raises(ValueError, match="newer version"):
        load_installation(json.dumps(document | {"schema": 2}).encode())


def test_version_one_is_read_for_ever() -> None:
    written = (
        b'{"bot_token": "xoxb-1", "bot_user_id": "UBOT", "enterprise_id": "E1", "expires_at": '
        b'"2026-05-03T22:00:00+00:00", "installed_at": "2026-05-03T10:00:00+00:00", '
        b'"installed_by": "U1", "name": "Acme", "refresh_token": "xoxe-1", "schema": 1, '
        b'"team_id": "T1"}'
    )
    found = load_installation(written)
    assert found.installed_at == datetime(2026, 5, 3, 10, tzinfo=UTC)
    assert (found.place, found.bot_token, found.refresh_token) == ("T1", "xoxb-1", "xoxe-1")
    assert dump_installation(found) == written


def test_no_token_is_in_its_repr() -> None:
    found = Installation(team_id="", enterprise_id="E1", name="", bot_token="b", refresh_token="r")
    assert found.place == "E1"
    assert "token" not in repr(found)
