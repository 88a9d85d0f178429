"""Delivery policies: what they say, what they leave to the defaults, and what is refused."""

import copy

from .core import File
from .marks import Diagnostics, problem

DEFAULT = {
    "policy": None,
    "retry": {"attempts": 5, "base_ms": 1_000, "factor": 2, "cap_ms": 60_000, "jitter": "full", "budget": None},
    "breakers": {"old": None, "new": None},
    "timeouts": {"read_ms": 1_000, "other_ms": 1_000, "write_ms": 5_000},
    "shadow": {"concurrency": 16},
    "worker": {"lease_ms": 30_000, "poll_ms": 500, "limit": 32, "dead": "park", "abandoned_after_ms": 60_000},
    "changes": {"max_parked": 1_000},
}

BREAKER = {
    "window": {"count": {"calls": 100}},
    "failure_rate": 500_000,
    "slow_call_rate": 1_000_000,
    "slow_call_ms": 60_000,
    "min_calls": 100,
    "open_for_ms": 60_000,
    "permits": 10,
    "lease_ms": 60_000,
}


def files():
    yield policies()
    yield refused()
    yield merged()


def policy(name=None, **parts):
    """The defaults with these parts, key by key."""
    whole = copy.deepcopy(DEFAULT)
    whole["policy"] = name
    for part, given in parts.items():
        whole[part].update(given)
    return whole


def breaker(**more):
    one = {**BREAKER, **more}
    return {"old": one, "new": one}


def policies():
    file = File(
        "policies",
        "delivery",
        "Delivery policies, by their name or of a migration: what a policy says, and the defaults of what it does not say. "
        "Times are milliseconds, shares millionths.",
    )

    def migration(more=""):
        return f"  orders: {{ old: sql, new: mongo, ladder: standard, phase: sync{more} }}\n"

    def row(name, why, text, want, **asked):
        file.add(name, why, ruleset="cutover: 1\n" + text, **(asked or {"policy": "p"}), want=want)

    row("nothing", "an empty policy is the default, with a name", "delivery: { p: {} }\n", policy("p"))
    row("no policy", "a migration that names none follows the default", "migrations:\n" + migration(), policy(), migration="orders")
    row(
        "of a migration",
        "and one that names one, that",
        "delivery: { p: { attempts: 9 } }\nmigrations:\n" + migration(", delivery: p"),
        policy("p", retry={"attempts": 9}),
        migration="orders",
    )
    row(
        "retries",
        "waits from `base`, each `factor` times longer, up to `cap`",
        "delivery: { p: { attempts: 1, backoff: { base: 250ms, factor: 3, cap: 1h30m, jitter: none } } }\n",
        policy("p", retry={"attempts": 1, "base_ms": 250, "factor": 3, "cap_ms": 5_400_000, "jitter": "none"}),
    )
    row(
        "a budget",
        "shares are millionths",
        "delivery: { p: { budget: { ratio: 12.5%, min_per_second: 0, window: 1m } } }\n",
        policy("p", retry={"budget": {"ratio": 125_000, "min_per_second": 0, "window_ms": 60_000}}),
    )
    row("the default budget", "is one retry for five attempts", "delivery: { p: { budget: {} } }\n", policy("p", retry={"budget": {"ratio": 200_000, "min_per_second": 10, "window_ms": 10_000}}))
    row(
        "of the design",
        "each of the two stores has a breaker of its own",
        "delivery: { p: { attempts: 5, backoff: { base: 1s, factor: 2, jitter: full },"
        " breaker: { failure_rate: 50%, min_calls: 100, open_for: 60s } } }\n",
        policy("p", breakers=breaker()),
    )
    row(
        "a breaker of calls",
        "the last twenty of them",
        "delivery: { p: { breaker: { window: 20, min_calls: 10, slow_call: 2s, slow_call_rate: 80%, permits: 3, lease: 5s } } }\n",
        policy(
            "p",
            breakers=breaker(
                window={"count": {"calls": 20}}, min_calls=10, slow_call_ms=2_000, slow_call_rate=800_000, permits=3, lease_ms=5_000
            ),
        ),
    )
    row(
        "a breaker of time",
        "the calls of the last minute, forgotten in ten steps",
        "delivery: { p: { breaker: { window: 1m } } }\n",
        policy("p", breakers=breaker(window={"time": {"ms": 60_000, "buckets": 10}})),
    )
    row("a breaker of little time", "in as many steps as there are milliseconds", "delivery: { p: { breaker: { window: 3ms } } }\n", policy("p", breakers=breaker(window={"time": {"ms": 3, "buckets": 3}})))
    row(
        "all else",
        "deadlines, shadow reads, workers and change events",
        "delivery:\n  p:\n    timeouts: { read: 300ms, other: 2s, write: 10s }\n    shadow: { concurrency: 0 }\n"
        "    worker: { lease: 1m, poll: 2s, limit: 100, dead: pass, abandoned_after: 0s }\n    changes: { max_parked: 7 }\n",
        policy(
            "p",
            timeouts={"read_ms": 300, "other_ms": 2_000, "write_ms": 10_000},
            shadow={"concurrency": 0},
            worker={"lease_ms": 60_000, "poll_ms": 2_000, "limit": 100, "dead": "pass", "abandoned_after_ms": 0},
            changes={"max_parked": 7},
        ),
    )
    row("weeks and days", "a day is 24 hours, whatever a clock does", "delivery: { p: { backoff: { base: 1d, cap: 4w2d } } }\n", policy("p", retry={"base_ms": 86_400_000, "cap_ms": 2_592_000_000}))
    return file


