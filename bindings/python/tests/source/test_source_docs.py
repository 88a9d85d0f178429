"""The page about sources runs, and every public name of theirs is documented."""

from __future__ import annotations

import doctest
import inspect
import json
from pathlib import Path

from source_support import ControlPlane

from cutover import source


def test_the_page_about_sources(tmp_path: Path) -> None:
    page = Path(__file__).parents[4] / "docs" / "sources.md"
    migration = {"old": "sql", "new": "mongo", "ladder": "standard", "phase": "dual_write"}
    ruleset = {"cutover": 1, "flags": {"beta": {"rules": [{"serve": "on"}]}}, "migrations": {"orders": migration}}
    with ControlPlane() as server:
        server.publish(json.dumps(ruleset))
        names = {"url": server.url, "folder": tmp_path}
        results = doctest.testfile(str(page), module_relative=False, extraglobs=names)
    assert results.attempted > 10
    assert results.failed == 0


def test_every_public_name_is_documented() -> None:
    for name in source.__all__:
        thing = getattr(source, name)
        if inspect.isclass(thing):
            assert inspect.getdoc(thing), name
            for member, value in vars(thing).items():
                if not member.startswith("_") and inspect.isfunction(value):
                    assert inspect.getdoc(value), f"{name}.{member}"
