"""The bills of materials: valid, closed, and of the same packages as the notices."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"npm": "bindings/js", "python": "bindings/python", "cli": "crates/cutover-cli"}


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("bills")
    subprocess.run([sys.executable, ROOT / "scripts/sbom.py", folder], check=True)
    return {file.name.split("-")[1].split(".")[0]: file.read_text() for file in folder.iterdir()}


def test_there_is_one_for_everything_that_is_published(bills: dict[str, str]) -> None:
    assert sorted(bills) == ["cli", "crate", "npm", "python"]


def test_they_are_valid_by_the_schema_of_cyclonedx(bills: dict[str, str]) -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    for name, text in bills.items():
        assert validator.validate_str(text) is None, name
    broken = json.loads(bills["npm"])
    broken["components"][0]["type"] = "crate"
    assert validator.validate_str(json.dumps(broken)) is not None


def test_everything_in_them_is_needed_by_something_in_them(bills: dict[str, str]) -> None:
    for name, text in bills.items():
        bill = json.loads(text)
        needs = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
        reached, left = set(), [bill["metadata"]["component"]["bom-ref"]]
        while left:
            if (one := left.pop()) not in reached:
                reached.add(one)
                left += needs[one]
        assert reached == {*needs}, name
        assert {one["bom-ref"] for one in bill["components"]} == {*needs} - {bill["metadata"]["component"]["bom-ref"]}


@pytest.mark.parametrize("name", FOLDERS)
def test_they_name_what_the_notices_name(bills: dict[str, str], name: str) -> None:
    notices = (ROOT / FOLDERS[name] / "THIRD-PARTY.md").read_text().split("\n## ")[0]
    said = set(re.findall(r"^\| \[(\S+)\]\(\S+\) \| (\S+) \|", notices, re.MULTILINE))
    parts = json.loads(bills[name])["components"]
    assert said == {("/".join(filter(None, [one.get("group"), one["name"]])), one["version"]) for one in parts}
