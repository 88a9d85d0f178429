"""The sources of TypeScript and of Python have the same words, each in the casing of its language."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import get_args

import pytest

from cutover.source import AsyncSource, Source, SourceErrorCode

ROOT = Path(__file__).parents[4]
API: dict[str, dict[str, list[str]]] = json.loads((ROOT / "conformance" / "api.json").read_text(encoding="utf-8"))
TYPESCRIPT, PYTHON = API["typescript"], API["python"]


def plain(names: list[str]) -> list[str]:
    """Names without their casing."""
    return sorted(name.replace("_", "").lower() for name in names)


def test_the_members_are_the_same() -> None:
    ours = plain(TYPESCRIPT["source Source"] + TYPESCRIPT["Source"])
    # What transports tell is behind `#` in TypeScript, and `node` is an attribute of the instance.
    members = {*PYTHON["cutover.source.Source"], "node"} - {"say", "offered"}
    assert ours == plain([*members])
    assert ours == plain(PYTHON["cutover.source.AsyncSource"])


@pytest.mark.parametrize(
    ("made", "options"),
    [
        ("http", "HttpOptions RemoteOptions SourceOptions"),
        ("redis", "RedisOptions RemoteOptions SourceOptions"),
        ("file", "FileOptions SourceOptions"),
        ("environment", "EnvironmentOptions SourceOptions"),
    ],
)
def test_the_options_are_the_same(made: str, options: str) -> None:
    ours = plain([name for of in options.split() for name in TYPESCRIPT[f"source {of}"]])
    theirs = plain([name for name in inspect.signature(getattr(Source, made)).parameters if name != "path"])
    # The environment is never stale, whatever it is told.
    assert ours == (sorted([*theirs, "staleafterms"]) if made == "environment" else theirs)
    assert hasattr(AsyncSource, made)


@pytest.mark.parametrize("name", ["Ready", "Changed", "Stale"])
def test_the_events_are_the_same(name: str) -> None:
    assert plain(TYPESCRIPT[f"source {name}"]) == plain(PYTHON[f"cutover.source.{name}"])


def test_the_codes_of_errors_are_the_same() -> None:
    text = (ROOT / "bindings" / "js" / "src" / "source" / "options.ts").read_text(encoding="utf-8")
    listed = text.split("export type SourceErrorCode =")[1].split(";")[0]
    assert sorted(part.strip(' "\n') for part in listed.split("|") if part.strip()) == sorted(get_args(SourceErrorCode))
