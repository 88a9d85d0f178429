"""Unleash's engine without its client: Rust behind ctypes and JSON."""

from __future__ import annotations

from typing import Any

from engines import Opened, versions
from yggdrasil_engine.engine import UnleashEngine

PACKAGES = versions("yggdrasil-engine")
HOW = "UnleashEngine.check_enabled(…).is_enabled / check_variant(…).variant.name, no metrics"


def context(user: dict[str, Any]) -> dict[str, Any]:
    return {
        "userId": user["userId"],
        "properties": {
            "email": user["email"],
            "country": user["country"],
            "age": str(user["age"]),
            "tenant.tier": user["tier"],
            "version": user["version"],
        },
    }


def open(text: str, file: str) -> Opened:
    engine = UnleashEngine()
    engine.take_state(text)
    return Opened(
        context=context,
        is_on="engine.check_enabled(flag, context).is_enabled",
        variant="engine.check_variant(flag, context).variant.name",
        names={"engine": engine},
    )
