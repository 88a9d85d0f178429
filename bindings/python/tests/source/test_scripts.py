"""The scripts of a migration, as an operator calls them, against the real control plane."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from plane import COMMAND, ROOT, Server, serving

SCRIPTS = ROOT / "examples" / "control-plane" / "scripts"
RULESET = (SCRIPTS.parent / "rulesets" / "production.yaml").read_text()
RULES = """cutover: 1
flags: { use_v2: { rules: [{ serve: { rollout: 0% } }] } }
gates: { step: { checks: [{ metric: precision, at_least: 0.95 }, { metric: error_rate, below: 0.001 }] } }
plans: { v2: { flag: use_v2, steps: [25%, 50%, 75%, 100%], bake: 48h, gate: step } }
"""

pytestmark = pytest.mark.skipif(COMMAND is None, reason="there is no command `cutover` that serves")


class Operator:
    def __init__(self, server: Server, folder: Path) -> None:
        self._server, self._folder = server, folder
        (folder / ".curlrc").write_text(f'header = "Authorization: Bearer {server.key}"\n')
        (folder / "rules.yaml").write_text(RULES)
        self.measured(0.96)

    def measured(self, precision: float) -> None:
        now = int(time.time() * 1000)
        rows = [{"metric": "precision", "at": now, "value": precision}, {"metric": "error_rate", "at": now, "value": 0.0002}]
        (self._folder / "measured.json").write_text(json.dumps(rows))

    def runs(self, script: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        validate = f"{sys.executable} -m cutover.validate_migration --ruleset rules.yaml --metrics measured.json"
        environment = os.environ | {"SERVER": self._server.url, "HOME": str(self._folder), "CURL_HOME": str(self._folder)}
        environment |= {"VALIDATE": validate, "SETTLE": "0", "WATCH": "0", "OBSERVE": "0"} | settings
        return subprocess.run(
            [str(SCRIPTS / script), *arguments], env=environment, cwd=self._folder, capture_output=True, text=True
        )

    def done(self, script: str, *arguments: str, **settings: str) -> str:
        ran = self.runs(script, *arguments, **settings)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    @property
    def share(self) -> object:
        return self._server.ask("GET", "/admin/config")["v2_traffic_percentage"]


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    with serving(tmp_path / "data") as server:
        server.publish(RULESET)
        yield Operator(server, tmp_path)


def test_a_migration_from_nobody_to_everybody_and_the_end_of_the_first_version(operator: Operator) -> None:
    assert "0 %" in operator.done("1-deploy.sh")
    results = json.loads(operator.done("2-ab-test.sh", "10"))
    assert (results["share"], operator.share) == (10, 10)
    said = operator.done("3-migrate.sh")
    assert ("100 % is good" in said, operator.share) == (True, 100)
    ended = json.loads(operator.done("4-finish.sh", "2025-09-01"))
    assert ended == {"api_v1_deprecated": True, "v1_sunset_date": "2025-09-01"}
    assert operator.share == 100
    # Another day, which is to come.
    later = json.loads(operator.done("4-finish.sh", "2999-12-31"))
    assert later["v1_sunset_date"] == "2999-12-31"


def test_a_step_that_is_not_good_is_rolled_back(operator: Operator) -> None:
    operator.done("3-migrate.sh", STEPS="25 50")
    operator.measured(0.89)
    ran = operator.runs("3-migrate.sh", STEPS="75 100")
    assert (ran.returncode, "75 % is not good" in ran.stdout, operator.share) == (1, True, 0)


def test_back_at_once_and_back_again_changes_nothing(operator: Operator) -> None:
    operator.done("2-ab-test.sh", "50")
    for _ in range(2):
        assert "version 1 serves" in operator.done("rollback-immediate.sh")
        assert operator.share == 0
    # Nobody comes back while the emergency lasts, and the script says why it did not go on.
    ran = operator.runs("2-ab-test.sh", "5")
    assert (ran.returncode != 0, "is in emergency" in ran.stdout + ran.stderr, operator.share) == (True, True, 0)


def test_back_step_by_step(operator: Operator) -> None:
    operator.done("2-ab-test.sh", "60")
    said = operator.done("rollback-progressive.sh")
    assert [line for line in said.splitlines() if line.startswith("back")] == ["back to 50 %", "back to 25 %", "back to 0 %"]
    assert ("50 % is stable" in said, operator.share) == (True, 0)
    operator.done("2-ab-test.sh", "12.5")
    operator.measured(0.5)
    assert "back to 25" not in operator.done("rollback-progressive.sh")
    assert operator.share == 0
