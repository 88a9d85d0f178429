"""The tables that the vectors are written in. `generate.py` turns them into JSON."""

from . import (
    buckets,
    conditions,
    documents,
    explanations,
    flag_rules,
    imports,
    logic,
    migrations,
    route_rules,
    routes,
    rulesets,
    shares,
    texts,
    times,
    values,
)

MODULES = [
    values, conditions, texts, logic, times, buckets, shares, flag_rules, explanations, routes, route_rules,
    documents, rulesets, migrations, imports,
]


def FILES():
    """Every file, in the order of the tables."""
    return [file for module in MODULES for file in module.files()]