def refused():
    file = Diagnostics("bad_delivery", "Delivery policies that are refused: durations, shares, numbers beyond their limits, and parts that contradict each other.")
    case = file.case

    def policy(text):
        return f"cutover: 1\ndelivery:\n  p: {text}\n"

    path = "delivery.p"
    durations = ["a duration such as 500ms, 5m or 1h30m"]
    for name, text, why in (
        ("a number alone", "5", "may be seconds or milliseconds"),
        ("a number in quotes", '"5"', "as little"),
    ):
        more = {"help": "write it with its unit, such as `5s` or `5ms`"} if text == "5" else {"help": None}
        case(name, why, policy(f"{{ backoff: {{ base: «1»{text} }} }}"), problem("bad_duration", f"{path}.backoff.base", found="5", expected=durations, **more))
    for name, text, why in (
        ("half an hour", "0.5h", "durations are whole"),
        ("minutes, spelt out", "5min", "units are w, d, h, m, s and ms"),
        ("capitals", "5S", "in small letters"),
        ("upside down", "30m1h", "the longest first"),
        ("twice", "1s1s", "each once"),
        ("a space", "5 s", "with nothing between"),
        ("below zero", "-5s", "no duration is"),
        ("nothing", '""', "is none"),
    ):
        case(name, why, policy(f"{{ backoff: {{ base: «1»{text} }} }}"), problem("bad_duration", f"{path}.backoff.base", found=text.strip('"'), expected=durations))
    case("a list", "is no duration", policy("{ timeouts: { read: «1»[1s] } }"), problem("wrong_type", f"{path}.timeouts.read"))
    for name, text, place, limits in (
        ("no attempts", "{ attempts: «1»0 }", "attempts", "1 to 1000"),
        ("too many attempts", "{ attempts: «1»1001 }", "attempts", "1 to 1000"),
        ("attempts below zero", "{ attempts: «1»-1 }", "attempts", "a whole number, 1 to 1000"),
        ("half an attempt", "{ attempts: «1»1.5 }", "attempts", "a whole number, 1 to 1000"),
        ("a factor of nothing", "{ backoff: { factor: «1»0 } }", "backoff.factor", "1 to 100"),
        ("a long cap", "{ backoff: { cap: «1»31d } }", "backoff.cap", "0s to 4w2d"),
        ("a number beyond 64 bits", "{ backoff: { cap: «1»99999999999999999999d } }", "backoff.cap", "0s to 4w2d"),
        ("a short window", "{ budget: { window: «1»999ms } }", "budget.window", "1s to 1h"),
        ("no time to read", "{ timeouts: { read: «1»0s } }", "timeouts.read", "1ms to 1h"),
        ("no calls", "{ breaker: { window: «1»0 } }", "breaker.window", "1 to 65536"),
        ("nothing opens it", "{ breaker: { failure_rate: «1»0% } }", "breaker.failure_rate", "more than 0%, at most 100%"),
        ("no trial calls", "{ breaker: { permits: «1»0 } }", "breaker.permits", "1 to 1000"),
        ("a lease of nothing", "{ worker: { lease: «1»0s } }", "worker.lease", "1ms to 1d"),
        ("no entries", "{ worker: { limit: «1»0 } }", "worker.limit", "1 to 10000"),
        ("nothing parked", "{ changes: { max_parked: «1»0 } }", "changes.max_parked", "1 to 1000000"),
    ):
        case(name, "every number has limits", policy(text), problem("out_of_range", f"{path}.{place}", expected=[limits]))
    case("a share without its sign", "0.5 may be a half, or half a percent", policy("{ breaker: { failure_rate: «1»0.5 } }"), problem("bad_percentage", f"{path}.breaker.failure_rate", found="0.5"))
    case("a word", "with the nearest right one", policy("{ backoff: { jitter: «1»ful } }"), problem("unknown_word", f"{path}.backoff.jitter", found="ful", help="did you mean `full`?"))
    case("a key", "and so for keys", policy("{ breaker: { «1»min_call: 3 } }"), problem("unknown_key", f"{path}.breaker.min_call", help="did you mean `min_calls`?"))
    case("no mapping", "a policy has keys", policy("«1»5"), problem("wrong_type", path))
    case(
        "a cap below the base",
        "waits begin no longer than they may be",
        policy("{ backoff: { base: 10s, cap: «1»5s } }"),
        problem("contradiction", f"{path}.backoff", found="5s", expected=["a `cap` not below `base`"]),
    )
    case(
        "a base above the usual cap",
        "which is a minute",
        policy("{ backoff: «1»{ base: 5m } }"),
        problem("contradiction", f"{path}.backoff", help="give a `cap` that no wait exceeds; without one it is `1m`"),
    )
    case(
        "more calls than the window",
        "such a breaker never opens",
        policy("{ breaker: { min_calls: «1»200 } }"),
        problem("contradiction", f"{path}.breaker", found="200", expected=["`min_calls` not above the calls of `window`"]),
    )
    case(
        "all at once",
        "every problem is told",
        policy("{ attempts: «1»0, backoff: { base: «2»x }, «3»retries: 1 }"),
        problem("out_of_range", f"{path}.attempts", 1),
        problem("bad_duration", f"{path}.backoff.base", 2),
        problem("unknown_key", f"{path}.retries", 3),
    )
    case(
        "a policy that there is not",
        "a migration names one of the ruleset, and the nearest is offered",
        "cutover: 1\ndelivery: { mongo_writes: {} }\nmigrations:\n"
        "  orders: { old: sql, new: mongo, ladder: standard, phase: sync, delivery: «1»mongo_write }\n",
        problem("unknown_policy", "migrations.orders.delivery", found="mongo_write", expected=["mongo_writes"], help="did you mean `mongo_writes`?"),
    )
    return file


