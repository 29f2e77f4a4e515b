from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.drawing import links, plain, visible_text


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("*bold* and _it_ and ~gone~", "bold and it and gone"),
        ("*_both_*", "both"),
        ("`*code*`", "*code*"),
        ("```a\n*b*```", "a\n*b*"),
        ("2*3*4", "2*3*4"),
        ("<https://a.example|here>", "here"),
        ("<https://a.example>", "https://a.example"),
        ("<mailto:a@b.example>", "a@b.example"),
        ("<@U1> in <#C1>", "@U1 in #C1"),
        ("<!date^1^{date}|3 May>", "3 May"),
        ("<!date^1^{date}>", "!date^1^{date}"),
        ("a &lt; b &amp;amp; c", "a < b &amp; c"),
    ],
)
def test_mrkdwn_reads_as_slack_draws_it(written: str, read: str) -> None:
    assert plain(mrkdwn(written)) == read


def test_a_live_mention_and_an_escaped_one_look_different() -> None:
    assert plain(mrkdwn("<!channel>")) == "@channel"
    assert plain(mrkdwn("&lt;!channel&gt;")) == "<!channel>"


def test_nothing_is_live_in_plain_text() -> None:
    assert plain({"type": "plain_text", "text": "*<!channel>* &lt;"}) == "*<!channel>* &lt;"


@given(st.text(alphabet=st.characters(exclude_characters="*_~`"), min_size=1))
def test_what_is_escaped_is_read_to_the_letter(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert plain(mrkdwn(escaped)) == text


def test_all_that_can_be_read_is_in_the_visible_text(kit: Any) -> None:
    described = {**kit.option("One"), "description": kit.plain("the first")}
    radio = kit.choice("radio_buttons", options=[described])
    image = {"type": "image", "image_url": "https://x", "alt_text": "a picture"}
    spans = [
        {"type": "text", "text": "rich "},
        {"type": "link", "url": "https://x"},
        {"type": "user", "user_id": "U1"},
        {"type": "channel", "channel_id": "C1"},
        {"type": "broadcast", "range": "here"},
        {"type": "emoji", "name": "tada"},
        {"type": "date", "timestamp": 1, "format": "{date}", "fallback": " then"},
    ]
    paragraph = {"type": "rich_text_section", "elements": spans}
    blocks = [
        {"type": "header", "text": kit.plain("Head")},
        {"type": "divider"},
        kit.section("words", accessory=image, fields=[kit.plain("field")]),
        {"type": "context", "elements": [kit.plain("small"), image]},
        image,
        kit.actions(kit.button("Press")),
        kit.input("Choice", radio, hint=kit.plain("a hint")),
        kit.text("Typed", placeholder=kit.plain("type here")),
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_list", "style": "bullet", "elements": [paragraph, paragraph]}
            ],
        },
    ]
    rich = "rich https://x@U1#C1@here:tada: then"
    assert visible_text(blocks).split("\n") == [
        *["Head", "words", "field", "a picture", "small", "a picture", "a picture", "Press"],
        *["Choice", "One", "the first", "a hint", "Typed", "type here", rich, rich],
    ]


def test_links_are_found_by_their_labels(kit: Any) -> None:
    blocks = [
        kit.section("<https://a.example/?x=1&amp;y=2|here> <https://b.example> <@U1|ana>"),
        kit.actions(kit.button("Open", url="https://c.example")),
    ]
    assert links(blocks) == {
        "Open": "https://c.example",
        "here": "https://a.example/?x=1&y=2",
        "https://b.example": "https://b.example",
    }
