"""LaunchDarkly's server SDK, with flags from a file."""

from __future__ import annotations

import logging
from typing import Any

from engines import Opened, versions
from ldclient import Config, Context, LDClient
from ldclient.integrations import Files

PACKAGES = versions("launchdarkly-server-sdk")
HOW = "Files data source, send_events=False; client.variation(key, Context, default)"

logging.getLogger("ldclient").setLevel(logging.CRITICAL)


def context(user: dict[str, Any]) -> Context:
    return (
        Context.builder(user["userId"])
        .set("email", user["email"])
        .set("country", user["country"])
        .set("age", user["age"])
        .set("tenant", {"tier": user["tier"]})
        .set("version", user["version"])
        .build()
    )


def open(text: str, file: str) -> Opened:
    source = Files.new_data_source(paths=[file])
    client = LDClient(
        Config("sdk-bench", update_processor_class=source, send_events=False, diagnostic_opt_out=True), start_wait=30
    )
    if not client.is_initialized():
        raise RuntimeError("the client is not initialized")
    return Opened(
        context=context,
        is_on="client.variation(flag, context, False)",
        variant="client.variation(flag, context, 'none')",
        names={"client": client},
    )
