"""Eppo's server SDK: Rust behind PyO3, from a configuration, without polling."""

from __future__ import annotations

from typing import Any

import eppo_client
from engines import Opened, versions

PACKAGES = versions("eppo-server-sdk")
HOW = "initial_configuration, no polling; get_boolean_assignment / get_string_assignment with a dict"


def context(user: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    attributes = {
        "email": user["email"],
        "country": user["country"],
        "age": user["age"],
        "tenant.tier": user["tier"],
        "version": user["version"],
    }
    return user["userId"], attributes


def open(text: str, file: str) -> Opened:
    client = eppo_client.init(
        eppo_client.ClientConfig(
            api_key="bench",
            assignment_logger=eppo_client.AssignmentLogger(),
            is_graceful_mode=False,
            poll_interval_seconds=None,
            initial_configuration=eppo_client.Configuration(flags_configuration=text.encode()),
        )
    )
    return Opened(
        context=context,
        is_on="client.get_boolean_assignment(flag, context[0], context[1], False)",
        variant="client.get_string_assignment(flag, context[0], context[1], 'none')",
        names={"client": client},
    )
