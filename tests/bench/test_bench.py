import asyncio
import json
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.bench.process import ROOT
from tests.servers.cage import lacking


@pytest.mark.timeout(300)  # twenty bots are started: on a busy machine that alone takes a minute
async def test_every_measure_comes_out_and_every_command_is_answered(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench",
        "--quick",
        "--to",
        str(tmp_path),
        cwd=ROOT,
        env={},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, progress = await process.communicate()
    assert process.returncode == 0, progress.decode()
    assert "Traceback" not in progress.decode()
    results = json.loads((tmp_path / "results.json").read_text())
    bots = {"mailsettings", "bare AsyncApp", "sync App"}
    found = {(each["bot"], each["round_trip_ms"], each["at_once"]) for each in results["commands"]}
    assert found == {(bot, away, crowd) for bot in bots for away in (0, 60) for crowd in (1, 16)}
    assert all(each["ack"]["p50"] > 0 < each["opened"]["p50"] for each in results["commands"])
    assert not any(each["lost"] for each in results["commands"] if each["bot"] == "mailsettings")
    assert len(results["acquaintance"]) == 3
    assert [each["hanging"] for each in results["isolation"]] == [5, 20]
    assert results["ending"]["ending"] == 20
    assert [each["lost"] for each in results["standstill"]] == [0, 0, 4]
    assert results["no_messages"] == (lacking("postfix") or "")
    doors = {each["door"] for each in results["messages"]}
    assert doors == (set() if results["no_messages"] else {"starttls", "implicit"})
    assert len(results["starts"]) == 4
    assert len(results["goals"]) == 9 + len(doors)
    page = (tmp_path / "results.md").read_text()
    assert page == out.decode()
    assert str(ROOT) not in page + json.dumps(results)
    assert ET.parse(tmp_path / "results.svg").getroot().tag.endswith("svg")  # noqa: S314 - ours
