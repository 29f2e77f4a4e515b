import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.drawing import visible_text
from bot.slack.keys.kept import MOST_KEYS, Kept
from bot.slack.keys.place import Place
from bot.slack.keys.trust_view import trust_view, trusted_view
from bot.slack.keys.upload_view import Asked, left_in_slack, upload_view
from bot.slack.keys.view import delete_view, keys_view, rename_view, said_view, stored_view
from bot.smtp.ssl_keys import SSLKeyKind

NOW = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)
ENDS = datetime(2126, 1, 1, tzinfo=UTC)
PLACE = Place(list="V1", form="UADMIN-x", key="00ff00ff00ff00ff", revision=3)


@pytest.fixture(scope="session")
def views(make_key: Any, make_kept: Callable[..., Kept]) -> dict[str, dict[str, Any]]:
    """Each view that is worth a look."""
    client = make_kept(key=make_key(kind=SSLKeyKind.CLIENT, name="Acme *<b>*", private_key=b"x"))
    used = make_kept(id="11ff11ff11ff11ff", key=make_key(host="mail.example.com"), used=True)
    wrong = Asked(
        name="Acme",
        file="client.p12",
        complaint="This passphrase doesn't open the private key.",
        left=left_in_slack("client.p12", "https://acme.slack.com/files/U1/F1/client.p12"),
    )
    return {
        "none": keys_view([], form="", now=NOW),
        "two": keys_view([client, used], form="UADMIN-x", now=NOW),
        "upload": upload_view(Place(list="V1"), Asked()),
        "upload-again": upload_view(PLACE.again(upload="p1"), wrong),
        "replace": upload_view(PLACE, Asked(), replaced="Acme"),
        "rename": rename_view(PLACE, client),
        "delete-client": delete_view(PLACE, client, now=NOW),
        "delete-trusted": delete_view(PLACE, replace(used, used=False), now=NOW),
        "delete-used": delete_view(PLACE, used, now=NOW),
        "stored": stored_view(client, left=wrong.left, now=NOW),
        "stored-used": stored_view(used, left="", now=NOW),
        "said": said_view("Reading the file ...", close="Close"),
        "trust": trust_view("r1", used.key.leaf, host="mail.example.com", port=587),
        "trusted": trusted_view(replace(used, used=False)),
        "trusted-and-used": trusted_view(used),
    }


NAMES = (
    *("none", "two", "upload", "upload-again", "replace", "rename", "delete-client"),
    *("delete-trusted", "delete-used", "stored", "stored-used", "said", "trust", "trusted"),
    "trusted-and-used",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_view_looks_so(name: str, views: Any, golden: Any, assert_view: Any) -> None:
    assert_view(views[name])
    assert views[name] == golden


def test_each_view_is_looked_at(views: Any) -> None:
    assert set(NAMES) == set(views)


def test_what_a_certificate_states_is_never_live(views: Any) -> None:
    shown = visible_text(views["trust"]["blocks"])
    assert r"O=Acme '& Co',CN=*bot* \<!channel\>" in shown
    assert "<!channel>" not in json.dumps(views)
    assert " and 2 more" in shown


def test_a_full_list_is_within_slacks_limits_and_takes_no_more(
    make_key: Any, make_kept: Any, assert_view: Any
) -> None:
    keys = [
        make_kept(id=f"{number:016x}", key=make_key(name=f"{number} " + "<&>" * 19))
        for number in range(MOST_KEYS)
    ]
    view = keys_view(keys, form="", now=NOW)
    assert_view(view)
    assert "to upload one, delete another" in visible_text(view["blocks"])
    assert "accessory" not in view["blocks"][0]


@pytest.mark.parametrize(
    ("sealed", "words"),
    [(0, ""), (1, "A key that can't be opened"), (2, "2 keys that can't be opened")],
)
def test_keys_that_cannot_be_opened_are_named_beside_the_others(
    sealed: int, words: str, make_kept: Any
) -> None:
    view = keys_view([make_kept(key=make_kept().key)], sealed=sealed, form="", now=NOW)
    shown = visible_text(view["blocks"])
    assert words in shown
    assert ("can't be opened" in shown) is bool(sealed)
    assert "There are no SSL keys yet" not in visible_text(
        keys_view([], sealed=1, form="", now=NOW)["blocks"]
    )


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=22), ""),
        (timedelta(days=21), ""),
        (timedelta(days=20, hours=23), "It ends in 20 days."),
        (timedelta(days=1, hours=1), "It ends in 1 day."),
        (timedelta(hours=1), "It ends today."),
        (timedelta(0), "It has ended"),
    ],
)
def test_an_end_within_three_weeks_is_told(make_kept: Any, left: timedelta, words: str) -> None:
    shown = visible_text(keys_view([make_kept()], form="", now=ENDS - left)["blocks"])
    assert words in shown
    assert bool(words) == ("It " in shown.partition("Valid from")[2])


def test_a_chain_tells_how_long_it_is(make_key: Any, make_kept: Any) -> None:
    for count, words in ((2, "and 1 more certificate of"), (3, "and 2 more certificates of")):
        key = make_key(certificates=make_key().certificates * count)
        assert words in visible_text(keys_view([make_kept(key=key)], form="", now=NOW)["blocks"])


places = st.builds(
    Place,
    list=st.text(max_size=20),
    form=st.text(max_size=60),
    key=st.text(max_size=20),
    revision=st.integers(0, 9),
    upload=st.text(max_size=20),
    attempt=st.integers(0, 99),
)


@given(place=places)
def test_a_place_is_read_as_it_was_written(place: Place) -> None:
    assert Place.load(place.dump()) == place


def test_a_view_drawn_anew_has_other_block_ids() -> None:
    first = Place(list="V1")
    again = first.again(upload="p1")
    ids = [
        {each["block_id"] for each in upload_view(place, Asked())["blocks"] if "block_id" in each}
        for place in (first, again, again.again(upload="p1"))
    ]
    assert ids[0] == {"file", "name", "passphrase"}
    assert not ids[0] & ids[1]
    assert not ids[1] & ids[2]


def test_strangers_text_breaks_no_view(any_text: Any, assert_view: Any, make_key: Any) -> None:
    leaf = make_key().leaf

    @given(text=any_text, host=any_text)
    def check(text: str, host: str) -> None:
        shown = replace(leaf, subject=text, issuer=text, names=(text,) * 11)
        view = trust_view("r1", shown, host=host[:253], port=587)
        assert_view(view)
        assert "<!channel>" not in json.dumps(view)
        assert_view(upload_view(Place(), Asked(file=text, left=left_in_slack(text, ""))))

    check()
