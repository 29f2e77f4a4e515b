"""docs/deploy/README.md: every command, variable and file in it exists."""

import re
from pathlib import Path

import pytest

from bot.arguments import make_parser


@pytest.fixture
def guide(root: Path) -> str:
    return (root / "docs/deploy/README.md").read_text()


def test_every_command_in_it_exists(guide: str) -> None:
    called = set(re.findall(r"\bmailsettings ((?:keyring|db|audit|doctor|run)(?: [a-z]+)?)", guide))
    assert called
    for words in called:
        with pytest.raises(SystemExit) as ended:
            make_parser().parse_args([*words.split(), "--help"])
        assert ended.value.code == 0, words


def test_every_variable_in_it_is_read(guide: str, known_variables: set[str]) -> None:
    named = set(re.findall(r"`((?:SLACK|MAILSETTINGS|DATABASE|LOG)_[A-Z_]+)`", guide))
    assert named
    assert named <= known_variables


def test_every_file_in_it_is_there(guide: str, root: Path) -> None:
    linked = re.findall(r"\]\(([^)#]+)\)", guide)
    assert linked
    for each in linked:
        assert (root / "docs/deploy" / each).exists(), each


def test_every_deployment_file_stands_in_it(guide: str, root: Path) -> None:
    for name in ("Dockerfile", "compose.yaml", "systemd/mailsettings.service", "kubernetes"):
        assert name in guide
    for path in (root / "docs/deploy").iterdir():
        assert path.name in guide or path.name == "README.md", path


def test_every_figure_in_it_is_counted(guide: str, root: Path) -> None:
    metrics = (root / "bot/slack/metrics.py").read_text()
    named = set(re.findall(r"`(mailsettings_[a-z_]+)", guide))
    assert named
    for each in named:
        assert f'"{each.removesuffix("_total").removesuffix("_bucket")}"' in metrics, each
