"""What the scenarios are played in: a provider of the package and the public SDK."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import OpenFeatureError
from openfeature.flag_evaluation import FlagEvaluationDetails, FlagEvaluationOptions
from openfeature.hook import Hook
from scenario_support import Scenario
from source_support import until

from cutover import Engine
from cutover.openfeature import CutoverProvider
from cutover.source import Source, SourceError

_domains = itertools.count()


def read(kind: str, text: str) -> Any:
    """A value as a step writes it."""
    plain = text.replace('\\"', '"')
    readers: dict[str, Callable[[str], Any]] = {
        "boolean": lambda text: text == "true",
        "integer": int,
        "float": float,
        "object": json.loads,
    }
    return readers.get(kind.lower(), str)(plain)


class Heard(Hook):
    """Writes down what it is called with."""

    def __init__(self, name: str, called: list[tuple[str, str, Any]]) -> None:
        self._name, self._called = name, called

    def before(self, hook_context: Any, hints: Any) -> None:
        self._called.append((self._name, "before", None))

    def after(self, hook_context: Any, details: Any, hints: Any) -> None:
        self._called.append((self._name, "after", details))

    def error(self, hook_context: Any, exception: Exception, hints: Any) -> None:
        self._called.append((self._name, "error", exception))

    def finally_after(self, hook_context: Any, details: Any, hints: Any) -> None:
        self._called.append((self._name, "finally", details))


@dataclass
class World:
    """One scenario."""

    ruleset: str
    asks_async: bool
    domain: str = field(default_factory=lambda: f"scenario {next(_domains)}")
    kind: str = ""
    key: str = ""
    default: Any = None
    key_of_whom: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    hooks: list[Hook] = field(default_factory=list)
    called: list[tuple[str, str, Any]] = field(default_factory=list)
    details: FlagEvaluationDetails[Any] | None = None
    sources: list[Source] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = api.get_client(self.domain)

    def provider(self, kind: str) -> None:
        if kind == "stable":
            api.set_provider_and_wait(CutoverProvider(self.ruleset), self.domain)
        elif kind == "not ready":
            api.set_provider(CutoverProvider(self.away()), self.domain)
        elif kind == "stale":
            api.set_provider_and_wait(CutoverProvider(self.away(Engine.from_str(self.ruleset))), self.domain)
            until(lambda: self.client.get_provider_status().value == "STALE")
        else:
            assert kind in ("error", "fatal")
            given = self.away() if kind == "error" else "cutover: 2"
            try:
                api.set_provider_and_wait(CutoverProvider(given, ready_ms=20), self.domain)
            except (OpenFeatureError, SourceError):
                pass

    def away(self, fallback: Engine | None = None) -> Source:
        """A source whose other end is not to be had."""
        self.sources.append(Source.http("http://127.0.0.1:9", "production", fallback=fallback))
        return self.sources[-1]

    @property
    def context(self) -> EvaluationContext:
        return EvaluationContext(self.key_of_whom, self.attributes)

    def evaluate(self, asks_async: bool = False) -> None:
        options = FlagEvaluationOptions(hooks=self.hooks)
        name = f"get_{self.kind.lower()}_details"
        given = (self.key, self.default, self.context, options)
        if asks_async or self.asks_async:
            self.details = asyncio.run(getattr(self.client, f"{name}_async")(*given))
        else:
            self.details = getattr(self.client, name)(*given)

    @property
    def found(self) -> FlagEvaluationDetails[Any]:
        assert self.details is not None, "nothing was evaluated"
        return self.details

    def end(self) -> None:
        for source in self.sources:
            source.close()


Play = Callable[..., object]
STEPS: list[tuple[re.Pattern[str], Play]] = []


def step(pattern: str) -> Callable[[Play], Play]:
    def added(play: Play) -> Play:
        STEPS.append((re.compile(pattern), play))
        return play

    return added


def play(world: World, scenario: Scenario) -> None:
    """Plays a scenario. A step that nobody knows fails."""
    try:
        for each in scenario.steps:
            found = [(match, perform) for pattern, perform in STEPS if (match := pattern.fullmatch(each.text))]
            assert found, f"there is no step for: {each.text}"
            match, perform = found[0]
            perform(world, *match.groups(), *([each.rows] if each.rows else []))
    finally:
        world.end()
