"""Statsig's server core: Rust behind PyO3, fed from a data store."""

from __future__ import annotations

from typing import Any

from engines import Opened, versions
from statsig_python_core import DataStore, DataStoreResponse, Statsig, StatsigOptions, StatsigUser

PACKAGES = versions("statsig-python-core")
HOW = "data store, disable_network, disable_all_logging; check_gate / get_dynamic_config().get, StatsigUser"


class Store(DataStore):
    """A data store that holds one text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def get(self, key: str) -> DataStoreResponse:
        return DataStoreResponse(result=self.text, time=1_760_000_000_000)


def context(user: dict[str, Any]) -> StatsigUser:
    return StatsigUser(
        user_id=user["userId"],
        email=user["email"],
        country=user["country"],
        app_version=user["version"],
        custom={"age": user["age"], "tier": user["tier"]},
    )


def open(text: str, file: str) -> Opened:
    options = StatsigOptions(
        data_store=Store(text),
        disable_network=True,
        disable_all_logging=True,
        disable_country_lookup=True,
        output_log_level="none",
    )
    client = Statsig("secret-bench", options)
    client.initialize().wait()
    return Opened(
        context=context,
        is_on="client.check_gate(context, flag)",
        variant="client.get_dynamic_config(context, flag).get('value', 'none')",
        names={"client": client},
    )
