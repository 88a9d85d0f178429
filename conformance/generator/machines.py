"""The state machines around a side effect: what happens, and what is to be done about it."""

import struct

import xxhash

from .core import File


def files():
    yield retries()
    yield breakers()
    yield reads()
    yield read_tables()


class Machine(File):
    """Vectors of one machine or two: events, and for each of them its effects."""

    def __init__(self, name, about):
        super().__init__(name, "steps", about)

    def case(self, name, why, machine, config, *steps, state=None):
        events, effects = [event for event, _ in steps], [list(effects) for _, effects in steps]
        more = {} if state is None else {"state": state}
        self.add(name, why, machine=machine, config=config, **more, events=events, want=effects)

    def refused(self, name, why, machine, config, error):
        self.add(name, why, machine=machine, config=config, events=[{}], want={"error": error})


def said(event, **more):
    return {"event": event, **more}


def to_do(effect, **more):
    return {"effect": effect, **more}


def wait(operation, attempt, base, factor, cap):
    """The wait with full jitter, as `Policy::delay_ms` documents it, by another implementation of the hash."""
    ceiling = min(base * factor ** (attempt - 1), cap)
    name = operation.encode()
    hashed = xxhash.xxh3_64_intdigest(b"\x02" + struct.pack("<I", len(name)) + name + struct.pack("<I", attempt))
    return hashed * (ceiling + 1) >> 64


def retries():
    file = Machine("machine_retry", "A failed operation, and whether and when it is tried again.")
    plain = {"operation": "op", "policy": {"attempts": 3, "base_ms": 100, "factor": 3, "cap_ms": 200, "jitter": "none"}}

    def failed(attempt, failure="transient", now=0, **more):
        return said("failed", attempt=attempt, failure=failure, now=now, **more)

    def attempt(number):
        return [to_do("attempt", attempt=number)]

    def up(reason, unknown=False):
        return [to_do("give_up", reason=reason, unknown=unknown)]

    def at(time):
        return [to_do("wake_at", at=time)]

    start = (said("started"), attempt(1))
    file.case("at once", "one attempt that succeeds", "retry", plain, start, (said("succeeded"), [to_do("succeed")]))
    file.case(
        "until it is exhausted",
        "waits grow by the factor and stop at the cap; attempts count the first one",
        "retry",
        plain,
        start,
        (failed(1), at(100)),
        (said("due", now=100), attempt(2)),
        (failed(2, now=150), at(350)),
        (said("due", now=350), attempt(3)),
        (failed(3, now=400), up("exhausted")),
    )
    file.case("permanent", "what never will be done is not tried again", "retry", plain, start, (failed(1, "permanent"), up("permanent")))
    file.case(
        "unknown",
        "a timeout may have been done, and whoever gives up later says so",
        "retry",
        plain,
        start,
        (failed(1, "unknown"), at(100)),
        (said("due", now=100), attempt(2)),
        (failed(2, "permanent", now=100), up("permanent", True)),
    )
    file.case("too early", "a timer that rings too soon is set again", "retry", plain, start, (failed(1), at(100)), (said("due", now=99), at(100)))
    file.case("late", "an attempt that is over says nothing any more", "retry", plain, start, (failed(2), []), (failed(1), at(100)), (failed(1), []))
    file.case(
        "after a while that the store asks for", "the longer of both waits", "retry", plain, start, (failed(1, retry_after_ms=5_000), at(5_000))
    )
    file.case(
        "without a token",
        "a budget that is used up ends it",
        "retry",
        plain,
        start,
        (failed(1), at(100)),
        (said("due", now=100, granted=False), up("budget")),
    )
    file.case("cancelled", "while it waits", "retry", plain, start, (failed(1), at(100)), (said("cancelled"), up("cancelled")))
    for operation in ("order-7", "été 😀", ""):
        config = {"operation": operation, "policy": {"attempts": 9, "base_ms": 1_000, "factor": 2, "cap_ms": 60_000}}
        steps, now = [start], 0
        for number in range(1, 8):
            now += wait(operation, number, 1_000, 2, 60_000)
            steps += [(failed(number, now=now - wait(operation, number, 1_000, 2, 60_000)), at(now)), (said("due", now=now), attempt(number + 1))]
        name = operation or "no name"
        file.case(f"full jitter: {name}", "a hash of operation and attempt draws from nothing to the longest wait", "retry", config, *steps)
    half = {"ratio": 500_000, "min_per_second": 0, "window_ms": 10_000}
    deposit, granted, refused = said("deposit", now=0), [to_do("granted")], [to_do("refused")]
    file.case(
        "a budget",
        "one retry for two first attempts",
        "retry_budget",
        half,
        (deposit, []),
        (said("withdraw", now=0), refused),
        (deposit, []),
        (said("withdraw", now=1), granted),
        (said("withdraw", now=2), refused),
    )
    file.case(
        "a budget forgets",
        "what lies before the window counts no more",
        "retry_budget",
        half,
        (deposit, []),
        (deposit, []),
        (said("withdraw", now=11_000), refused),
    )
    free = {"ratio": 0, "min_per_second": 1, "window_ms": 1_000}
    file.case(
        "a reserve",
        "some retries need no first attempts",
        "retry_budget",
        free,
        (said("withdraw", now=0), granted),
        (said("withdraw", now=1), refused),
        (said("withdraw", now=1_000), granted),
    )
    file.refused("no attempts", "numbers have limits", "retry", {"operation": "a", "policy": {"attempts": 0}}, "`attempts` is 1 to 1000")
    file.refused(
        "a cap below the base",
        "and go together",
        "retry",
        {"operation": "a", "policy": {"base_ms": 2, "cap_ms": 1}},
        "`cap_ms` is not below `base_ms`",
    )
    return file


