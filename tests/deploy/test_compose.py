"""compose.yaml: by the Compose Specification's own schema, and against the program.

`docker compose config` would need Docker's plugin, which Debian's packages don't have.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.config import Config

SECRETS = "/run/secrets"


def test_it_is_valid_by_the_compose_specification(root: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own words
        [
            *(sys.executable, "-m", "check_jsonschema"),
            *("--builtin-schema", "vendor.compose-spec", str(root / "compose.yaml")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_bot_starts_with_its_environment(
    compose: dict[str, Any], started_with: Callable[..., Config], known_variables: set[str]
) -> None:
    environ = compose["services"]["bot"]["environment"]
    assert environ.keys() <= known_variables
    environ = environ | {"LOG_LEVEL": "info"}
    config = started_with(environ, secrets=SECRETS)
    assert config.app_token
    assert config.database_url.startswith("postgresql")


def test_every_secret_is_a_file_that_somebody_reads(compose: dict[str, Any]) -> None:
    given = set()
    for service in compose["services"].values():
        mounted = {f"{SECRETS}/{each}" for each in service["secrets"]}
        read = {value for name, value in service["environment"].items() if name.endswith("_FILE")}
        assert read == mounted
        given |= set(service["secrets"])
    assert {name: f"secrets/{name}" for name in given} == {
        name: each["file"] for name, each in compose["secrets"].items()
    }


def test_nothing_runs_as_root_or_may_become_it(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["user"].partition(":")[0] not in {"", "0", "root"}, name
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "cap_add" not in service
        assert "privileged" not in service
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["restart"] == "unless-stopped"


def test_the_database_is_reached_by_the_bot_alone_and_waited_for(compose: dict[str, Any]) -> None:
    bot, postgres = compose["services"]["bot"], compose["services"]["postgres"]
    assert "ports" not in postgres
    assert postgres["networks"] == ["inside"]
    assert compose["networks"]["inside"] == {"internal": True}
    assert bot["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert postgres["healthcheck"]["test"][0] == "CMD"


def test_the_bot_is_published_to_this_machine_alone_at_its_port(
    compose: dict[str, Any], dockerfile: list[tuple[str, str]]
) -> None:
    [port] = [rest for word, rest in dockerfile if word == "EXPOSE"]
    assert compose["services"]["bot"]["ports"] == [f"127.0.0.1:{port}:{port}"]


def test_it_is_the_images_user_and_volume(
    compose: dict[str, Any], dockerfile: list[tuple[str, str]]
) -> None:
    bot = compose["services"]["bot"]
    assert ("USER", bot["user"]) in dockerfile
    [volume] = bot["volumes"]
    assert ("VOLUME", f'["{volume.partition(":")[2]}"]') in dockerfile
    for service in compose["services"].values():
        for each in service["volumes"]:
            assert each.partition(":")[0] in compose["volumes"]


def test_a_stop_has_the_time_that_it_needs(compose: dict[str, Any]) -> None:
    assert int(compose["services"]["bot"]["stop_grace_period"].removesuffix("s")) > 30
