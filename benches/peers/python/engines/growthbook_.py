"""GrowthBook's synchronous client: one instance, which is given each user's attributes before it is asked."""

from __future__ import annotations

import json
from typing import Any

from engines import Opened, versions
from growthbook import GrowthBook

PACKAGES = versions("growthbook")
HOW = "one GrowthBook(features=…); set_attributes(dict), then is_on(key) / get_feature_value(key, default)"


def context(user: dict[str, Any]) -> dict[str, Any]:
    return {
        "userId": user["userId"],
        "email": user["email"],
        "country": user["country"],
        "age": user["age"],
        "tenant": {"tier": user["tier"]},
        "version": user["version"],
    }


def open(text: str, file: str) -> Opened:
    client = GrowthBook(features=json.loads(text))
    return Opened(
        context=context,
        # `set_attributes` gives None, so that the second call always follows.
        is_on="client.set_attributes(context) or client.is_on(flag)",
        variant="client.set_attributes(context) or client.get_feature_value(flag, 'none')",
        names={"client": client},
    )
