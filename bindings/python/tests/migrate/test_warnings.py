"""The codes of warnings are those of `conformance/api.json`, where TypeScript looks too, and of the documentation."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import cutover
from cutover import Engine
from cutover.migrate import Migration, SystemClock, Transient, Warned
from cutover.migrate._warnings import OwnCode
from executor_support import QUICK, Record, Store

ROOT = Path(__file__).parents[4]
CODES: dict[str, str] = json.loads((ROOT / "conformance" / "api.json").read_text(encoding="utf-8"))["warnings"]


def test_the_codes_are_those_of_every_language() -> None:
    assert list(get_args(OwnCode)) == list(CODES) == sorted(CODES)


def test_the_documentation_says_what_each_means() -> None:
    section = (ROOT / "docs" / "delivery.md").read_text(encoding="utf-8").partition("## Warnings\n")[2].partition("\n## ")[0]
    assert dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE)) == CODES


def test_each_of_them_is_said_somewhere() -> None:
    sources = [file.read_text(encoding="utf-8") for file in (Path(cutover.__file__).parent / "migrate").glob("_*.py")]
    said = {code for text in sources for code in re.findall(r"_warnings\.add\(\s*\"(\w+)\"", text)}
    assert said == set(CODES)


def test_a_write_that_breaks_off_behind_its_caller_is_said() -> None:
    class Stopped(SystemClock):
        def sleep(self, ms: int, /) -> None:
            raise RuntimeError("the clock stands still")

    both = "{ name: both, read: old, write: [old, { to: new, ack: best_effort }] }"
    engine = Engine.from_str(f"cutover: 1\nmigrations: {{ orders: {{ old: sql, new: mongo, phase: both, phases: [{both}] }} }}")
    new = Store()
    said: list[Warned] = []
    new.fails = [Transient("not now")]
    orders: Migration[Record] = Migration(
        engine, "orders", old=Store(), new=new, retry=QUICK, clock=Stopped(), warn=said.append
    )
    orders.write("a", {"n": 1})
    assert orders.settled(5)
    assert [warning.code for warning in said][-2:] == ["write_error", "write_broke_off"]
