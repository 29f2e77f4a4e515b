"""One address after another, each with its own result."""

import asyncio
import errno
import socket
from collections.abc import Iterator

import pytest

from bot.smtp.connection import connect
from bot.smtp.wire import ConversationEnded


@pytest.fixture
def open_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port whose queue is full: who knocks gets no answer at all."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        port = listening.getsockname()[1]
        waiting = []
        for _ in range(4):
            waiting.append(socket.socket())
            waiting[-1].setblocking(False)
            assert waiting[-1].connect_ex(("127.0.0.1", port)) in {0, errno.EINPROGRESS}
        yield port
        for each in waiting:
            each.close()


def soon(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


async def test_the_first_that_answers_is_taken_and_the_others_are_told(open_port: int) -> None:
    wire, line = await connect(
        ["127.0.0.2", "127.0.0.1", "127.0.0.3"], open_port, seconds_each=5, until=soon(5)
    )
    wire.close()
    assert wire.peer == ("127.0.0.1", open_port)
    assert line == "Connected to 127.0.0.1; 127.0.0.2 refused"


async def test_a_closed_port_is_refused(open_port: int) -> None:
    with pytest.raises(ConversationEnded) as end:
        await connect(["127.0.0.2"], open_port, seconds_each=5, until=soon(5))
    assert end.value.cause == "tcp-refused"
    assert "127.0.0.2 refused" in end.value.text


async def test_silence_is_a_timeout_and_what_was_not_tried_is_told(deaf_port: int) -> None:
    addresses = ["127.0.0.1"] * 4
    with pytest.raises(ConversationEnded) as end:
        await connect(addresses, deaf_port, seconds_each=0.2, until=soon(0.3))
    assert end.value.cause == "tcp-timeout"
    assert "127.0.0.1 didn't answer" in end.value.text
    assert "no time was left for 2 more" in end.value.text


async def test_an_address_without_a_route_counts_least(open_port: int) -> None:
    nobody = "127.255.255.255"  # a broadcast address: TCP has no way there
    with pytest.raises(ConversationEnded) as end:
        await connect([nobody, "127.0.0.2"], open_port, seconds_each=5, until=soon(5))
    assert end.value.cause == "tcp-refused"
    assert f"{nobody} can't be reached from here; 127.0.0.2 refused" in end.value.text
    with pytest.raises(ConversationEnded) as end:
        await connect([nobody], open_port, seconds_each=5, until=soon(5))
    assert end.value.cause == "ipv6-or-routing"
