"""Scenarios in Gherkin: those of `conformance/openfeature`, and those of the OpenFeature specification where they are there."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

CONFORMANCE = Path(__file__).parents[4] / "conformance" / "openfeature"


def _suite() -> Path | None:
    """The folder with the suite of the specification (`specification/assets/gherkin` of the repository open-feature/spec)."""
    given = os.environ.get("OPENFEATURE_SUITE")
    folders = [*([Path(given)] if given else []), CONFORMANCE.parent / "suites" / "openfeature"]
    return next((folder for folder in folders if (folder / "evaluation_v2.feature").exists()), None)


SUITE = _suite()


@dataclass(frozen=True)
class Step:
    text: str
    rows: list[list[str]]


@dataclass(frozen=True)
class Scenario:
    feature: str
    name: str
    tags: tuple[str, ...]
    steps: tuple[Step, ...]


def scenarios(folder: Path) -> list[Scenario]:
    """The scenarios of a folder, one for each example of an outline."""
    found = []
    for file in sorted(folder.glob("*.feature")):
        document: Any = Parser().parse(file.read_text(encoding="utf-8"))
        document["uri"] = file.name
        for pickle in Compiler().compile(document):
            steps = tuple(Step(step["text"], _rows(step)) for step in pickle["steps"])
            tags = tuple(tag["name"] for tag in pickle["tags"])
            found.append(Scenario(file.name, pickle["name"], tags, steps))
    return found


def _rows(step: Any) -> list[list[str]]:
    table = step.get("argument", {}).get("dataTable", {"rows": []})
    return [[cell["value"] for cell in row["cells"]] for row in table["rows"]]


class NotRun:
    """Why scenarios of the specification are not run, in any language or in this one."""

    def __init__(self, language: str) -> None:
        listed = json.loads((CONFORMANCE / "not_run.json").read_text(encoding="utf-8"))
        self._lists: list[dict[str, dict[str, str]]] = [listed["all"], listed[language]]

    def reason(self, scenario: Scenario) -> str | None:
        """None where it is run."""
        for features in self._lists:
            names = features.get(scenario.feature, {})
            if (found := names.get(scenario.name, names.get("*"))) is not None:
                return found
        return None

    def stale(self, everything: list[Scenario]) -> list[str]:
        """The entries of which there is no scenario."""
        there = {(each.feature, name) for each in everything for name in (each.name, "*")}
        entries = ((feature, name) for features in self._lists for feature, names in features.items() for name in names)
        return [f"{feature}: {name}" for feature, name in entries if (feature, name) not in there]