def merged():
    file = File(
        "machine_policy",
        "steps",
        "A policy with what a host is given in code: what is given wins, key by key, and has the same limits.",
    )

    def case(name, why, config, given, want):
        effects = {"error": want} if isinstance(want, str) else [[{"effect": "policy", "policy": want}]]
        file.add(name, why, machine="policy", config=config, events=[{"event": "asked", "given": given}], want=effects)

    def whole(**parts):
        found = policy(**parts)
        del found["policy"]
        return found

    case("nothing", "is the default", {}, {}, whole())
    case("one number", "leaves the others as the policy says", {"retry": {"attempts": 9, "base_ms": 5}}, {"retry": {"attempts": 2}}, whole(retry={"attempts": 2, "base_ms": 5}))
    base = {"breakers": {"old": {"min_calls": 7}, "new": {"min_calls": 7}}}
    seven = {**BREAKER, "min_calls": 7}
    case("no breaker", "null takes one away", base, {"breakers": {"old": None}}, whole(breakers={"old": None, "new": seven}))
    case("a breaker in code", "has the policy's other numbers", base, {"breakers": {"new": {"permits": 1}}}, whole(breakers={"old": seven, "new": {**seven, "permits": 1}}))
    case(
        "a window",
        "is given as a whole",
        base,
        {"breakers": {"old": {"window": {"time": {"ms": 100, "buckets": 2}}}}},
        whole(breakers={"old": {**seven, "window": {"time": {"ms": 100, "buckets": 2}}}, "new": seven}),
    )
    case("beyond a limit", "as in a ruleset", {}, {"timeouts": {"read_ms": 0}}, "a policy: `read_ms` is 1 to 3600000")
    case("two that contradict each other", "also where one is the policy's", {"retry": {"base_ms": 5_000}}, {"retry": {"cap_ms": 10}}, "a policy: `cap_ms` is not below `base_ms`")
    return file
