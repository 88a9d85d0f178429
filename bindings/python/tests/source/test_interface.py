"""The interface of the control plane, asked with whatever its own OpenAPI document allows and forbids.

`CUTOVER_EXAMPLES` says how many requests are made up for each way in (with `-s` the figures are printed), `CUTOVER_SEED` which.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from plane import COMMAND, ROOT, serving

RULESET = (ROOT / "examples" / "control-plane" / "rulesets" / "production.yaml").read_text()
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "ignored_auth",
]
COMMAND_LINE = "import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())"


@pytest.mark.skipif(COMMAND is None, reason="there is no command `cutover` that serves")
def test_whatever_is_asked_is_answered_as_the_document_says_and_loses_nothing(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        server.publish(RULESET)
        # Streams have no end, so they are asked elsewhere.
        asked = subprocess.run(
            [
                *(sys.executable, "-c", COMMAND_LINE, "run", f"{server.url}/openapi.json"),
                *("--header", f"Authorization: Bearer {server.key}", "--exclude-path-regex", "events$"),
                *("--max-examples", os.environ.get("CUTOVER_EXAMPLES", "4")),
                *("--seed", os.environ.get("CUTOVER_SEED", "1"), "--checks", ",".join(CHECKS)),
                *("--continue-on-failure", "--request-timeout", "20", "--no-color"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        print(asked.stdout[asked.stdout.rfind("Test cases:") :])
        assert asked.returncode == 0, asked.stdout[-20_000:] + asked.stderr
        assert server.ask("GET", "/v1/audit/verify")["whole"]
        numbers = [line["version"] for line in server.ask("GET", "/v1/environments/production/versions")]
        assert numbers == sorted(range(1, max(numbers) + 1), reverse=True)[: len(numbers)]
        assert "panicked" not in server.log.read_text()
