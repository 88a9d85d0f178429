"""The kinds of vectors of what moves by evidence: gates, plans, plans of work, incidents. Part of the runner."""

import json


def told(events, step):
    """Events one after the other: the state behind them, and the effects of each as lines."""
    state, lines = None, []
    for event in events:
        answer = step(state, event)
        state = answer["state"]
        parts = [[effect.get(key) for key in ("effect", "id", "attempt", "at")] for effect in answer["effects"]]
        lines.append([" ".join(str(part) for part in effect if part is not None) for effect in parts])
    return state, lines


def works(diff, _, fields, rulesets):
    engine = rulesets.engine(fields.need("ruleset"))
    name, events = fields.text("work"), fields.need("events")
    state, effects = told(events, lambda state, event: engine.work(name, state, event))
    got = {"effects": effects, "standing": engine.work_status(name, state)["standing"]}
    return diff(fields.decoded("want"), got)


def incidents(diff, _, fields, rulesets):
    engine = rulesets.engine(fields.need("ruleset"))
    name, events, now = fields.text("policy"), fields.need("events"), fields.int("now")
    state, effects = told(events, lambda state, event: engine.incident(name, state, event))
    standing = engine.incident_standing(name, state, now=now)
    clock = {key: standing["clock"][key] for key in ("left_ms", "met")}
    got = {"effects": effects, "stage": standing["stage"], "severity": standing["severity"], **clock}
    return diff(fields.decoded("want"), got)


def drills(diff, _, fields, rulesets):
    engine = rulesets.engine(fields.need("ruleset"))
    report, want = engine.drill(fields.text("work"), fields.need("scenario")), fields.decoded("want")
    return diff(want, {key: report[key] for key in want})


def gates(diff, _, fields, rulesets):
    engine = rulesets.engine(fields.need("ruleset"))
    gate, state, lines = fields.text("gate"), None, []
    for number, given in enumerate(fields.decoded("steps")):
        step = engine.gate(gate, state, given["observations"], now=given["now"])
        # As a host that keeps it would.
        state, report = json.loads(json.dumps(step["state"])), step["report"]
        keys = ("verdict", "value", "against", "proof")
        got = {"verdict": report["verdict"], "checks": [[whole(check[key]) for key in keys] for check in report["checks"]]}
        lines += diff(given["want"], got, f"steps[{number}]")
    if not engine.gate_replay(gate, state)["same"]:
        lines.append("replayed, it comes to something else")
    return lines


def plans(diff, _, fields, rulesets):
    engine = rulesets.engine(fields.need("ruleset"))
    plan, state, lines = fields.text("plan"), None, []
    for number, given in enumerate(fields.need("steps")):
        step = engine.advance(plan, state, given["event"], now=given["now"])
        state = json.loads(json.dumps(step["state"]))
        shown = [effect for effect in step["effects"] if effect["effect"] not in ("record", "wake_at")]
        effects = [
            f"refused:{effect['why']}" if effect["effect"] == "refused" else effect["effect"] for effect in shown
        ]
        got = {key: state[key] for key in ("stage", "millionths", "epoch")} | {"effects": effects}
        lines += diff(given["want"], got, f"steps[{number}]")
    return lines


def picked(want, answer):
    """Of an answer what stands at the paths that are wanted: keys and places in lists, with dots between them."""
    found = {}
    for path in want:
        value = answer
        for key in path.split("."):
            if isinstance(value, (list, tuple)):
                value = value[int(key)] if int(key) < len(value) else None
            else:
                value = None if value is None else value.get(key)
        found[path] = value
    return found


def reports(diff, _, fields, rulesets):
    engine = rulesets.engine(fields.need("ruleset"))
    plan, now, state = fields.text("plan"), fields.int("now"), None
    for event in fields.need("events"):
        state = engine.advance(plan, state, event, now=0)["state"]
    more = {key: fields.take(key) for key in ("alpha",) if fields.has(key)}
    want = fields.decoded("want")
    return diff(want, picked(want, engine.report(plan, state, fields.decoded("observations"), now=now, **more)))


def handbooks(diff, _, fields, rulesets):
    engine = rulesets.engine(fields.need("ruleset"))
    of, name = fields.text("of"), fields.text("handbook")
    more = {key: fields.take(key) for key in ("at", "language") if fields.has(key)}
    want = fields.decoded("want")
    return diff(want, picked(want, engine.handbook(of, name, **more)))


def alerts(diff, _, fields, rulesets):
    engine, want = rulesets.engine(fields.need("ruleset")), fields.decoded("want")
    return diff(want, picked(want, engine.alerts()))


def arm_results(diff, _, fields, rulesets):
    engine = rulesets.engine(fields.need("ruleset"))
    results = engine.compare_arms(**fields.need("arms"))
    got = {"answer": results["answer"], "interval": list(map(whole, results["comparison"]["interval"]))}
    return diff(fields.need("want"), got)


def whole(value):
    """A float that is a whole number of 64 bits, as the engine hands it out."""
    is_whole = isinstance(value, float) and value.is_integer() and -(2.0**63) <= value < 2.0**63
    return int(value) if is_whole else value


KINDS = {
    "works": works,
    "incidents": incidents,
    "drills": drills,
    "gates": gates,
    "plans": plans,
    "reports": reports,
    "handbooks": handbooks,
    "alerts": alerts,
    "arm_results": arm_results,
}
