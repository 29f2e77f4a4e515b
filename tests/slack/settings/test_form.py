"""What the modal draws it reads back; what we change shows; what is forged is passed over."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from bot.demo import state as client
from bot.demo.views import with_ids
from bot.slack.settings.form import (
    BOXES,
    CHOICES,
    FIELDS,
    TEXTS,
    Form,
    dump_form,
    load_form,
    new_form,
    numbers_of,
    read_state,
)
from bot.slack.settings.view import Surroundings, draw
from bot.smtp.settings import MailSettings
from bot.smtp.ssl_keys import NO_KEY

AROUND = Surroundings(default_server="smtp.example.com:587")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def fresh(**values: Any) -> Form:
    form = new_form("UADMIN-x", MailSettings(), revision=0, test_address="ana@example.com")
    return replace(form, values=form.values | values)


def test_a_draft_of_an_older_program_has_no_ssl_key() -> None:
    document = dump_form(fresh(ssl_key="00ff"))
    assert load_form(document).values["ssl_key"] == "00ff"
    del document["values"]["ssl_key"]
    assert load_form(document).values["ssl_key"] == NO_KEY


def state_of(form: Form, **elements: Any) -> dict[str, Any]:
    return {form.block_id(name): {name: element} for name, element in elements.items()}


def typed(value: str | None) -> dict[str, Any]:
    return {"type": "plain_text_input", "value": value}


def chosen(value: str) -> dict[str, Any]:
    option = {"text": {"type": "plain_text", "text": "?"}, "value": value}
    return {"type": "static_select", "selected_option": option}


def on_screen(shown: client.Form) -> dict[str, Any]:
    """Return what a person sees in each field."""

    def meant(value: Any) -> Any:
        if isinstance(value, list):
            return bool(value)
        return value["value"] if isinstance(value, Mapping) else value

    return {name: meant(field.value) for (_, name), field in shown.fields.items()}


@given(data=st.data())
def test_what_is_drawn_is_read_back(data: DataObject, any_form: SearchStrategy[Form]) -> None:
    form = data.draw(any_form)
    shown = client.Form(with_ids(draw(form, AROUND))["blocks"])
    read = read_state(form, shown.state()["values"])
    assert read.values == form.values
    assert read.numbers == form.numbers


@given(data=st.data())
def test_a_field_that_slack_leaves_out_keeps_what_was_drawn(
    data: DataObject, any_form: SearchStrategy[Form]
) -> None:
    form = data.draw(any_form)
    assert read_state(form, {}).values == form.values


@given(data=st.data())
def test_the_screen_and_the_form_never_differ(
    data: DataObject, any_form: SearchStrategy[Form]
) -> None:
    """Somebody types, chooses and ticks; Slack keeps, leaves out and shows as it does."""
    form = data.draw(any_form)
    shown = client.Form(with_ids(draw(form, AROUND))["blocks"])
    for _ in range(data.draw(st.integers(1, 6))):
        field = shown.fields[data.draw(st.sampled_from(sorted(shown.fields)))]
        shown.touch(field.key, data.draw(entries(field)))
        if data.draw(st.booleans()):
            form = read_state(form, shown.state()["values"])
            shown.redraw(with_ids(draw(form, AROUND))["blocks"])
            assert on_screen(shown).items() <= form.values.items()


def entries(field: client.Field) -> SearchStrategy[Any]:
    element = field.element
    if element["type"] == "checkboxes":
        return st.lists(st.sampled_from(element["options"]), max_size=1)
    if element["type"] in {"static_select", "radio_buttons"}:
        return st.sampled_from(element["options"])
    if element["type"] == "number_input":
        return st.integers(0, 10**9).map(str)
    pasted = st.sampled_from(
        ["smtps://ana@out.example.com", "smtp://ana:s3cret@mail.example.com:2525", "a.example:465"]
    )
    return st.one_of(st.text(max_size=300), pasted)


@given(state=st.dictionaries(st.sampled_from(sorted(FIELDS)), JSON))
def test_a_forged_state_is_passed_over(state: dict[str, Any]) -> None:
    read = read_state(fresh(), state)
    for name in TEXTS:
        assert isinstance(read.values[name], str)


@given(name=st.sampled_from(sorted(FIELDS)), element=JSON)
def test_a_forged_element_is_passed_over(name: str, element: Any) -> None:
    read = read_state(fresh(), state_of(fresh(), **{name: element}))
    assert set(read.values) == FIELDS


@given(
    name=st.sampled_from(sorted(FIELDS)),
    key=st.sampled_from(["value", "selected_option", "selected_options"]),
    value=st.one_of(JSON, st.fixed_dictionaries({"value": JSON})),
)
def test_a_forged_value_is_passed_over(name: str, key: str, value: Any) -> None:
    read = read_state(fresh(), state_of(fresh(), **{name: {key: value}}))
    for each in TEXTS + CHOICES:
        assert isinstance(read.values[each], str)
    for each in BOXES:
        assert isinstance(read.values[each], bool)


@given(data=st.data(), password=st.from_regex(r"[a-z0-9!%]{6,20}", fullmatch=True))
def test_a_pasted_password_is_in_no_form(data: DataObject, password: str) -> None:
    place = data.draw(st.sampled_from(["@mail.example.com:587", "@mail.example.com", "@a b", "@"]))
    pasted = f"smtp://ana:Q7{password}{place}"
    form = read_state(fresh(), state_of(fresh(), host=typed(pasted)))
    assert f"Q7{password}" not in repr(form)
    assert f"Q7{password}" not in str(dump_form(form))


def test_an_emptied_field_is_empty() -> None:
    form = fresh(sender_name="Ana")
    assert read_state(form, state_of(form, sender_name=typed(None))).values["sender_name"] == ""


def test_a_value_that_we_change_gets_a_new_block_id() -> None:
    form = fresh(host="a.example", port="587")
    changed = form.change(host="b.example", port="587")
    assert changed.values["host"] == "b.example"
    assert (changed.block_id("host"), changed.block_id("port")) == ("host.1", "port")
    assert changed.change(host="c.example").block_id("host") == "host.2"


def test_the_block_ids_of_a_view_tell_what_it_shows() -> None:
    blocks = draw(fresh().change(host="a.example", port="25"), AROUND)["blocks"]
    numbers = numbers_of([*blocks, {"block_id": "host.x"}, {"block_id": None}, {"type": "divider"}])
    assert numbers["host"] == 1
    assert numbers["port"] == 1
    assert numbers["notifications"] == 0
    assert "helo_name" not in numbers
    assert "password" not in numbers


def test_a_draft_forgets_what_is_shown_once() -> None:
    form = replace(fresh(), complaints={"host": "No."}, notice="Look.", more=True)
    assert load_form(dump_form(form)) == replace(form, complaints={}, notice="")


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        ("smtps://ana@out.example.com", ("out.example.com", "465", "implicit", "ana")),
        ("submission://out.example.com", ("out.example.com", "587", "starttls", "")),
        ("out.example.com:2525", ("out.example.com", "2525", "starttls", "")),
        ("smtp://out.example.com", ("out.example.com", "587", "starttls", "")),
    ],
)
def test_a_pasted_address_fills_the_fields(pasted: str, found: tuple[str, ...]) -> None:
    form = read_state(fresh(), state_of(fresh(), host=typed(pasted)))
    names = ("host", "port", "tls_mode", "username")
    assert tuple(form.values[name] for name in names) == found
    assert "took the pasted server address apart" in form.notice


def test_a_provider_fills_server_port_and_protocol() -> None:
    form = read_state(fresh(host="a.example"), state_of(fresh(), provider=chosen("gmail")))
    assert form.values["host"] == "smtp.gmail.com"
    assert (form.values["port"], form.values["tls_mode"]) == ("465", "implicit")


@pytest.mark.parametrize("provider", ["other", "nobody"])
def test_a_provider_without_a_server_fills_nothing(provider: str) -> None:
    form = fresh(host="a.example", provider="gmail")
    assert read_state(form, state_of(form, provider=chosen(provider))).values["host"] == "a.example"


@pytest.mark.parametrize(
    ("port", "after"), [("587", "465"), ("", "465"), ("2525", "2525"), ("25", "25")]
)
def test_the_port_follows_the_protocol_while_untouched(port: str, after: str) -> None:
    form = fresh(port=port)
    assert read_state(form, state_of(form, tls_mode=chosen("implicit"))).values["port"] == after


def test_a_port_typed_in_the_same_moment_stays() -> None:
    form = fresh(port="2525")
    state = state_of(form, tls_mode=chosen("implicit"), port=typed("587"))
    assert read_state(form, state).values["port"] == "587"


def test_an_unknown_protocol_is_taken_for_the_usual_one() -> None:
    form = fresh(tls_mode="ssl3", port="587")
    assert read_state(form, state_of(form, tls_mode=chosen("implicit"))).values["port"] == "465"
    form = fresh(port="587")
    assert read_state(form, state_of(form, tls_mode=chosen("ssl3"))).values["port"] == "587"
