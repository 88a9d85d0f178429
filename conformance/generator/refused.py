"""Files that every runner has to fail, each for one reason: a runner that lets one pass checks too little."""

import copy
import json

from .buckets import buckets
from .core import flags, off

GOOD = {
    "name": "a vector",
    "why": "it is right",
    "ruleset": "shop",
    "flag": "plain",
    "context": {},
    "now": 0,
    "want": off("STATIC", None),
}


def documents():
    """The documents by name."""
    yield from decisions()
    yield from files()
    yield from others()


def decide(**changes):
    """A file of one vector with these fields; `None` leaves one out."""
    vector = {**copy.deepcopy(GOOD), **changes}
    vector = {key: value for key, value in vector.items() if value is not None}
    return document("decide", vector)


def document(kind, *vectors):
    shop = flags({"plain": {}, "targeted": {"rules": [{"if": {"attribute": "v", "is": 1}, "serve": "on"}]}})
    return {
        "about": "A runner that lets this pass checks too little.",
        "kind": kind,
        "rulesets": {"shop": shop},
        "vectors": list(vectors),
    }


def want(**changes):
    return decide(want={**GOOD["want"], **changes})


def decisions():
    yield "unknown_field", decide(comment="a runner that ignores this ignores a misspelt `default` too")
    for field in ("why", "ruleset", "flag", "context", "now", "want"):
        yield f"without_{field}", decide(**{field: None})
    yield "now_as_text", decide(now="0")
    yield "unknown_ruleset", decide(ruleset="stop")
    yield "refused_ruleset", decide(ruleset='{ "cutover": 1, "flgs": {} }')
    yield "unknown_tag", decide(context={"a": {"$integer": "1"}})
    yield "malformed_tag", decide(context={"a": {"$int": "one"}})
    yield "tag_among_keys", decide(context={"a": {"$int": "1", "b": 1}})
    yield "wrong_value", want(value=True)
    yield "wrong_type", want(value=0)
    yield "wrong_variant", want(variant="on")
    yield "wrong_reason", want(reason="DEFAULT")
    yield "wrong_rule", want(rule=0)
    yield "wrong_error", want(error="FLAG_NOT_FOUND")
    yield "one_key_too_many", want(digest="0")
    short = dict(GOOD["want"])
    del short["error"]
    yield "one_key_too_few", decide(want=short)
    yield "twice", document("decide", GOOD, GOOD)
    yield "without_name", document("decide", {key: value for key, value in GOOD.items() if key != "name"})


def files():
    yield "unknown_kind", document("decisions", GOOD)
    yield "unknown_top_field", {**document("decide", GOOD), "comment": ""}
    yield "empty", document("decide")
    without = document("decide", GOOD)
    del without["vectors"]
    yield "without_vectors", without
    yield "without_about", {key: value for key, value in document("decide", GOOD).items() if key != "about"}


def others():
    def vector(**fields):
        return {"name": "a vector", "why": "it is wrong", **fields}

    problem = {"code": "unknown_key", "severity": "error", "path": "flgs", "line": 2, "column": 1}
    text = "cutover: 1\nflgs: {}\n"
    yield "diagnostic_too_many", document("diagnostics", vector(text="cutover: 1\n", now=0, want=[problem]))
    yield "diagnostic_too_few", document("diagnostics", vector(text=text, now=0, want=[]))
    yield "diagnostic_elsewhere", document("diagnostics", vector(text=text, now=0, want=[{**problem, "column": 2}]))
    yield "diagnostic_of_another_key", document("diagnostics", vector(text=text, now=0, want=[{**problem, "hint": None}]))
    bucket = {"hash": 1, "salt": "orders_mongodb", "unit": "user_123"}
    golden = next(row["want"] for row in buckets().vectors if row["name"] == "a user")
    yield "bucket_elsewhere", document("buckets", vector(**bucket, want={**golden, "position": golden["position"] + 1}))
    yield "bucket_outside", document("buckets", vector(**bucket, want={**golden, "in": golden["out"]}))
    yield "bucket_inside", document("buckets", vector(**bucket, want={**golden, "out": golden["in"]}))
    steps = vector(machine="retry", config={"operation": "op"}, events=[{"event": "started"}], want=[[]])
    yield "step_elsewhere", document("steps", steps)
    yield "step_not_refused", document("steps", {**steps, "want": {"error": "`attempts` is 1 to 1000"}})
    yield "read_elsewhere", document("reads", vector(fallback_on=[], events=["started"], want=[["ask_other"]]))
    policy = {"policy": None, "retry": {"attempts": 5}}
    yield "policy_too_short", document("delivery", vector(ruleset="shop", migration="nowhere", want=policy))
    explained = {"decision": {"flag": "plain", **GOOD["want"]}, "steps": [{"step": "rule"}]}
    asked = {"ruleset": "shop", "flag": "plain", "context": {}, "now": 0}
    yield "explained_too_much", document("explain", vector(**asked, want=explained))
    route = {
        "phase": None,
        "emergency": False,
        "read": None,
        "write": [],
        "streams": None,
        "jobs": {},
        "hazards": [],
        "error": None,
        "cohort": False,
    }
    routed = {"ruleset": "shop", "migration": "nowhere", "context": {}, "now": 0}
    yield "routed_without_error", document("routes", vector(**routed, want=route))
    features = "features:\n  - { name: a, enabled: false, rollout_percentage: 0 }\n"
    imported = {"import": "features-yml", "text": features}
    other = flags({"a": {"hash": "java31"}})
    yield "imported_otherwise", document("imports", vector(**imported, want={"ruleset": other, "diagnostics": []}))
    same = flags({"a": {"enabled": False, "hash": "java31"}})
    wrong = {"flag": "a", "context": {}, "now": 0, "want": off("STATIC", None)}
    yield "imported_to_decide_otherwise", document(
        "imports", vector(**imported, want={"ruleset": same, "diagnostics": [], "decisions": [wrong]})
    )
    shop = {"ruleset": "shop", "decisions": [{**asked, "want": {**GOOD["want"], "value": True}}]}
    del shop["decisions"][0]["ruleset"]
    yield "program_of_an_unknown_field", document("programs", vector(ruleset="shop", want={"length": 0, "checksum": "0", "crc": 0}))
    yield "applied_otherwise", document("applies", vector(**shop, text=json.dumps(flags({"plain": {}})), now=0, want=[]))
    yield "applied_without_a_warning", document("applies", vector(ruleset="shop", text=text, now=0, want=[]))
