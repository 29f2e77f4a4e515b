import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.bench.process import ROOT


@pytest.mark.timeout(300)  # eight bots are started: on a busy machine that alone takes a minute
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
    out, complaints = await process.communicate()
    assert (process.returncode, complaints.decode()) == (0, "")
    results = json.loads((tmp_path / "results.json").read_text())
    assert len(results["commands"]) == 8
    assert len(results["acquaintance"]) == 3
    assert [each["hanging"] for each in results["isolation"]] == [0, 20]
    assert len(results["starts"]) == 3
    assert all(each["ack"]["p50"] > 0 < each["opened"]["p50"] for each in results["commands"])
    page = (tmp_path / "results.md").read_text()
    assert page == out.decode()
    assert str(ROOT) not in page + json.dumps(results)
