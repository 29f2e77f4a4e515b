"""Transcripts as documents: what is written down is read again, also what older programs wrote."""

import json
from datetime import UTC, datetime

import pytest

from bot.smtp.document import dump_transcript, load_transcript
from bot.smtp.transcript import (
    Certificate,
    Failure,
    Line,
    Outcome,
    Reply,
    Stage,
    Step,
    TLSFacts,
    Transcript,
)

REPLY = Reply(code=550, enhanced="5.7.1", text="No")
TRANSCRIPT = Transcript(
    outcome=Outcome.FAILED,
    host="mail.example.com",
    port=587,
    steps=(Step(stage=Stage.TLS, milliseconds=1.5, line="not believed", ok=False),),
    failure=Failure(stage=Stage.TLS, cause="cert-self-signed", reply=REPLY, text="Self-signed."),
    lines=(Line(sent=True, text="STARTTLS", milliseconds=1),),
    tls=TLSFacts(
        version="TLSv1.3",
        cipher="TLS_AES_256_GCM_SHA384",
        chain=(
            Certificate(
                subject="CN=mail.example.com",
                names=("mail.example.com",),
                issuer="CN=mail.example.com",
                not_before=datetime(2026, 5, 3, tzinfo=UTC),
                not_after=datetime(2027, 5, 3, tzinfo=UTC),
                sha256="00ff",
                der="MIIB",
            ),
        ),
        verified=False,
    ),
    capabilities=("SIZE 10000",),
)
BARE = Transcript(outcome=Outcome.REFUSED, host="", port=0, steps=())


@pytest.mark.parametrize("transcript", [TRANSCRIPT, BARE])
def test_what_is_written_down_is_read_back(transcript: Transcript) -> None:
    written = json.dumps(dump_transcript(transcript))
    assert load_transcript(json.loads(written)) == transcript


def test_one_of_an_older_program_has_no_certificates_of_their_own() -> None:
    document = dump_transcript(TRANSCRIPT)
    del document["tls"]["chain"][0]["der"]
    found = load_transcript(document)
    assert found.tls is not None
    assert found.tls.chain[0].der == ""
    assert "MIIB" not in repr(TRANSCRIPT)
