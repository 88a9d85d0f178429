"""Cutover, through the package that `bindings/python` builds."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from engines import Opened

sys.path.insert(0, str(Path(__file__).parents[4] / "bindings/python/python"))

import cutover  # noqa: E402


def plain(user: dict[str, Any]) -> dict[str, Any]:
    return {
        "userId": user["userId"],
        "email": user["email"],
        "country": user["country"],
        "age": user["age"],
        "tenant": {"tier": user["tier"]},
        "version": user["version"],
    }


def engine(*, prepared: bool, decide: bool) -> SimpleNamespace:
    """A row: with `prepared`, contexts are those of `engine.context`; with `decide`, whole decisions are asked for."""
    ask = "engine.decide(flag, context).value"
    is_on = ask if decide else "engine.is_enabled(flag, context)"
    call = ask if decide else f"{is_on}; W4 by decide().value"

    def open(text: str, file: str) -> Opened:
        loaded = cutover.Engine.from_str(text)
        return Opened(
            context=(lambda user: loaded.context(plain(user))) if prepared else plain,
            is_on=is_on,
            variant=ask,
            names={"engine": loaded},
        )

    return SimpleNamespace(
        packages=[f"cutover {cutover.__version__}"],
        how=f"{call}, on {'a context from engine.context(dict)' if prepared else 'the dict'}",
        open=open,
    )
