"""What `cutover codegen` writes is taken by mypy, and what is misspelt is not."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", Path(__file__).parents[3] / "target"))
COMMAND = next(
    (str(place) for profile in ("fast", "release", "debug") if (place := TARGET / profile / "cutover").exists()), "cutover"
)

RULESET = """
cutover: 1
flags:
  beta:
    rules: [{ if: { attribute: tenant.tier, in: [premium] }, serve: { rollout: 100%, by: userId } }]
  algorithm:
    variants: { v1: simple, v2: { name: hybrid, limit: 10 } }
    default: v1
migrations:
  recruiters:
    old: recruiters
    new: jobs_partners
    ladder: recruiters_four_phase
    phase: dual_read
    switches: { emergency: FORCE_FALLBACK }
    jobs: { export: { kind: rewrite } }
paths:
  api: [{ path: /, service: legacy, side: old }]
"""

HEAD = """
import os
from pathlib import Path
from typing import Literal
from cutover import Engine
from ruleset import Attributes, FlagKey, typed

plain = Engine.from_str(Path("ruleset.yaml").read_text())
engine = typed(plain)
context: Attributes = {"userId": "ada", "tenant": {"tier": "premium"}}
"""

GOOD = """
on: bool = engine.is_enabled("beta", context)
decided = engine.decide("algorithm", context)
variant: Literal["v1", "v2"] | None = decided.variant
value = decided.value
if isinstance(value, dict):
    limit: int = value["limit"]
other: str | int | dict[str, object] | object = engine.decide("algorithm", {}, default=7).value
many = [each.variant for each in engine.decide_batch("beta", [context, None])]
route = engine.route("recruiters", {"tenant.tier": "free"}, switches=os.environ)
assert route.read is not None
store: Literal["recruiters", "jobs_partners"] = route.read.from_
job = route.jobs["export"]
found = engine.path("api", "/")
assert found is not None
names: list[FlagKey] = ["beta", "algorithm"]
prepared = plain.context({"userId": "ada"})
engine.is_enabled("beta", prepared)
steps = engine.explain("beta", context)["steps"]
print(on, variant, value, other, many, store, job, found["service"], id(engine) == id(plain))
"""

BAD = [
    ('engine.is_enabled("beat", {})', "arg-type"),
    ('engine.is_enabled("algorithm", {})', "arg-type"),
    ('engine.decide("algorithms", {})', "call-overload"),
    ('engine.is_enabled("beta", {"userid": "ada"})', "arg-type"),
    ('engine.is_enabled("beta", {"tenant": {"tire": "premium"}})', "arg-type"),
    ('engine.is_enabled("beta", {"tenant": {"tier": 7}})', "arg-type"),
    ('engine.decide("beta", {}).variant == "onn"', "comparison-overlap"),
    ('number: int = engine.decide("algorithm", {}).value', "assignment"),
    ('engine.route("recruiter")', "arg-type"),
    ('engine.route("recruiters").phase == "dualread"', "comparison-overlap"),
    ('engine.route("recruiters", switches={"FORCE_FALBACK": True})', "dict-item"),
    ('engine.route("recruiters").jobs["import"]', "index"),
    ('engine.path("apis", "/")', "arg-type"),
    ('name: FlagKey = "beat"', "assignment"),
]


def made(folder: Path, ruleset: str, source: str) -> str:
    """Writes types and a source, and gives what mypy says."""
    (folder / "ruleset.yaml").write_text(ruleset, encoding="utf-8")
    subprocess.run([COMMAND, "codegen", "ruleset.yaml", "--lang", "py", "-o", "ruleset.py"], cwd=folder, check=True)
    (folder / "main.py").write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-pretty", "--hide-error-context", "main.py", "ruleset.py"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def test_types_know_the_names_and_nothing_runs_for_them(tmp_path: Path) -> None:
    assert made(tmp_path, RULESET, HEAD + GOOD).startswith("Success")
    done = subprocess.run([sys.executable, "main.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "True v1 simple simple ['on', 'off'] jobs_partners old legacy True\n", done.stderr


def test_types_refuse_what_is_misspelt(tmp_path: Path) -> None:
    lines = HEAD.count("\n")
    told = made(tmp_path, RULESET, HEAD + "".join(f"{code}\n" for code, _ in BAD))
    found = {(int(line), code) for line, code in re.findall(r"^main\.py:(\d+): error: .*\[([\w-]+)\]$", told, re.MULTILINE)}
    assert found == {(lines + 1 + index, code) for index, (_, code) in enumerate(BAD)}, told


def test_types_are_written_for_any_name(tmp_path: Path) -> None:
    names = ["class", "None", "__init__", '"""', "a\"b'c\\", "a\u202e\u2028b", "日本 🙂", "x" * 256, "1"]
    flags: dict[str, object] = {
        name: {"variants": {name: name, "other": {name: [1, None, name]}}, "default": "other"} for name in names
    }
    flags["all"] = {"rules": [{"if": {"attribute": "class", "is": 1}, "serve": "on"}]}
    uses = "".join(f"engine.decide({name!r}, {{}})\n" for name in names)
    source = HEAD.replace('{"userId": "ada", "tenant": {"tier": "premium"}}', "{}") + uses
    told = made(tmp_path, json.dumps({"cutover": 1, "flags": flags}), source)
    assert told.startswith("Success"), told


def test_types_are_written_for_a_ruleset_of_nothing(tmp_path: Path) -> None:
    source = HEAD.replace('{"userId": "ada", "tenant": {"tier": "premium"}}', "{}")
    assert made(tmp_path, "cutover: 1", source).startswith("Success")
