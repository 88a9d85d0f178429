"""The rows of the Python tables: each module is imported only when its row is asked for.

A module has `PACKAGES`, `HOW` and `open(text, file)`, which gives an `Opened`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any


@dataclass
class Opened:
    """A loaded engine: what a context is made by, and the calls that are timed.

    A call is an expression of `flag`, `context` and the `names`, because it is timed as a program writes it: a function
    around it would cost more than some engines do.
    """

    context: Callable[[dict[str, Any]], Any]
    is_on: str
    variant: str
    names: dict[str, Any] = field(default_factory=dict)


@dataclass
class Row:
    """A row of the tables: its engine's module, the format of its configuration, and what the module is told."""

    format: str
    module: str
    options: dict[str, Any] = field(default_factory=dict)

    def load(self) -> SimpleNamespace:
        module = import_module(f"engines.{self.module}")
        if self.options:
            return module.engine(**self.options)
        if hasattr(module, "engine"):
            return module.engine()
        return SimpleNamespace(packages=module.PACKAGES, how=module.HOW, open=module.open)


ROWS = {
    "floor": Row("cutover", "floor"),
    "cutover": Row("cutover", "cutover_", {"prepared": False, "decide": False}),
    "cutover decide": Row("cutover", "cutover_", {"prepared": False, "decide": True}),
    "cutover prepared": Row("cutover", "cutover_", {"prepared": True, "decide": False}),
    "cutover prepared decide": Row("cutover", "cutover_", {"prepared": True, "decide": True}),
    "cutover, compiled": Row("cutover-compiled", "compiled"),
    "eppo": Row("eppo", "eppo"),
    "flagd": Row("flagd", "flagd"),
    "growthbook": Row("growthbook", "growthbook_"),
    "launchdarkly": Row("launchdarkly", "launchdarkly"),
    "statsig": Row("statsig", "statsig"),
    "unleash": Row("unleash", "unleash"),
    "yggdrasil": Row("unleash", "yggdrasil"),
}


def versions(*packages: str) -> list[str]:
    """The names with the versions that are installed."""
    return [f"{package} {version(package)}" for package in packages]
