"""What operators ask before and after a change: whom it moves, and what a log of decisions would have been under it."""

from .core import File

PLANS = ["pro", "team", "free", "free"]


def ruleset(plans, share, phase):
    return {
        "cutover": 1,
        "flags": {
            "beta": {
                "rules": [
                    {"if": {"attribute": "plan", "in": plans}, "serve": "on"},
                    {"serve": {"rollout": share, "by": "userId"}},
                ]
            }
        },
        "migrations": {
            "orders": {
                "old": "sql",
                "new": "mongo",
                "ladder": "standard",
                "phase": phase,
                "switches": {"emergency": "STOP"},
                "jobs": {"export": {"kind": "rewrite"}},
            }
        },
    }


OLD = ruleset(["pro", "team"], "20%", "shadow")
NEW = ruleset(["pro"], "50%", "live")


def files():
    yield diffs()
    yield replays()


def diffs():
    file = File(
        "diffs",
        "diffs",
        "Whom a change of a ruleset moves: of the report the keys that are listed, each hazard as its code and each finding as "
        "its verdict. A key is what a flag or cohort hashes, and counts once however often it comes.",
        {"old": OLD},
    )
    population = [{"userId": number % 6, "plan": PLANS[number % 4]} for number in range(8)]
    one = {"count": 2, "exact": True}
    file.add(
        "a phase, a rollout and a list",
        "a flag moves those whose value changes; who keeps it for another reason is counted apart, and a line that is no context "
        "nowhere; a migration without a cohort moves everybody, and its jobs",
        ruleset="old",
        to=NEW,
        population=[*population, 7],
        now=1000,
        want={
            "population": {
                "contexts": 8,
                "moved": 8,
                "refused": 1,
                "refusals": [
                    {
                        "line": 9,
                        "diagnostic": {
                            "code": "context_not_object",
                            "severity": "error",
                            "path": "",
                            "line": 9,
                            "column": None,
                            "found": "7",
                            "expected": ["an object"],
                            "message": "a context is an object of attributes",
                            "help": None,
                        },
                    }
                ],
            },
            "flags": [
                {
                    "flag": "beta",
                    "change": "changed",
                    "moved": 2,
                    "keys": one,
                    "by": ["userId"],
                    "restated": 2,
                    "moves": [
                        {
                            "from": "off",
                            "to": "on",
                            "from_value": False,
                            "to_value": True,
                            "contexts": 2,
                            "keys": one,
                            "reasons": [{"from": "SPLIT rules[1]", "to": "SPLIT rules[1]", "contexts": 2}],
                            "examples": [
                                {"line": 3, "context": {"plan": "free", "userId": 2}},
                                {"line": 7, "context": {"plan": "free", "userId": 0}},
                            ],
                        }
                    ],
                }
            ],
            "migrations": [
                {
                    "migration": "orders",
                    "change": "changed",
                    "moved": 8,
                    "keys": None,
                    "by": [],
                    "moves": [
                        move(
                            stand("shadow", "sql", "sql", "mongo"),
                            stand("live", "mongo", "mongo", "sql"),
                            contexts=8,
                            everybody=True,
                            steps=1,
                        )
                    ],
                    "jobs": [{"job": "export", "from": "old", "to": "new"}],
                }
            ],
            "gates": [],
            "changes": [
                changed("flags.beta.rules[0].if.in", '1: "team"', None),
                changed("flags.beta.rules[1].serve.rollout", '"20%"', '"50%"'),
                changed("migrations.orders.phase", '"shadow"', '"live"'),
            ],
            "hazards": [],
            "refused": [],
        },
    )
    for phase, steps, hazard, accept in [("ramp_down", 2, "stale_read", ["stale_read"]), ("complete", 3, "lost_on_return", [])]:
        skipped = move(
            stand("shadow", "sql", "sql", "mongo"),
            stand(phase, "mongo", "mongo"),
            contexts=0,
            everybody=True,
            steps=steps,
            hazards=[hazard],
            findings=["stale"],
            unguarded=["stale"],
        )
        file.add(
            f"phases are skipped to {phase}",
            "a move between phases that are not next to each other has a hazard, which has to be accepted by its name",
            ruleset="old",
            to=ruleset(["pro", "team"], "20%", phase),
            population=[],
            now=0,
            accept=accept,
            want={
                "flags": [],
                "migrations": [
                    {
                        "migration": "orders",
                        "change": "changed",
                        "moved": 0,
                        "keys": None,
                        "by": [],
                        "moves": [skipped],
                        "jobs": [{"job": "export", "from": "old", "to": "new"}],
                    }
                ],
                "hazards": [hazard],
                "refused": [code for code in [hazard] if code not in accept],
            },
        )
    file.add(
        "nothing",
        "a ruleset moves nobody against itself",
        ruleset="old",
        to=OLD,
        population=population,
        now=0,
        want={"flags": [], "migrations": [], "gates": [], "changes": [], "hazards": [], "refused": []},
    )
    return file


def stand(phase, read, *write):
    return {"phase": phase, "emergency": False, "cohort": False, "read": read, "write": list(write)}


def move(start, end, *, contexts, everybody, steps, hazards=(), findings=(), unguarded=()):
    return {
        "from": start,
        "to": end,
        "contexts": contexts,
        "keys": None,
        "everybody": everybody,
        "steps": steps,
        "adjacent": abs(steps) <= 1,
        "hazards": list(hazards),
        "findings": list(findings),
        "unguarded": list(unguarded),
        "writes_at_risk": None,
        "examples": [],
    }


