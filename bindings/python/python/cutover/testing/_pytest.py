"""The plugin for pytest: `cutover_engine`, made anew for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cutover.testing import TestEngine


def pytest_addoption(parser: pytest.Parser) -> None:
    """The ruleset that tests begin with."""
    parser.addini("cutover_ruleset", "the ruleset of the fixture `cutover_engine`, as a path from the root of the tests", default="")


def pytest_configure(config: pytest.Config) -> None:
    """The marker that names another ruleset."""
    config.addinivalue_line("markers", "cutover(ruleset): the text of the ruleset that `cutover_engine` begins with")


@pytest.fixture
def cutover_engine(request: pytest.FixtureRequest) -> Iterator[TestEngine]:
    """An engine for this test: of the marker `cutover`, else of the file that the setting `cutover_ruleset` names, else of
    nothing.
    """
    from cutover.testing import TestEngine

    marker = request.node.get_closest_marker("cutover")
    named = request.config.getini("cutover_ruleset")
    ruleset: str | None = None
    if marker is not None:
        (ruleset,) = marker.args
    elif named:
        ruleset = Path(request.config.rootpath, named).read_text(encoding="utf-8")
    engine = TestEngine(ruleset)
    yield engine
    engine.reset()