def breakers():
    file = Machine("machine_breaker", "Whether a store is asked at all.")
    config = {"window": {"count": {"calls": 4}}, "min_calls": 2, "failure_rate": 500_000, "open_for_ms": 50, "permits": 2, "lease_ms": 20}

    def ask(now):
        return said("ask", now=now)

    def permit(generation, attempt):
        return {"generation": generation, "attempt": attempt}

    def leave(generation, attempt):
        return to_do("permit", permit=permit(generation, attempt))

    def report(generation, attempt, outcome, now=0, ms=1):
        return said("report", permit=permit(generation, attempt), outcome=outcome, duration_ms=ms, now=now)

    def moved(state, **more):
        return to_do("moved", to={"state": state, **more})

    counted, stale = to_do("counted"), to_do("stale")
    opens = [
        (ask(0), [leave(0, 1)]),
        (ask(0), [leave(0, 2)]),
        (report(0, 1, "failure"), [counted]),
        (report(0, 2, "failure"), [counted, moved("open", until=50)]),
    ]
    file.case("one failure", "fewer calls than the least say nothing", "breaker", config, (ask(0), [leave(0, 1)]), (report(0, 1, "failure"), [counted]), (ask(1), [leave(0, 2)]))
    file.case("it opens", "where the share of failures is reached, and says until when", "breaker", config, *opens, (ask(49), [to_do("refused", until=50)]))
    file.case(
        "it is tried again",
        "half open it lets as many through as it decides by",
        "breaker",
        config,
        *opens,
        (ask(50), [leave(2, 3), moved("half_open")]),
        (ask(50), [leave(2, 4)]),
        (ask(50), [to_do("refused", until=70)]),
        (report(2, 3, "success", 51), [counted]),
        (report(2, 4, "success", 52), [counted, moved("closed")]),
    )
    file.case(
        "what comes late",
        "results of an earlier state change nothing",
        "breaker",
        config,
        (ask(0), [leave(0, 1)]),
        (ask(0), [leave(0, 2)]),
        (ask(0), [leave(0, 3)]),
        (report(0, 1, "failure"), [counted]),
        (report(0, 2, "failure"), [counted, moved("open", until=50)]),
        (report(0, 3, "success", 1), [stale]),
    )
    file.case(
        "what says nothing",
        "an ignored result counts neither way",
        "breaker",
        config,
        (ask(0), [leave(0, 1)]),
        (report(0, 1, "ignored"), [counted]),
        (ask(0), [leave(0, 2)]),
        (report(0, 2, "failure"), [counted]),
    )
    slow = {**config, "slow_call_ms": 10, "slow_call_rate": 1_000_000}
    file.case(
        "slow calls",
        "open it as failures do",
        "breaker",
        slow,
        (ask(0), [leave(0, 1)]),
        (report(0, 1, "success", ms=10), [counted]),
        (ask(0), [leave(0, 2)]),
        (report(0, 2, "success", ms=11), [counted, moved("open", until=50)]),
    )
    file.case(
        "by hand",
        "forced open it refuses for as long as it is",
        "breaker",
        config,
        (said("force", to="forced_open", now=0), [moved("forced_open")]),
        (ask(1_000_000), [to_do("refused", until=None)]),
        (said("force", to="closed", now=1_000_000), [moved("closed")]),
        (ask(1_000_000), [leave(2, 1)]),
    )
    for state in ("disabled", "metrics_only"):
        file.case(
            state.replace("_", " "),
            "whatever fails, it lets all through",
            "breaker",
            config,
            (said("force", to=state, now=0), [moved(state)]),
            (ask(0), [leave(1, 1)]),
            (report(1, 1, "failure"), [counted]),
            (ask(0), [leave(1, 2)]),
            (report(1, 2, "failure"), [counted]),
            (ask(0), [leave(1, 3)]),
        )
    file.refused(
        "a window too small",
        "so many calls are never seen",
        "breaker",
        {"window": {"count": {"calls": 5}}, "min_calls": 6},
        "`min_calls` is not above the calls of the window",
    )
    return file


