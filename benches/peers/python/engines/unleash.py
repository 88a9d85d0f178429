"""Unleash's client, from a bootstrap, without a server."""

from __future__ import annotations

import json
import tempfile

from engines import Opened, versions
from engines.yggdrasil import context
from UnleashClient import UnleashClient
from UnleashClient.cache import FileCache

PACKAGES = versions("UnleashClient", "yggdrasil-engine")
HOW = "UnleashClient, bootstrapped cache, no fetching, disable_metrics; is_enabled / get_variant()['name']"


def open(text: str, file: str) -> Opened:
    cache = FileCache("bench", directory=tempfile.mkdtemp())
    cache.bootstrap_from_dict(json.loads(text))
    client = UnleashClient(
        url="http://127.0.0.1:9/",
        app_name="bench",
        cache=cache,
        disable_metrics=True,
        disable_registration=True,
    )
    client.initialize_client(fetch_toggles=False)
    return Opened(
        context=context,
        is_on="client.is_enabled(flag, context)",
        variant="client.get_variant(flag, context)['name']",
        names={"client": client},
    )
