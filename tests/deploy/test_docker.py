"""The image, as far as it can be judged without building it: no engine runs where tests do."""

import fnmatch
import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from bot.arguments import make_parser

Instructions = list[tuple[str, str]]

KNOWN = {
    *("ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "RUN"),
    *("USER", "VOLUME", "WORKDIR"),
}


def settings(dockerfile: Instructions, word: str) -> dict[str, str]:
    """Return the assignments of the last stage."""
    pairs = [
        pair for name, rest in last_stage(dockerfile) if name == word for pair in shlex.split(rest)
    ]
    return dict(pair.split("=", 1) for pair in pairs)


def last_stage(dockerfile: Instructions) -> Instructions:
    begins = max(i for i, (word, _) in enumerate(dockerfile) if word == "FROM")
    return dockerfile[begins:]


def copied(dockerfile: Instructions) -> list[str]:
    """Return what is copied out of the repository."""
    copies = [rest.split() for word, rest in dockerfile if word == "COPY"]
    return [each for words in copies if not words[0].startswith("--from") for each in words[:-1]]


def ignored(root: Path, name: str) -> bool:
    """Judge by .dockerignore, where the last pattern that matches wins."""
    verdict = False
    for line in (root / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        if line and not line.startswith("#"):
            plain = pattern.removeprefix("**/")
            if fnmatch.fnmatch(name, plain) or fnmatch.fnmatch(name.rpartition("/")[2], plain):
                verdict = not line.startswith("!")
    return verdict


def test_every_instruction_is_one(dockerfile: Instructions) -> None:
    assert {word for word, _ in dockerfile} <= KNOWN


def test_each_stage_is_of_the_same_base_named_by_version(dockerfile: Instructions) -> None:
    bases = [rest.partition(" ")[0] for word, rest in dockerfile if word == "FROM"]
    assert len(bases) == 2
    [base] = set(bases)
    found = re.fullmatch(r"python:(\d+)\.(\d+)-slim-[a-z]+", base)
    assert found is not None
    assert (int(found[1]), int(found[2])) >= (3, 11)


def test_what_is_copied_exists_and_is_not_ignored(dockerfile: Instructions, root: Path) -> None:
    assert {"bot", "storage", "requirements.lock"} <= set(copied(dockerfile))
    for name in copied(dockerfile):
        assert (root / name).exists(), name
        assert not ignored(root, name), name


@pytest.mark.parametrize("name", [".git", ".env", ".venv", "secrets", "tests", "bot/x.pyc", "x.db"])
def test_what_is_not_copied_never_gets_to_the_engine(root: Path, name: str) -> None:
    assert ignored(root, name)


def test_all_that_the_wheel_needs_is_copied(dockerfile: Instructions, root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())
    needed = {
        project["project"]["readme"],
        *project["project"]["license-files"],
        *project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"],
    }
    assert needed <= set(copied(dockerfile))


def test_packages_are_installed_by_hash_and_the_program_from_nowhere_else(
    dockerfile: Instructions,
) -> None:
    installs = [
        command
        for word, rest in dockerfile
        if word == "RUN"
        for command in rest.split("&&")
        if command.split()[0] == "pip"
    ]
    assert len(installs) == 4
    for command in installs:
        assert "--require-hashes" in command or "--no-deps --no-index" in command


def test_the_last_stage_runs_no_command_and_is_nobodys_root(dockerfile: Instructions) -> None:
    stage = last_stage(dockerfile)
    assert "RUN" not in {word for word, _ in stage}
    users = [rest for word, rest in stage if word == "USER"]
    assert users == ["10001:10001"]
    position = [word for word, _ in stage].index("USER")
    assert {word for word, _ in stage[position:]} >= {"ENTRYPOINT", "HEALTHCHECK", "CMD"}


def test_the_commands_exist(dockerfile: Instructions, root: Path) -> None:
    found = {word: rest for word, rest in last_stage(dockerfile) if word in {"ENTRYPOINT", "CMD"}}
    [program] = json.loads(found["ENTRYPOINT"])
    scripts = tomllib.loads((root / "pyproject.toml").read_text())["project"]["scripts"]
    assert program in scripts
    assert make_parser().parse_args(json.loads(found["CMD"])).command == "run"


def test_its_variables_are_ours_or_pythons(
    dockerfile: Instructions, known_variables: set[str]
) -> None:
    variables = settings(dockerfile, "ENV")
    pythons = {"HOME", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    assert variables.keys() - pythons <= known_variables
    assert not any("TOKEN" in each or "SECRET" in each for each in variables)
    [exposed] = [rest for word, rest in dockerfile if word == "EXPOSE"]
    assert variables["PORT"] == exposed
    [volume] = [json.loads(rest) for word, rest in dockerfile if word == "VOLUME"]
    assert volume == [variables["MAILSETTINGS_DATA_DIR"]]


def test_it_says_what_it_is(dockerfile: Instructions, root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    labels = settings(dockerfile, "LABEL")
    assert labels["org.opencontainers.image.licenses"] == project["license"]
    assert labels["org.opencontainers.image.description"] == project["description"]
