"""The tables that the vectors are written in. `generate.py` turns them into JSON."""

from . import (
    bad_conditions,
    bad_shares,
    buckets,
    cohorts,
    comparators,
    conditions,
    contracts,
    corners,
    delivery,
    dialects,
    documents,
    edges,
    explanations,
    flag_rules,
    gates,
    import_config,
    import_env,
    import_features,
    logic,
    machines,
    machines_of_writes,
    migrations,
    phases,
    plans,
    programs,
    reconciling,
    reports,
    routes,
    rulesets,
    safety,
    shares,
    sources,
    switches,
    texts,
    times,
    tools,
    values,
    work,
)

MODULES = [
    *[values, conditions, texts, edges, logic, times, dialects],
    *[buckets, contracts, shares, flag_rules, corners, explanations],
    *[routes, switches, cohorts, phases, safety, comparators, gates, plans, reports, tools],
    *[delivery, machines, machines_of_writes, sources, reconciling],
    *[work],
    *[programs],
    *[documents, rulesets, bad_conditions, bad_shares, migrations],
    *[import_features, import_config, import_env],
]


def FILES():
    """Every file, in the order of the tables."""
    return [file for module in MODULES for file in module.files()]
