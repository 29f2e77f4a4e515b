"""The deployment files, and an environment as each of them makes it."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import config
from bot.config import VARIABLES, Config
from storage.keyring import generate_key

ROOT = Path(__file__).parents[2]
SECRETS = {
    "slack_bot_token": "xoxb-1-bot-token",
    "slack_app_token": "xapp-1-app-token",
    "slack_signing_secret": "signing-secret-0123",
    "database_url": "postgresql+psycopg://mailsettings:secret@postgres/mailsettings",
    "keyring": f"primary {generate_key()}",
}


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return loaded


@pytest.fixture(scope="session")
def known_variables() -> set[str]:
    """Every variable that the program reads."""
    secret = {f"{each.name}_FILE" for each in VARIABLES if each.secret}
    return {each.name for each in VARIABLES} | secret


@pytest.fixture
def started_with(tmp_path: Path) -> Callable[..., Config]:
    """Read an environment as `run` does, its secrets' directory being one with all secrets."""
    for name, text in SECRETS.items():
        (tmp_path / name).write_text(f"{text}\n")
        (tmp_path / name).chmod(0o400)

    def read(environ: Mapping[str, str], *, secrets: str) -> Config:
        places = {name: value.replace(secrets, str(tmp_path)) for name, value in environ.items()}
        return config.read(places | {"HOME": "/nonexistent"})

    return read


@pytest.fixture(scope="session")
def dockerfile() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, each with what stands behind it on one line."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(word, rest) for word, _, rest in (each.partition(" ") for each in lines if each)]
