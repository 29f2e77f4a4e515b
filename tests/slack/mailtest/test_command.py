"""What stands after `/mailtest` is understood forgivingly, or refused with the right form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from bot.demo.block_kit import problems
from bot.slack.mailtest.command import HELP, Request, Usage, parse
from bot.slack.words import section


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("", Request(recipient=None)),
        ("   ", Request(recipient=None)),
        ("bob@example.com", Request(recipient="bob@example.com")),
        ("  Bob@EXAMPLE.com ", Request(recipient="Bob@example.com")),
        ("<mailto:a@b.example|a@b.example>", Request(recipient="a@b.example")),
        ("<mailto:a@b.example>", Request(recipient="a@b.example")),
        ("a&amp;b@example.com", Request(recipient="a&b@example.com")),
        ("<mailto:a&amp;b@c.example|a&amp;b@c.example>", Request(recipient="a&b@c.example")),
        ("--no-send a@b.example", Request(recipient="a@b.example", send=False)),
        ("a@b.example --NO-SEND", Request(recipient="a@b.example", send=False)),
        ("—no-send a@b.example", Request(recipient="a@b.example", send=False)),
        ("--no-send", Request(recipient=None, send=False)),
        ("help", Request(recipient=None, help=True)),
        (" HELP ", Request(recipient=None, help=True)),
    ],
)
def test_one_address_is_understood(text: str, request_: Request) -> None:
    assert parse(text) == request_


@pytest.mark.parametrize(
    "text",
    [
        "a@b.example c@d.example",
        "--no-send --no-send a@b.example",
        "help a@b.example",
        "--force",
        "bob",
        "<mailto:a@b.example|c@d.example>",
        "a@b.example\N{RIGHT-TO-LEFT OVERRIDE}",
        "&lt;a@b.example&gt;",
        "a&amp;amp;b@b.example",
    ],
)
def test_anything_else_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(Usage) as refused:
        parse(text)
    assert "Nothing was sent." in str(refused.value)
    assert "`/mailtest name@example.com`" in str(refused.value)


def test_what_was_typed_is_shown_as_it_was_typed() -> None:
    assert "\nYou typed: Bob &lt;a&amp;amp;b@c.example&gt;\n" in refusal_of(
        "Bob &lt;a&amp;amp;b@c.example&gt;"
    )


@pytest.mark.parametrize(
    "text",
    [
        "confirm 4821",
        "  CONFIRM   4821 ",
        "confirm code 4821",
        "Confirm the code: 4821.",
        "confirm 48 21",
        "confirm #4821",
        "confirm `4821`",
        "confirm: “4821”",
        "confirm4821",
        "confirm \uff14\uff18\uff12\uff11",
    ],
)
def test_a_code_is_understood_however_it_is_written(text: str) -> None:
    assert parse(text) == Request(recipient=None, confirm="4821")


def test_an_address_that_begins_like_it_is_an_address() -> None:
    assert parse("confirm@example.com") == Request(recipient="confirm@example.com")


@pytest.mark.parametrize(
    "text", ["confirm", "confirm 482", "confirm 48211", "confirm bob 4821", "confirm `<!here>`"]
)
def test_anything_but_four_digits_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(Usage) as refused:
        parse(text)
    assert "Nothing was confirmed." in str(refused.value)
    assert "`/mailtest confirm 4821`" in str(refused.value)
    assert "<!here>" not in str(refused.value)


@given(data=st.data())
def test_whatever_was_typed_is_refused_without_being_live(
    data: DataObject, any_text: SearchStrategy[str]
) -> None:
    refusal = refusal_of(data.draw(any_text))
    typed = refusal.partition("You typed: ")[2].partition("\nThe right form")[0]
    assert not set("<>`") & set(typed)
    assert problems([section(refusal or "-")], "message") == []


def refusal_of(text: str) -> str:
    try:
        parse(text)
    except Usage as refused:
        return str(refused)
    return ""


def test_help_fits_a_message() -> None:
    assert problems([section(HELP)], "message") == []
    assert "--no-send" in HELP
    assert "/mailtest confirm 4821" in HELP
