"""The modal as Slack gets it: right for any values, and golden where it is worth seeing."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy
from syrupy.assertion import SnapshotAssertion

from bot.demo.drawing import visible_text
from bot.slack.settings.form import Form, new_form
from bot.slack.settings.view import Surroundings, draw
from bot.smtp.settings import Configuration, MailSettings, TLSMode
from bot.smtp.ssl_keys import LONGEST_NAME, SSLKey, SSLKeyKind
from bot.smtp.suggestion import Suggestion

AT = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)
ALONE = Surroundings(default_server="")
WITH_DEFAULT = Surroundings(default_server="smtp.operator.example:587")
STORED = Surroundings(default_server="", password_set_by="UOWNER", password_set_at=AT)
FILLED = MailSettings(
    host="mail.example.com", username="team@example.com", from_address="team@example.com"
)


def fresh(settings: MailSettings = FILLED, **values: Any) -> Form:
    form = new_form("UADMIN-x", settings, revision=1, test_address="ana@example.com")
    return replace(form, values=form.values | values)


CERTIFICATE = b"""\
-----BEGIN CERTIFICATE-----
MIHgMIGToAMCAQICAQEwBQYDK2VwMBoxGDAWBgNVBAMMD2JvdC5leGFtcGxlLmNv
bTAeFw0yNjA1MDMwMDAwMDBaFw0yNzA1MDMwMDAwMDBaMBoxGDAWBgNVBAMMD2Jv
dC5leGFtcGxlLmNvbTAqMAUGAytlcAMhAJ2T237bEGHnGB3OtPIDrSMX2u3Rno5J
iod8TrRvzcUQMAUGAytlcANBAMDWcJlyLiadiDQ8aiLz0byz7Yd6ziXx7CEyya/l
/POyyQS5fCd8cJhikzQ+DPZhd/pKRWDVDe+REVJSXfR0CQk=
-----END CERTIFICATE-----
"""
"""Of bot.example.com, until 3 May 2027."""
KEY_ID = "00ff00ff00ff00ff"
CLIENT = SSLKey(kind=SSLKeyKind.CLIENT, name="Acme <mail>", certificates=CERTIFICATE)
TRUSTED = SSLKey(kind=SSLKeyKind.TRUSTED, name="x" * LONGEST_NAME, certificates=CERTIFICATE)
WITH_KEYS = replace(STORED, keys={KEY_ID: CLIENT, "11" * 8: TRUSTED})


DEFAULT = MailSettings(configuration=Configuration.DEFAULT)
VIEWS: dict[str, tuple[Form, Surroundings]] = {
    "fresh": (fresh(MailSettings()), ALONE),
    "gmail": (
        fresh().change(
            provider="gmail", host="smtp.gmail.com", port="465", tls_mode=TLSMode.IMPLICIT
        ),
        ALONE,
    ),
    "anonymous": (fresh(anonymous=True), STORED),
    "no-encryption": (fresh(tls_mode="none", port="25"), ALONE),
    "password-stored": (fresh(), STORED),
    "password-set-by-the-operator": (fresh(), replace(STORED, password_set_by="operator")),
    "password-waits": (fresh(), replace(STORED, password_waits=True)),
    "password-removed": (replace(fresh(), password_removed=True), STORED),
    "no-way-to-give-a-password": (fresh(), replace(ALONE, password_way=False)),
    "default-offered": (fresh(), WITH_DEFAULT),
    "default-chosen": (fresh(DEFAULT), WITH_DEFAULT),
    "default-withdrawn": (fresh(DEFAULT), ALONE),
    "more-options": (replace(fresh(), more=True), ALONE),
    "more-options-of-default": (replace(fresh(DEFAULT), more=True), WITH_DEFAULT),
    "complaints": (
        replace(
            fresh(host="not a server", helo_name="x", port="70000"),
            more=True,
            complaints={"host": "This isn't <a> server name.", "helo_name": "Type a full name."},
        ),
        ALONE,
    ),
    "ssl-key-offered": (fresh(), WITH_KEYS),
    "ssl-key-chosen": (fresh(ssl_key=KEY_ID), WITH_KEYS),
    "ssl-key-deleted": (fresh(ssl_key=KEY_ID), STORED),
    "ssl-key-none-to-choose": (fresh(), STORED),
    "suggestion": (
        replace(
            fresh(MailSettings(), from_address="team@acme.com"),
            suggestion=Suggestion(
                domain="acme.com",
                host="smtp.gmail.com",
                port=465,
                tls_mode=TLSMode.IMPLICIT,
                provider="gmail",
                why="The mail records of acme.com say that *somebody* handles <its> mail.",
            ),
        ),
        ALONE,
    ),
    "notice": (replace(fresh(), notice="*<@UOWNER> saved other settings.*\n• Port: 25"), STORED),
}


@pytest.mark.parametrize("name", VIEWS)
def test_the_form_looks_so(
    name: str, golden: SnapshotAssertion, assert_view: Callable[[dict[str, Any]], None]
) -> None:
    view = draw(*VIEWS[name])
    assert_view(view)
    assert view == golden


@pytest.fixture(scope="session")
def any_surroundings() -> SearchStrategy[Surroundings]:
    return st.builds(
        Surroundings,
        default_server=st.sampled_from(["", "smtp.operator.example:587"]),
        password_set_by=st.sampled_from(["", "UOWNER", "operator"]),
        password_set_at=st.sampled_from([None, AT]),
        password_waits=st.booleans(),
        password_way=st.booleans(),
        keys=st.dictionaries(
            st.sampled_from([KEY_ID, "11" * 8]), st.sampled_from([CLIENT, TRUSTED])
        ),
    )


@given(data=st.data())
def test_slack_takes_the_form_whatever_stands_in_it(
    data: DataObject,
    any_form: SearchStrategy[Form],
    any_surroundings: SearchStrategy[Surroundings],
    any_text: SearchStrategy[str],
    assert_view: Callable[[dict[str, Any]], None],
) -> None:
    form = data.draw(any_form)
    names = data.draw(st.sets(st.sampled_from(sorted(form.values)), max_size=5))
    values = form.values | {name: data.draw(any_text) for name in names}
    assert_view(draw(replace(form, values=values), data.draw(any_surroundings)))


@given(port=st.one_of(st.from_regex(r"[0-9]{1,12}", fullmatch=True), st.text(max_size=6)))
def test_slack_takes_the_form_with_any_port(
    port: str, assert_view: Callable[[dict[str, Any]], None]
) -> None:
    assert_view(draw(fresh(port=port), ALONE))


def test_a_port_out_of_bounds_is_not_drawn(assert_view: Callable[[dict[str, Any]], None]) -> None:
    for port in ("0", "65536", "0065535999", "٣", "-1", ""):
        view = draw(fresh(port=port), ALONE)
        assert_view(view)
        [element] = [each["element"] for each in view["blocks"] if each.get("block_id") == "port"]
        assert "initial_value" not in element


def test_a_long_notice_is_shown_whole(assert_view: Callable[[dict[str, Any]], None]) -> None:
    lines = [f"• {number}: " + "&amp;" * 200 for number in range(14)]
    view = draw(replace(fresh(), notice="\n".join(lines)), ALONE)
    assert_view(view)
    text = visible_text(view["blocks"])
    for line in lines:
        assert line.replace("&amp;", "&") in text


def test_the_metadata_holds_ids_and_revisions_alone() -> None:
    metadata = json.loads(draw(fresh(), STORED)["private_metadata"])
    assert metadata == {"form": "UADMIN-x", "revision": 1}


def test_a_complaint_stands_under_its_field() -> None:
    form = replace(fresh(), complaints={"host": "No such <server>."})
    blocks = draw(form, ALONE)["blocks"]
    [at] = [number for number, each in enumerate(blocks) if each.get("block_id") == "host"]
    assert blocks[at + 1]["elements"][0]["text"] == ":warning: No such &lt;server&gt;."


def test_ssl_keys_belong_to_encryption_alone() -> None:
    for form in (fresh(tls_mode="none"), fresh(DEFAULT)):
        assert "SSL key" not in visible_text(draw(form, WITH_KEYS)["blocks"])


def test_a_complaint_about_the_ssl_key_is_shown_where_there_is_none_to_choose() -> None:
    form = replace(fresh(), complaints={"ssl_key": "It was given with another SSL key."})
    assert "It was given with another SSL key." in visible_text(draw(form, ALONE)["blocks"])
    blocks = draw(fresh(), ALONE)["blocks"]
    assert "ssl_key" not in {each.get("block_id") for each in blocks}
    assert "Manage SSL keys" in visible_text(blocks)


def test_a_given_password_can_be_taken_back_though_none_is_stored() -> None:
    view = draw(fresh(), replace(ALONE, password_waits=True))
    assert "Remove password" in visible_text(view["blocks"])
    view = draw(replace(fresh(), password_removed=True), ALONE)
    assert "not set" in visible_text(view["blocks"])
    assert "Remove password" not in visible_text(view["blocks"])


def test_a_service_that_the_operator_withdrew_is_told() -> None:
    view = draw(fresh(DEFAULT), ALONE)
    assert "offers no mail service any more" in visible_text(view["blocks"])


def test_no_repr_of_what_is_drawn_shows_a_secret() -> None:
    assert "password=" not in repr(fresh())
    assert "password_waits=True" in repr(replace(ALONE, password_waits=True))