def changed(path, before, after):
    return {"path": path, "change": "changed", "from": before, "to": after}


BETA = (
    '{{"log":1,"now":1000,"context":{{"plan":"{plan}","userId":{user}}},"decision":{{"flag":"beta","value":{value},'
    '"variant":"{variant}","reason":"{reason}","rule":{rule},"error":null,"digest":"DIGEST"}}}}'
)
STOPPED = (
    '{"log":1,"now":1000,"context":{},"switches":{"STOP":"true"},"route":{"migration":"orders","phase":"shadow",'
    '"emergency":true,"read":{"from":"sql","fallback":null,"fallback_on":[],"compare":null},'
    '"write":[{"to":"sql","ack":"required"},{"to":"mongo","ack":"required"}],"streams":{"forward":"off","reverse":"off"},'
    '"jobs":{"export":"old"},"hazards":[],"digest":"DIGEST","error":null,"cohort":false}}'
)


def replays():
    file = File(
        "replays",
        "replays",
        "A log that `original` writes, decided again by `ruleset`. `lines` is the log with every digest as DIGEST, and of the "
        "report the keys that are listed are compared.",
        {"old": OLD, "new": NEW},
    )
    log = [{"flag": "beta", "context": {"userId": user, "plan": PLANS[user]}, "now": 1000} for user in range(4)]
    on = [
        BETA.format(plan=plan, user=user, value="true", variant="on", reason="TARGETING_MATCH", rule=0)
        for user, plan in enumerate(PLANS[:2])
    ]
    off = [
        BETA.format(plan="free", user=user, value="false", variant="off", reason="SPLIT", rule=1) for user in (2, 3)
    ]
    route = {"migration": "orders", "context": {}, "switches": {"STOP": "true", "HOME": "/root"}, "now": 1000}
    counts = ["lines", "identical", "same", "restated", "changed", "contradicted", "unreplayable"]
    file.add(
        "by the same ruleset",
        "every line comes out the same to the byte; of the switches only those of the migration are in it",
        original="old",
        ruleset="old",
        log=[*log, route],
        lines=[*on, *off, STOPPED],
        want={**dict(zip(counts, [5, 5, 0, 0, 0, 0, 0])), "moves": [], "problems": []},
    )
    file.add(
        "by another ruleset",
        "an answer that changes is told with the steps that are no longer so and those that are so now, and so is another reason "
        "for the same answer",
        original="old",
        ruleset="new",
        log=log,
        lines=[*on, *off],
        want={
            **dict(zip(counts, [4, 2, 0, 1, 1, 0, 0])),
            "moves": [
                {
                    "kind": "flag",
                    "name": "beta",
                    "from": {"value": False, "variant": "off"},
                    "to": {"value": True, "variant": "on"},
                    "changed": True,
                    "contradicted": False,
                    "lines": 1,
                    "examples": [3],
                    "gone": [in_list(["pro", "team"], "free", "false"), share(2, 1809360396, 200000, 858993459, False)],
                    "came": [in_list(["pro"], "free", "false"), share(2, 1809360396, 500000, 2147483648, True)],
                },
                {
                    "kind": "flag",
                    "name": "beta",
                    "from": {"reason": "TARGETING_MATCH", "rule": 0},
                    "to": {"reason": "SPLIT", "rule": 1},
                    "changed": False,
                    "contradicted": False,
                    "lines": 1,
                    "examples": [2],
                    "gone": [in_list(["pro", "team"], "team", "true"), rule(0, "true")],
                    "came": [
                        in_list(["pro"], "team", "false"),
                        rule(0, "false"),
                        rule(1, "true"),
                        share(1, 735004528, 500000, 2147483648, True),
                    ],
                },
            ],
        },
    )
    file.add(
        "an emergency by another ruleset",
        "a route changes with its phase, and what it writes",
        original="old",
        ruleset="new",
        log=[route],
        lines=[STOPPED],
        want=dict(zip(counts, [1, 0, 0, 0, 1, 0, 0])),
    )
    file.add(
        "lines that cannot be replayed",
        "they are counted by what is wrong with them; a line in other bytes is the same",
        original="old",
        ruleset="old",
        log=[],
        lines=[],
        broken=[
            "{",
            "7",
            '{"log":2}',
            '{"log":1,"now":0,"context":{},"decision":{"flag":"betta","digest":""}}',
            '{ "log": 1, "now": 0, "context": { "plan": "pro" }, "decision": { "rule": 0, "flag": "beta", "value": true, '
            '"variant": "on", "reason": "TARGETING_MATCH", "error": null, "digest": "" } }',
        ],
        want={
            **dict(zip(counts, [5, 0, 1, 0, 0, 0, 4])),
            "why": {"bad_log_line": 2, "json_syntax": 1, "unknown_flag": 1},
        },
    )
    return file


def in_list(expected, found, result):
    return {
        "step": "condition",
        "depth": 0,
        "path": "flags.beta.rules[0].if",
        "attribute": "plan",
        "operator": "in",
        "expected": expected,
        "found": found,
        "result": result,
    }


def rule(number, result):
    return {"step": "rule", "depth": 0, "path": f"flags.beta.rules[{number}]", "rule": number, "result": result}


def share(user, bucket, ppm, boundary, inside):
    return {
        "step": "share",
        "depth": 0,
        "by": "userId",
        "unit": user,
        "share_ppm": ppm,
        "bucket": bucket,
        "boundary": boundary,
        "buckets": 4294967296,
        "inside": inside,
    }
