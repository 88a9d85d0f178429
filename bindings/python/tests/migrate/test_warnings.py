"""The codes of warnings are those of `conformance/api.json`, where TypeScript looks too, and of the documentation."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import cutover
from cutover.migrate._warnings import OwnCode

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
