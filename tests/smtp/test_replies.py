"""Replies cut out of bytes that may be anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.replies import (
    MOST_BYTES,
    MOST_LINES,
    RawReply,
    ReplyBuffer,
    ReplyMalformed,
    ReplyTooLong,
    capabilities_of,
    decode,
    foreign_service,
    queue_id_of,
    split_enhanced,
)


def fed(*chunks: bytes) -> ReplyBuffer:
    buffer = ReplyBuffer()
    for each in chunks:
        buffer.feed(each)
    return buffer


def test_replies_are_taken_one_by_one() -> None:
    buffer = fed(b"250-a\r\n250 b\r\n354\r\n", b"42")
    assert buffer.take() == RawReply(code=250, lines=(b"a", b"b"))
    assert buffer.take() == RawReply(code=354, lines=(b"",))
    assert buffer.take() is None
    assert buffer
    buffer.feed(b"1 bye\n")
    assert buffer.take() == RawReply(code=421, lines=(b"bye",))
    assert not buffer


@pytest.mark.parametrize(
    "said",
    [
        b"\r\n",
        b"hello\r\n",
        b"25\r\n",
        b"2500 x\r\n",
        b"150 x\r\n",
        b"250-a\r\n550 b\r\n",
        b"550-a\r\n554 b\r\n",
        b"550-a\r\n550-b\r\n554\r\n",
    ],
)
def test_what_is_no_reply_is_refused(said: bytes) -> None:
    with pytest.raises(ReplyMalformed):
        fed(said).take()


def test_what_cannot_become_a_reply_is_refused_before_its_line_ends() -> None:
    with pytest.raises(ReplyMalformed) as problem:
        fed(b"SSH-2.0-x" + b"y" * 100).take()
    assert problem.value.seen == b"SSH-2.0-xyyyyyyy"


@pytest.mark.parametrize(
    "said", [b"250-x\r\n" * (MOST_LINES + 1), b"250 " + b"x" * MOST_BYTES, b"250-" + b"x" * 200_000]
)
def test_a_reply_has_an_end(said: bytes) -> None:
    with pytest.raises(ReplyTooLong):
        fed(said).take()


def test_a_reply_of_the_most_lines_is_taken() -> None:
    reply = fed(b"250-x\r\n" * (MOST_LINES - 1) + b"250 x\r\n").take()
    assert reply is not None
    assert len(reply.lines) == MOST_LINES


LINES = st.lists(st.binary(max_size=50).filter(lambda each: b"\n" not in each), min_size=1)


@given(
    replies=st.lists(st.tuples(st.integers(200, 599), LINES), min_size=1, max_size=5),
    cuts=st.lists(st.integers(1, 40)),
)
def test_replies_come_out_as_they_went_in_however_they_are_cut(
    replies: list[tuple[int, list[bytes]]], cuts: list[int]
) -> None:
    expected = [
        RawReply(code=code, lines=tuple(each.removesuffix(b"\r") for each in lines))
        for code, lines in replies
    ]
    wire = b"".join(
        b"%d%s%s\r\n" % (reply.code, b" " if number == len(reply.lines) else b"-", line)
        for reply in expected
        for number, line in enumerate(reply.lines, start=1)
    )
    buffer, taken = ReplyBuffer(), []
    for size in [*cuts, len(wire)]:
        buffer.feed(wire[:size])
        wire = wire[size:]
        while reply := buffer.take():
            taken.append(reply)
    assert taken == expected
    assert not buffer


@given(st.lists(st.binary()))
def test_any_bytes_are_replies_or_a_refusal(chunks: list[bytes]) -> None:
    buffer = ReplyBuffer()
    try:
        for each in chunks:
            buffer.feed(each)
            while buffer.take():
                pass
    except (ReplyMalformed, ReplyTooLong):
        pass


def read(chunks: list[bytes]) -> tuple[list[RawReply], str]:
    """Return what comes out of *chunks*, and how it ended."""
    buffer, taken = ReplyBuffer(), []
    try:
        for each in chunks:
            buffer.feed(each)
            while reply := buffer.take():
                taken.append(reply)
    except (ReplyMalformed, ReplyTooLong) as problem:
        return taken, type(problem).__name__
    return taken, "more" if buffer else "whole"


_PIECES = st.sampled_from([b"250", b"-", b" ", b"\r\n", b"\n", b"\r", b"\0", b"ok", b"550"])


@given(
    wire=st.lists(_PIECES | st.binary(max_size=3), max_size=40).map(b"".join),
    cuts=st.lists(st.integers(1, 9), max_size=60),
)
def test_how_bytes_are_cut_changes_nothing_about_what_they_are(
    wire: bytes, cuts: list[int]
) -> None:
    chunks, rest = [], wire
    for size in cuts:
        chunks.append(rest[:size])
        rest = rest[size:]
    assert read([*chunks, rest]) == read([wire])


@given(st.binary())
def test_decoded_text_is_one_line_without_controls(text: bytes) -> None:
    decoded = decode(text)
    assert len(decoded.splitlines()) <= 1
    assert not any(ord(each) < 32 and each != "\t" for each in decoded)


def test_text_is_utf8_else_latin1() -> None:
    assert decode("grüße".encode()) == "grüße"
    assert decode("grüße".encode("latin-1")) == "grüße"


def test_the_enhanced_code_is_split_off_every_line() -> None:
    assert split_enhanced(("5.7.8 no", "5.7.8 more", "5.7.8", "other")) == (
        "5.7.8",
        ("no", "more", "", "other"),
    )
    assert split_enhanced(("hello 5.7.8",)) == (None, ("hello 5.7.8",))
    assert split_enhanced(("5.7.8x",)) == (None, ("5.7.8x",))


def test_capabilities_are_all_lines_but_the_first() -> None:
    assert capabilities_of(("mail.example.com", "SIZE 10", " ", "AUTH PLAIN ")) == (
        "SIZE 10",
        "AUTH PLAIN",
    )


@pytest.mark.parametrize(
    ("seen", "cause"),
    [
        (b"* OK", "not-smtp-imap"),
        (b"* BYE", "not-smtp-imap"),
        (b"+OK", "not-smtp-pop"),
        (b"-ERR", "not-smtp-pop"),
        (b"SSH-", "not-smtp-ssh"),
        (b"HTTP", "not-smtp-http"),
        (b"<!do", "not-smtp-http"),
        (b"\x16\x03\x03", "plain-on-tls-port"),
        (b"RFB ", "not-smtp"),
        (b"", "not-smtp"),
    ],
)
def test_another_service_is_named(seen: bytes, cause: str) -> None:
    assert foreign_service(seen)[0] == cause


@pytest.mark.parametrize(
    ("text", "queue_id"),
    [
        ("Ok: queued as 4XyZ12abCd", "4XyZ12abCd"),
        (
            "OK: queued as <202611231.abc@smtp-relay.mailin.fr>",
            "202611231.abc@smtp-relay.mailin.fr",
        ),
        ("OK id=1rABcd-0001Ef-2G", "1rABcd-0001Ef-2G"),
        (
            "OK  1700000000 ab12-20020a170902sm123456qka.12 - gsmtp",
            "ab12-20020a170902sm123456qka.12",
        ),
        (
            "<x@AM0PR.prod> [InternalId=12345678901234, Hostname=AM0PR] Queued mail for delivery",
            "12345678901234",
        ),
        ("3AL0abcd012345 Message accepted for delivery", "3AL0abcd012345"),
        ("d1b0a6b9 Message accepted for delivery", "d1b0a6b9"),
        ("Ok 0100018c2f3e4d5a-1b2c3d4e-000000", "0100018c2f3e4d5a-1b2c3d4e-000000"),
        ("Ok accepted", None),
        ("Message received", None),
    ],
)
def test_the_queue_id_is_found_in_the_words_of_each_server(text: str, queue_id: str | None) -> None:
    assert queue_id_of(text) == queue_id
