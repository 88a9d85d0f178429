"""The chart and the manifests: linted, valid for Kubernetes, and what they start is started."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

DEPLOY = Path(__file__).resolve().parents[1]
CHART = DEPLOY / "helm" / "cutover"
HELM = Path(sys.executable).parent / "helm"
SEVERAL = CHART / "ci" / "several-values.yaml"
# The oldest that the chart says it takes, and a new one.
VERSIONS = ("1.25", "1.34")
# Not of Kubernetes itself.
FOREIGN = {"ServiceMonitor"}

Manifest = dict[str, Any]


def helm(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [str(HELM), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def rendered(*arguments: object) -> list[Manifest]:
    answer = helm("template", "cutover", CHART, *arguments)
    assert answer.returncode == 0, answer.stderr
    return [document for document in yaml.safe_load_all(answer.stdout) if document]


def one(manifests: list[Manifest], kind: str) -> Manifest:
    (found,) = [manifest for manifest in manifests if manifest["kind"] == kind]
    return found


SETTINGS: list[tuple[object, ...]] = [(), ("-f", SEVERAL)]


@pytest.mark.parametrize("settings", SETTINGS, ids=["one", "several"])
def test_the_linter_has_nothing_to_say(settings: tuple[object, ...]) -> None:
    answer = helm("lint", "--strict", CHART, *settings)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "WARNING" not in answer.stdout


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("settings", SETTINGS, ids=["one", "several"])
def test_what_is_rendered_is_valid(settings: tuple[object, ...], version: str) -> None:
    manifests = rendered(*settings)
    assert len(manifests) >= 4
    for manifest in manifests:
        if manifest["kind"] not in FOREIGN:
            kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize("file", sorted((DEPLOY / "kubernetes").glob("*.yaml")), ids=lambda file: file.name)
def test_manifests_are_valid(file: Path) -> None:
    for manifest in yaml.safe_load_all(file.read_text()):
        kubernetes_validate.validate(manifest, VERSIONS[-1], strict=True)


def test_the_manifest_without_helm_is_what_the_chart_renders() -> None:
    answer = helm("template", "cutover", CHART, "--skip-tests")
    written = (DEPLOY / "kubernetes" / "cutover.yaml").read_text()
    assert written == "# Made by: helm template cutover deploy/helm/cutover --skip-tests\n" + answer.stdout


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("replicas=2", "several instances share a PostgreSQL"),
        ("replicas=0", "replicas"),
        ("replicas=2,database.secret=a", "several instances sign with the same key"),
        ("oidc.issuer=https://login.example.org", "publicUrl is empty"),
        ("rulesets.prod=a", "rulesets.prod is a ruleset of no environment"),
        ("ingress.enabled=true", "ingress.host"),
    ],
)
def test_what_cannot_work_is_refused(setting: str, said: str) -> None:
    answer = helm("template", "cutover", CHART, "--set", setting)
    assert answer.returncode != 0
    assert said.replace(".", "") in answer.stderr.replace(".", ""), answer.stderr


def command() -> str:
    target = Path(os.environ.get("CARGO_TARGET_DIR", DEPLOY.parent / "target"))
    found = shutil.which(os.environ.get("CUTOVER", str(target / "fast" / "cutover")))
    assert found, "there is no `cutover` here: scripts/build.sh builds it"
    return found


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "rulesets").mkdir()
    (tmp_path / "data").mkdir()
    yield tmp_path


def test_what_the_manifest_starts_starts_and_answers_its_probes(folder: Path) -> None:
    """The container's own arguments and variables, with folders of this machine in the place of its volumes."""
    ruleset = "cutover: 1\nflags: { use_v2: { rules: [{ serve: { rollout: 0%, by: userId } }] } }\n"
    (folder / "values.yaml").write_text(yaml.safe_dump({"rulesets": {"production": ruleset}, "rate": {"clients": 5}}))
    manifests = rendered("-f", folder / "values.yaml")
    (folder / "rulesets" / "production.yaml").write_text(one(manifests, "ConfigMap")["data"]["production.yaml"])
    (container,) = one(manifests, "StatefulSet")["spec"]["template"]["spec"]["containers"]
    port = free_port()
    places = {"/data": str(folder / "data"), "/etc/cutover/rulesets": str(folder / "rulesets"), "0.0.0.0:7300": f"127.0.0.1:{port}"}
    arguments = []
    for argument in container["args"]:
        name, separator, value = argument.partition("=")
        arguments.append(name + separator + places.get(value, value))
    variables = {entry["name"]: places.get(entry["value"], entry["value"]) for entry in container["env"]}
    with subprocess.Popen([command(), *arguments], env={**os.environ, **variables}, stderr=subprocess.PIPE, text=True) as server:
        try:
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                assert answers(f"http://127.0.0.1:{port}{container[probe]['httpGet']['path']}") == 200
            config = f"http://127.0.0.1:{port}/admin/config"
            key = (folder / "data" / "admin-key").read_text().strip()
            request = urllib.request.Request(config, headers={"Authorization": f"Bearer {key}"})
            with urllib.request.urlopen(request, timeout=5) as answer:
                assert yaml.safe_load(answer)["flag"] == "use_v2"
        finally:
            server.terminate()
            _, log = server.communicate(timeout=30)
    assert server.returncode == 0, log


def answers(url: str) -> int:
    for _ in range(200):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return int(answer.status)
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{url} does not answer")


def test_the_switches_of_a_deployment_decide() -> None:
    """What `kubectl set env` changes is the environment, and the environment is a source."""
    from cutover.source import Source

    (container,) = yaml.safe_load((DEPLOY / "kubernetes" / "switches.yaml").read_text())["spec"]["template"]["spec"]["containers"]
    variables = {entry["name"]: entry["value"] for entry in container["env"]}

    def reads(**changed: str) -> str:
        source = Source.environment(variables={**variables, **changed})
        try:
            source.ready(5_000)
            return str(source.engine.route("recruiters").read.from_)
        finally:
            source.close()

    assert reads() == "recruiters"
    assert reads(USE_JOBS_PARTNERS_READ="true") == "jobs_partners"
    assert reads(USE_JOBS_PARTNERS_READ="true", FORCE_RECRUITERS_FALLBACK="true") == "recruiters"
