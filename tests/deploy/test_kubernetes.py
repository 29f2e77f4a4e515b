"""The Kubernetes manifests: by the API's own schemas, and against the program."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from bot.config import Config
from bot.smtp.policy import DEFAULT_PORTS

NAMES = (
    "deployment",
    "ingress",
    "namespace",
    "networkpolicy",
    "poddisruptionbudget",
    "service",
)
SECRETS = "/run/secrets/mailsettings"
Manifests = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "docs/deploy/kubernetes"


@pytest.fixture(scope="module")
def manifests(folder: Path) -> Manifests:
    return {path.stem: yaml.safe_load(path.read_text()) for path in folder.glob("*.yaml")}


@pytest.fixture(scope="module")
def pod(manifests: Manifests) -> dict[str, Any]:
    spec: dict[str, Any] = manifests["deployment"]["spec"]["template"]["spec"]
    return spec


@pytest.fixture(scope="module")
def container(pod: dict[str, Any]) -> dict[str, Any]:
    [only] = pod["containers"]
    found: dict[str, Any] = only
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_manifest_is_valid_by_the_schema_of_its_kind(manifests: Manifests, name: str) -> None:
    kubernetes_validate.validate(manifests[name], "1.37", strict=True)


def test_every_manifest_is_applied_but_the_one_that_needs_an_operator(
    manifests: Manifests, folder: Path
) -> None:
    applied = {Path(each).stem for each in manifests["kustomization"]["resources"]}
    assert applied == set(NAMES)
    assert {path.stem for path in folder.iterdir()} == applied | {"kustomization", "servicemonitor"}


def test_all_belong_together(manifests: Manifests) -> None:
    labels = {"app.kubernetes.io/name": "mailsettings"}
    deployment = manifests["deployment"]["spec"]
    selectors = [
        deployment["selector"]["matchLabels"],
        deployment["template"]["metadata"]["labels"],
        manifests["poddisruptionbudget"]["spec"]["selector"]["matchLabels"],
        manifests["networkpolicy"]["spec"]["podSelector"]["matchLabels"],
        manifests["service"]["spec"]["selector"],
        manifests["service"]["metadata"]["labels"],
        manifests["servicemonitor"]["spec"]["selector"]["matchLabels"],
    ]
    assert selectors == [labels] * len(selectors)
    namespace = manifests["namespace"]["metadata"]["name"]
    for name, each in manifests.items():
        if name not in {"namespace", "kustomization"}:
            assert each["metadata"]["namespace"] == namespace, name


def test_the_bot_starts_with_its_environment(
    container: dict[str, Any], started_with: Callable[..., Config], known_variables: set[str]
) -> None:
    environ = {each["name"]: each["value"] for each in container["env"]}
    assert environ.keys() <= known_variables
    config = started_with(environ, secrets=SECRETS)
    assert config.port == container["ports"][0]["containerPort"]
    assert config.database_url.startswith("postgresql")
    [mount] = [each for each in container["volumeMounts"] if each["name"] == "secrets"]
    assert mount["mountPath"] == SECRETS


def test_the_pod_is_of_the_restricted_profile(
    manifests: Manifests, pod: dict[str, Any], container: dict[str, Any]
) -> None:
    labels = manifests["namespace"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert all(each.keys() <= {"name", "secret", "emptyDir"} for each in pod["volumes"])
    assert pod["automountServiceAccountToken"] is False


def test_it_runs_as_the_images_user(pod: dict[str, Any], dockerfile: list[tuple[str, str]]) -> None:
    context = pod["securityContext"]
    assert ("USER", f"{context['runAsUser']}:{context['runAsGroup']}") in dockerfile


def test_its_secrets_are_readable_for_it_and_nobody_else(pod: dict[str, Any]) -> None:
    [secret] = [each["secret"] for each in pod["volumes"] if "secret" in each]
    assert secret["defaultMode"] == 0o440
    assert pod["securityContext"]["fsGroup"]


def test_the_probes_ask_what_the_bot_answers(container: dict[str, Any], root: Path) -> None:
    served = set(re.findall(r'web\.get\("(/[a-z]+)"', (root / "bot/slack/doors.py").read_text()))
    asked = {
        name: container[f"{name}Probe"]["httpGet"]["path"]
        for name in ("startup", "liveness", "readiness")
    }
    assert asked == {"startup": "/livez", "liveness": "/livez", "readiness": "/readyz"}
    assert set(asked.values()) | {"/metrics"} == served


def test_prometheus_asks_where_the_figures_are(manifests: Manifests) -> None:
    [endpoint] = manifests["servicemonitor"]["spec"]["endpoints"]
    assert endpoint["path"] == "/metrics"
    assert endpoint["port"] == manifests["service"]["spec"]["ports"][0]["name"]


def test_a_replica_less_is_always_borne(manifests: Manifests) -> None:
    replicas = manifests["deployment"]["spec"]["replicas"]
    assert replicas == 3
    assert manifests["poddisruptionbudget"]["spec"]["minAvailable"] == replicas - 1
    assert manifests["deployment"]["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_a_stop_has_the_time_that_it_needs(pod: dict[str, Any], container: dict[str, Any]) -> None:
    before = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["terminationGracePeriodSeconds"] > before + 30


def test_the_world_reaches_slacks_door_and_the_password_page_alone(manifests: Manifests) -> None:
    [rule] = manifests["ingress"]["spec"]["rules"]
    assert [each["path"] for each in rule["http"]["paths"]] == ["/slack", "/password"]


def test_the_bot_reaches_every_port_of_mail_that_the_program_allows(manifests: Manifests) -> None:
    anywhere = manifests["networkpolicy"]["spec"]["egress"][-1]
    ports = {each["port"] for each in anywhere["ports"]}
    assert ports == DEFAULT_PORTS | {443}
