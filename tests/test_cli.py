import io
import logging
import os
import runpy
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import pytest
import structlog

from bot.arguments import COMMANDS, GROUPS, make_parser
from bot.cli import Call, dispatch, main
from bot.commands.console import Console


@pytest.fixture(autouse=True)
def _logs_put_back() -> Iterator[None]:
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    before = [(each, each.level, each.handlers[:]) for each in loggers]
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers = []
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers = handlers


def call(*words: str, stdout: TextIO | None = None, environ: dict[str, str] | None = None) -> Call:
    return Call(
        arguments=make_parser().parse_args(words),
        environ=environ or {},
        console=Console(stdin=io.StringIO(), stdout=stdout or io.StringIO(), stderr=io.StringIO()),
    )


def words_of(command: str, directory: Path) -> list[str]:
    """Return a command with the arguments that it can't do without."""
    more = {
        "test": ["bob@example.com"],
        "db backup": [str(directory / "copy.db")],
        "settings set": ["port=587"],
        "settings export": ["--recipient", "mskx1_", str(directory / "export")],
        "settings import": [str(directory / "export")],
    }
    return [*command.split(), *more.get(command, [])]


def test_every_command_of_the_table_can_be_called(tmp_path: Path) -> None:
    for each in COMMANDS:
        words = words_of(each.name, tmp_path)
        # With a token alone neither the bot nor the demo starts, and both would not end.
        one = call(*words, environ={"HOME": str(tmp_path), "SLACK_BOT_TOKEN": "xoxb-1-bot"})
        status = dispatch(one)
        no_such_file = {os.EX_USAGE} if each.name == "settings import" else set()
        assert status in {os.EX_OK, os.EX_CONFIG} | no_such_file, each.name
        assert "Incident" not in one.console.stderr.getvalue()


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonsense"],
        ["keyring"],
        ["test"],
        ["audit", "show", "--limit", "0"],
        ["audit", "show", "--limit", "many"],
    ],
)
def test_wrong_usage_has_its_own_status(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == os.EX_USAGE
    assert capsys.readouterr().err.startswith("usage: mailsettings")


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == os.EX_OK
    text = capsys.readouterr().out
    assert all(each.name.partition(" ")[0] in text for each in COMMANDS)
    for group in GROUPS:
        with pytest.raises(SystemExit):
            main([group, "--help"])
        text = capsys.readouterr().out
        assert all(
            each.name.split()[1] in text for each in COMMANDS if each.name.startswith(f"{group} ")
        )


def test_the_process_reads_its_own_environment(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "MAILSETTINGS_ADMIN": "U012AB3CD"}
    words = [sys.executable, "-m", "bot", "settings", "show"]
    found = subprocess.run(words, env=environ, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    assert (found.returncode, found.stdout) == (os.EX_CONFIG, "")
    assert "Did you mean MAILSETTINGS_ADMINS?" in found.stderr
    assert "Traceback" not in found.stderr


def test_the_front_door_reads_the_environment_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAILSETTINGS_DATA_DIR", str(tmp_path / "data"))
    assert main(["keyring", "new"]) == os.EX_OK
    assert str(tmp_path / "data" / "keyring") in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["mailsettings", "keyring", "status"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("bot", run_name="__main__")
    assert ended.value.code == os.EX_OK


def test_a_database_that_cannot_be_used_is_told_in_a_sentence(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/x.db"}
    (tmp_path / "x.db").write_bytes(b"no database" * 1000)
    one = call("settings", "show", environ=environ)
    assert dispatch(one) == os.EX_UNAVAILABLE
    told = one.console.stderr.getvalue()
    assert "isn't a SQLite database" in told
    assert "Traceback" not in told


def test_an_address_that_no_database_can_have_is_a_fault_of_the_environment(tmp_path: Path) -> None:
    (tmp_path / "x.db").touch()
    environ = {"HOME": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/x.db?timeout=soon"}
    one = call("settings", "show", environ=environ)
    assert dispatch(one) == os.EX_CONFIG
    assert "sqlite:////" in one.console.stderr.getvalue()


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == os.EX_OK
    assert capsys.readouterr().out.startswith("mailsettings ")


class Broken(io.StringIO):
    """An output that fails as it is told."""

    def __init__(self, problem: BaseException) -> None:
        super().__init__()
        self._problem = problem

    def write(self, _text: str) -> int:
        raise self._problem


def broken_call(problem: BaseException, tmp_path: Path) -> Call:
    environ = {"HOME": str(tmp_path), "MAILSETTINGS_DATA_DIR": str(tmp_path / "data")}
    return call("keyring", "new", stdout=Broken(problem), environ=environ)


def test_the_unexpected_gets_a_number_and_no_secret(tmp_path: Path) -> None:
    one = broken_call(RuntimeError("with xoxb-1-2-token inside"), tmp_path)
    assert dispatch(one) == os.EX_SOFTWARE
    told = one.console.stderr.getvalue()
    incident = told.strip().rpartition("Incident ")[2].removesuffix(".")
    assert told.count(incident) == 2
    assert "xoxb-1-2-token" not in told


def test_an_interrupt_is_no_incident(tmp_path: Path) -> None:
    one = broken_call(KeyboardInterrupt(), tmp_path)
    assert dispatch(one) == 130
    assert one.console.stderr.getvalue() == ""


def test_a_reader_that_leaves_early_is_no_incident(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as output:
        environ = {"HOME": str(tmp_path), "MAILSETTINGS_DATA_DIR": str(tmp_path / "data")}
        one = call("keyring", "new", stdout=output, environ=environ)
        assert dispatch(one) == 141
        assert one.console.stderr.getvalue() == ""


def test_a_name_that_is_no_command_never_gets_past_the_parser() -> None:
    names = {each.name for each in COMMANDS}
    for each in COMMANDS:
        parsed: Any = make_parser().parse_args(words_of(each.name, Path()))
        assert isinstance(parsed, Namespace)
        assert parsed.command in names