def reads():
    file = Machine("machine_read", "One read: which side is asked, which answers, and what is compared.")
    falls = {"from": "new", "fallback": "old", "fallback_on": ["not_found", "error"], "timeout_ms": 100, "other_timeout_ms": 40}

    def answered(side, result, now=0):
        return said("answered", side=side, result=result, now=now)

    def ask(side, store, deadline):
        return to_do("ask", side=side, store=store, deadline=deadline)

    def answer(side, store, result, fallback=None):
        return to_do("answer", side=side, store=store, result=result, fallback=fallback)

    start = (said("started", now=7, draw=0), [ask("from", "new", 107)])
    file.case("found", "one side is asked, and answers", "read", falls, start, (answered("from", "found", 9), [answer("from", "new", "found")]))
    file.case(
        "missing",
        "the other side is asked where the phase says so, with a deadline of its own",
        "read",
        falls,
        start,
        (answered("from", "missing", 20), [ask("other", "old", 60)]),
        (answered("other", "found", 30), [answer("other", "old", "found", "not_found")]),
    )
    file.case("a timeout", "for which this route does not fall back", "read", falls, start, (answered("from", "timeout", 107), [answer("from", "new", "timeout")]))
    compares = {"from": "old", "compare": {"with": "new", "profile": "offers", "sample": 10_000}}
    beside = [ask("from", "old", 1_000), to_do("shadow", side="other", store="new", deadline=1_000)]
    file.case(
        "a comparison",
        "the caller is answered before anything is compared",
        "read",
        compares,
        (said("started", now=0, draw=9_999), beside),
        (answered("from", "found", 1), [answer("from", "old", "found")]),
        (answered("other", "found", 2), [to_do("compare")]),
        (said("compared", verdict="mismatch"), [to_do("report", verdict="mismatch")]),
    )
    file.case(
        "no comparison",
        "a draw that is not below the sample",
        "read",
        compares,
        (said("started", now=0, draw=10_000), [ask("from", "old", 1_000)]),
    )
    return file


def read_tables():
    file = File(
        "machine_read_tables",
        "reads",
        "The machine of reads as a table that a host walks through: `table[state * events + event]` has the next state in "
        "the bits 0 to 7 and two effects in the bits 8 to 12 and 13 to 17; the first state is 0. Events and effects have the "
        "numbers of their places in `events` and `effects`, and the effect 0 is none.",
    )

    def row(name, why, fallback_on, *steps):
        events, effects = [event for event, _ in steps], [list(effects) for _, effects in steps]
        file.add(name, why, fallback_on=list(fallback_on), events=events, want=effects)

    start = ("started", ["ask_from"])
    row("found", "one side is asked", [], start, ("from_found", ["answer_from"]))
    row("missing, and no fallback", "is an answer", [], start, ("from_missing", ["answer_from"]))
    for on, result in (("not_found", "missing"), ("error", "error"), ("timeout", "timeout")):
        others = [other for other in ("not_found", "error", "timeout") if other != on]
        row(f"a fallback on {on}", "then the other side answers", [on], start, (f"from_{result}", ["ask_other"]), ("other_found", [f"answer_other_{on}"]))
        row(f"no fallback on {on}", "the other reasons are none for it", others, start, (f"from_{result}", ["answer_from"]))
    row("both fail", "the fallback is the answer, be it an error: a host tells both", ["error"], start, ("from_error", ["ask_other"]), ("other_error", ["answer_other_error"]))
    row("the caller leaves", "and nothing is answered any more", ["error"], start, ("cancelled", []), ("from_found", []))
    comparing = ("started_comparing", ["ask_from", "shadow_other"])
    row("a comparison", "after the answer", [], comparing, ("from_found", ["answer_from"]), ("other_found", ["compare"]), ("compared", ["report"]))
    row("the other is quicker", "it waits", [], comparing, ("other_found", []), ("from_found", ["answer_from", "compare"]), ("compared", ["report"]))
    row("both miss", "is a match without a comparison", [], comparing, ("from_missing", ["answer_from"]), ("other_missing", ["report_match"]))
    row("one misses", "is a mismatch without a comparison", [], comparing, ("from_found", ["answer_from"]), ("other_missing", ["report_mismatch"]))
    row("the candidate fails", "counts, and the caller does not notice", [], comparing, ("from_found", ["answer_from"]), ("other_error", ["report_candidate_error"]))
    row("the candidate is too slow", "counts, too", [], comparing, ("from_found", ["answer_from"]), ("other_timeout", ["report_timed_out"]))
    return file
