"""Whole conversations with real mail servers."""

from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from typing import Any

import pytest

from bot.smtp.message import Built
from bot.smtp.network import Network
from bot.smtp.settings import MailServer, TLSMode
from bot.smtp.submission import submit
from bot.smtp.transcript import Outcome, Stage, Step, Transcript

ENVELOPE = {"sender": "team@example.com", "recipient": "bob@example.com"}


async def test_a_message_is_accepted_over_starttls(
    mail_server: Callable[..., Any],
    settings_for: Callable[..., MailServer],
    network: Network,
    message: Built,
) -> None:
    server = mail_server()
    seen: list[Step] = []
    transcript = await submit(
        settings_for(server.port), message, **ENVELOPE, network=network, watch=seen.append
    )
    assert transcript.outcome is Outcome.ACCEPTED, transcript
    print(transcript)
    server.wait_for(lambda each: "QUIT" in each.commands)
