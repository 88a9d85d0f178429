"""The evaluator of flagd, which its in-process provider uses; without the OpenFeature SDK around it."""

from __future__ import annotations

from typing import Any

from engines import Opened, versions
from openfeature.contrib.tools.flagd.core import FlagdCore
from openfeature.evaluation_context import EvaluationContext

PACKAGES = versions("openfeature-flagd-core")
HOW = "FlagdCore.resolve_boolean_value / resolve_string_value(key, default, EvaluationContext).value"


def context(user: dict[str, Any]) -> EvaluationContext:
    attributes = {
        "userId": user["userId"],
        "email": user["email"],
        "country": user["country"],
        "age": user["age"],
        "tenant": {"tier": user["tier"]},
        "version": user["version"],
    }
    return EvaluationContext(targeting_key=user["userId"], attributes=attributes)


def open(text: str, file: str) -> Opened:
    core = FlagdCore()
    core.set_flags(text)
    return Opened(
        context=context,
        is_on="core.resolve_boolean_value(flag, False, context).value",
        variant="core.resolve_string_value(flag, 'none', context).value",
        names={"core": core},
    )
