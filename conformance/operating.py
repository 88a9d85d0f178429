"""The kinds of vectors that ask what operators ask: whom a change moves, and what a log would have been. Part of the runner."""

import json


def diffs(diff, _, fields, rulesets):
    ruleset = fields.need("ruleset")
    engine, original = rulesets.engine(ruleset), rulesets.text(ruleset)
    to, population, now = fields.need("to"), fields.decoded("population"), fields.int("now")
    to = to if isinstance(to, str) else json.dumps(to)
    options = {key: fields.decoded(key) for key in ("switches", "accept") if fields.has(key)}
    want = fields.decoded("want")
    report = brief(engine.diff(to, population, original=original, now=now, **options))
    return diff(want, {key: report.get(key) for key in want})


def brief(value):
    """A report with each hazard as its code and each finding as its verdict."""
    if isinstance(value, list):
        return [brief(item) for item in value]
    if not isinstance(value, dict):
        return value
    shown = {"hazards": "code", "findings": "verdict"}
    return {
        key: [item[shown[key]] if isinstance(item, dict) else item for item in inner] if key in shown else brief(inner)
        for key, inner in value.items()
    }


def replays(diff, _, fields, rulesets):
    ruleset = fields.need("original")
    original, engine = rulesets.engine(ruleset), rulesets.engine(fields.need("ruleset"))
    lines = [logged(original, **question) for question in fields.decoded("log")]
    problems = diff(fields.decoded("lines"), [line.replace(original.digest, "DIGEST") for line in lines])
    want = fields.decoded("want")
    report = engine.replay(lines + fields.take("broken", []), original=rulesets.text(ruleset))
    return problems + diff(want, {key: report.get(key) for key in want})


def logged(engine, context, now, flag=None, migration=None, switches=None):
    if migration is None:
        return engine.log_decision(flag, context, now=now)
    return engine.log_route(migration, context, switches=switches, now=now)


KINDS = {"diffs": diffs, "replays": replays}
