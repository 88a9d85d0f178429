"""Flags made of feature toggles."""

from .core import off, on
from .hashing import java31

BY = {"first_of": ["userId", "tenantId"], "otherwise": "anonymous"}


def rollout(percent):
    return {"serve": {"rollout": f"{percent}%", "by": BY}}


def listed(attribute, *members):
    return {"if": {"attribute": attribute, "in": list(members)}, "serve": "on"}


def asks(condition):
    return {"if": condition, "serve": "on"}


def flag(*rules, **keys):
    return {**keys, "hash": "java31", **({"rules": list(rules)} if rules else {})}


def ruleset(flags, zone="Europe/Paris"):
    return {"cutover": 1, **({"timezone": zone} if zone else {}), "flags": flags}


def decision(name, context, want, now=0):
    return {"flag": name, "context": context, "now": now, "want": want}


def below(key, percentage, rule):
    """The decision of a rollout by the service's own hash."""
    return (on if java31(key) < percentage else off)("SPLIT", rule)
