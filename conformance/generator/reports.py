"""What is said of a rollout for people: its report, its runbook, and the alerts that watch it."""

from .core import File

MINUTE = 60_000
PATHS = "Of the answer what stands at the paths that are listed: keys and places in lists, with dots between them."


def files():
    yield reports()
    yield handbooks()
    yield alerts()


def ruleset(**plan):
    return {
        "cutover": 1,
        "flags": {"f": {"rules": [{"serve": {"rollout": "0%"}}]}},
        "metrics": {
            "errors": {"kind": "ratio", "description": "Answers that are errors"},
            "p95_ms": {"kind": "gauge", "unit": "ms", "query": "p95_ms"},
        },
        "gates": {
            "g": {
                "checks": [
                    {"metric": "errors", "test": "harm"},
                    {"name": "speed", "metric": "p95_ms", "below": 100, "for": "2m", "freshness": "15m"},
                ]
            }
        },
        "plans": {"p": {"flag": "f", "gate": "g", "bake": "1h", "steps": ["10%", "100%"], **plan}},
    }


def arms(minute, old, new):
    counts = {"old": {"events": old[0], "total": old[1]}, "new": {"events": new[0], "total": new[1]}}
    return {"metric": "errors", "from": (minute - 1) * MINUTE, "to": minute * MINUTE, **counts}


def p95(minute, value):
    return {"metric": "p95_ms", "at": minute * MINUTE, "value": value}


def reports():
    file = File("reports", "reports", f"Reports of rollouts, after some events. {PATHS}")
    begun = [{"at": 0, "event": "start", "actor": "ada"}, {"at": 0, "event": "ack", "epoch": 1}]

    def case(name, why, rules, events, minute, observations, want, **more):
        file.rulesets[name] = rules
        given = {"ruleset": name, "plan": "p", "events": events, "now": minute * MINUTE}
        file.add(name, why, **given, observations=observations, **more, want=want)

    case(
        "before it starts",
        "there is nothing to go on with",
        ruleset(),
        [],
        0,
        [],
        {"recommendation.advice": "hold", "recommendation.summary": "Hold: the plan has not been started.", "stage": "draft"},
    )
    case(
        "harm",
        "forty errors of a thousand beside one of nine thousand",
        ruleset(),
        begun,
        1,
        [arms(1, (1, 9000), (40, 1000))],
        {
            "recommendation.advice": "roll_back",
            "recommendation.summary": "Roll back: a gate fails.",
            "metrics.0.metric": "errors",
            "metrics.0.description": "Answers that are errors",
            "metrics.0.answer": "worse",
            "kpis.0.status": "fail",
            "kpis.1.status": "no_data",
            "percentage": "10%",
            "step.to": "10%",
            "step.next": "100%",
        },
    )
    case(
        "durations as people tell them",
        "reasons say minutes and hours, not milliseconds",
        ruleset(),
        begun,
        10,
        [arms(9, (3, 9000), (0, 1000)), p95(9, 80), p95(10, 80)],
        {
            "recommendation.advice": "hold",
            "gates.0.checks.1.reason": "it has been where it has to be for 1 min of 2 min",
            "recommendation.why.0": "`speed`: it has been where it has to be for 1 min of 2 min",
            "recommendation.why.1": "the step was watched for 10 min of 1 h",
        },
    )
    case(
        "too old",
        "what was measured half an hour ago says nothing",
        ruleset(),
        begun,
        40,
        [p95(5, 80)],
        {
            "gates.0.checks.1.verdict": "stale",
            "gates.0.checks.1.reason": "the last measurement is 35 min old, and is fresh for 15 min",
        },
    )
    case(
        "a wider interval",
        "the less may be missed, the wider it is",
        ruleset(),
        begun,
        1,
        [arms(1, (90, 9000), (20, 1000))],
        {"metrics.0.answer": "not_yet_known", "recommendation.advice": "hold"},
        alpha=0.001,
    )
    migration = ruleset()
    migration["migrations"] = {"m": {"old": "a", "new": "b", "ladder": "standard", "phase": "sync"}}
    migration["flags"] = {}
    migration["plans"]["p"] = {"migration": "m", "gate": "g", "bake": "1h", "steps": ["dual_write", "shadow"]}
    case(
        "a data guard",
        "before data moves, somebody says that nothing older is under way",
        migration,
        [],
        0,
        [],
        {"flag": "m", "stage": "draft", "recommendation.advice": "hold"},
    )
    return file


def handbooks():
    file = File("handbooks", "handbooks", f"Runbooks of plans, plans of work and incidents. {PATHS}")
    rules = ruleset(rollback={"steps": ["50%", "0%"], "every": "10m"})
    rules["work"] = {"w": {"phases": [{"name": "load", "actions": ["copy"], "validations": ["counts"], "rollback": "drop"}]}}
    rules["incidents"] = {"till": {"severities": {"critical": {"objective": "1h"}}, "features": {"f": "critical"}}}
    file.rulesets["rules"] = rules

    def case(name, why, of, handbook, want, **more):
        file.add(name, why, ruleset="rules", of=of, handbook=handbook, **more, want=want)

    case(
        "a plan",
        "at once, and step by step through the shares below",
        "plan",
        "p",
        {
            "runbook.of": "plan",
            "runbook.procedures.0.title": "Immediate rollback: `f` to 0%",
            "runbook.procedures.1.steps.0.title": "Let the plan do it",
        },
        at="100%",
    )
    case(
        "in French",
        "the sentences are translated, the document is not",
        "plan",
        "p",
        {"runbook.language": "fr", "runbook.procedures.1.steps.0.title": "Laisser le plan le faire"},
        language="fr",
    )
    case("a plan of work", "its phases backwards", "work", "w", {"runbook.of": "work", "runbook.name": "w"})
    case("incidents", "features, the worst first", "incidents", "till", {"runbook.of": "incidents", "runbook.name": "till"})
    return file


def alerts():
    file = File("alert_rules", "alerts", f"Alert rules for Prometheus. {PATHS}")

    def case(name, why, rules, want):
        file.rulesets[name] = rules
        file.add(name, why, ruleset=name, want=want)

    case(
        "a migration",
        "three rules of what its executors count",
        {"cutover": 1, "migrations": {"orders": {"old": "sql", "new": "mongo", "ladder": "standard", "phase": "live"}}},
        {
            "groups.0.name": "migration:orders",
            "groups.0.rules.0.name": "HighFallbackRate",
            "groups.0.rules.1.name": "MongoWriteErrors",
            "groups.0.rules.1.severity": "critical",
            "groups.0.rules.2.for_ms": 300_000,
            "groups.0.rules.2.tested": True,
        },
    )
    triggers = [
        {"name": "slow", "when": {"metric": "p95_ms", "above": 150}, "for": "5m", "do": ["rollback_progressive", "notify"]},
        {"name": "a person says so", "do": "pause"},
    ]
    case(
        "the triggers of a plan",
        "a trigger that only the host tells has no rule",
        ruleset(triggers=triggers),
        {
            "groups.0.name": "plan:p",
            "groups.0.rules.0.expr": "p95_ms > 150",
            "groups.0.rules.0.severity": "critical",
            "groups.0.rules.0.actions": ["rollback_progressive", "notify"],
            "groups.0.rules.1": None,
        },
    )
    return file
