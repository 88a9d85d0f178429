"""The state machines of what is written: dual writes, outbox entries, change events, and the health of a stream."""

from .machines import Machine, said, to_do


def files():
    yield dual_writes()
    yield outboxes()
    yield changes()
    yield stream_health()


def dual_writes():
    file = Machine("machine_dual_write", "One write to two stores, and what is known of it wherever it stops.")

    def config(ack, **more):
        writes = [{"to": "sql", "ack": "required"}, {"to": "mongo", "ack": ack}]
        return {"operation": "op", "writes": writes, "retry": {"attempts": 1}, **more}

    def write(work, to, version=None, attempt=1):
        return to_do("write", work=work, attempt=attempt, to=to, key=f"op:{to}", version=version, with_entry=False)

    def finished(work, outcome="done", attempt=1, now=0):
        return said("finished", work=work, attempt=attempt, outcome=outcome, now=now)

    def told(what):
        return to_do("acknowledge", told=what)

    def owed(how, why, attempt=1):
        return to_do(how, attempt=attempt, key="op", owed="delivery", to=["mongo"], reason=why)

    persisted = {
        "at": {"state": "doing", "work": "first", "attempt": 1},
        "first": "no",
        "second": "no",
        "told": None,
        "reason": None,
        "cancelled": False,
        "journaled": True,
    }
    persist, forget = to_do("persist", state=persisted), to_do("forget")
    start = (said("started"), [persist, write("first", "sql")])
    one = {"operation": "op", "writes": [{"to": "sql", "ack": "required"}]}
    file.case("one store", "one write is one write", "dual_write", one, (said("started"), [write("first", "sql")]), (finished("first"), [told("done")]))
    file.case(
        "two stores",
        "the authoritative one first; that it was begun is kept as long as there is more to do",
        "dual_write",
        config("required"),
        start,
        (finished("first"), [write("second", "mongo")]),
        (finished("second"), [forget, told("done")]),
    )
    file.case(
        "the first refuses",
        "then nothing was written",
        "dual_write",
        config("required"),
        start,
        (finished("first", "permanent"), [forget, told("failed")]),
    )
    file.case(
        "the second refuses, and nothing keeps it",
        "the caller hears that one store has it, and it becomes a dead letter",
        "dual_write",
        config("required"),
        start,
        (finished("first"), [write("second", "mongo")]),
        (finished("second", "permanent"), [told("partial"), owed("dead_letter", "permanent")]),
    )
    file.case(
        "best effort",
        "the caller hears of it before the second write",
        "dual_write",
        config("best_effort"),
        start,
        (finished("first"), [told("done"), write("second", "mongo")]),
        (finished("second"), [forget]),
    )
    durable = config("required", version=7, outbox="durable")
    file.case(
        "with an outbox",
        "the operation is journaled before its first write, and what a store may not have is owed",
        "dual_write",
        durable,
        (said("started"), [persist, write("first", "sql", 7)]),
        (finished("first"), [write("second", "mongo", 7)]),
        (finished("second", "unknown"), [owed("enqueue", "exhausted")]),
        (finished("outbox"), [forget, told("pending")]),
    )
    file.case(
        "after a crash",
        "who finds the journal sends the first write again, with the same key",
        "dual_write",
        durable,
        (said("resumed"), [write("first", "sql", 7)]),
        state=persisted,
    )
    file.case(
        "the journal cannot be kept",
        "then nothing is begun",
        "dual_write",
        durable,
        (said("started"), [persist, write("first", "sql", 7)]),
        (said("persist_failed"), [forget, told("failed")]),
    )
    file.refused(
        "the same store twice",
        "two writes go to two stores",
        "dual_write",
        {"operation": "op", "writes": [{"to": "sql", "ack": "required"}, {"to": "sql", "ack": "required"}]},
        "two writes go to two stores",
    )
    file.refused("an outbox that there is not", "what is owed must be kept somewhere", "dual_write", config("outbox"), "a write with `ack: outbox` needs an outbox")
    return file


def outboxes():
    file = Machine("machine_outbox", "An owed write: who delivers it, when, and when it is given up.")
    config = {"lease_ms": 30, "retry": {"attempts": 2, "base_ms": 10, "jitter": "none"}, "dead": "park"}
    entry = {"id": "op", "key": "k", "seq": 1, "state": {"state": "pending", "due": 5}}

    def claimed(now, worker="w"):
        return said("claimed", worker=worker, now=now)

    def deliver(generation, attempt, until):
        return [to_do("deliver", generation=generation, attempt=attempt, lease_until=until)]

    def failed(generation, failure, now):
        return said("failed", generation=generation, failure=failure, message="down", now=now)

    ignored, stale = [to_do("ignored", stale=False)], [to_do("ignored", stale=True)]
    first = (claimed(5), deliver(1, 1, 35))
    case = file.case
    case("delivered", "claimed when it is due, and done", "outbox", config, (claimed(4), ignored), first, (said("succeeded", generation=1), []), (claimed(99), ignored), state=entry)
    case("two workers", "one of them has it", "outbox", config, first, (claimed(6, "v"), ignored), state=entry)
    case(
        "a worker that dies",
        "loses its claim with its lease, and what it says later counts no more",
        "outbox",
        config,
        first,
        (claimed(35, "v"), deliver(2, 2, 65)),
        (said("succeeded", generation=1), stale),
        (said("succeeded", generation=2), []),
        state=entry,
    )
    case("a worker that is slow", "may ask for longer", "outbox", config, first, (said("extended", generation=1, now=30), []), (claimed(59, "v"), ignored), state=entry)
    case(
        "given up",
        "after as many attempts as there may be, somebody is told; by hand it is tried again",
        "outbox",
        config,
        first,
        (failed(1, "transient", 6), []),
        (claimed(15), ignored),
        (claimed(16), deliver(2, 2, 46)),
        (failed(2, "unknown", 20), [to_do("alert", reason="exhausted")]),
        (said("redriven", now=100), []),
        (claimed(100), deliver(4, 1, 130)),
        state=entry,
    )
    case("refused for good", "at once", "outbox", config, first, (failed(1, "permanent", 6), [to_do("alert", reason="permanent")]), (said("discarded"), []), (claimed(99), ignored), state=entry)
    case(
        "it kills its workers",
        "an attempt counts when it is claimed",
        "outbox",
        config,
        first,
        (claimed(35, "v"), deliver(2, 2, 65)),
        (said("passed", now=65), [to_do("alert", reason="expired")]),
        state=entry,
    )

    def row(id, key, seq, state, **more):
        return {"id": id, "key": key, "seq": seq, "state": state, **more}

    pending = {"state": "pending", "due": 5}
    dead = {"state": "dead", "reason": "permanent", "message": "no"}
    rows = [row("a2", "a", 2, pending), row("a1", "a", 1, pending), row("b", "b", 3, {"state": "pending", "due": 9}), row("c", "c", 4, pending)]
    look = said("look", now=5, limit=10)
    claims = [to_do("claim", place=1, id="a1"), to_do("claim", place=3, id="c"), to_do("wake_at", at=9)]
    case("the next", "one of each key, in its order, and when the next one is due", "outbox_next", config, (look, claims), state=rows)
    behind = [row("a1", "a", 1, dead), row("a2", "a", 2, pending)]
    case("behind a dead one", "nothing of the key overtakes it", "outbox_next", config, (look, []), state=behind)
    case("past a dead one", "where that is wanted", "outbox_next", {**config, "dead": "pass"}, (look, [to_do("claim", place=1, id="a2")]), state=behind)
    return file


def changes():
    file = Machine("machine_change", "A partition of change events: each is applied once, in order, or becomes a dead letter.")
    config = {"partition": "orders-0", "retry": {"base_ms": 100, "jitter": "none"}, "max_parked": 1}

    def arrived(offset, op, key, version, current="none", **more):
        return said("arrived", offset=offset, op=op, key=key, version=version, current=current, **more)

    def done(offset):
        return said("succeeded", offset=offset)

    def commit(next):
        return to_do("commit", next=next)

    def put(key, version):
        return to_do("put", key=key, version=version)

    def skip(reason):
        return to_do("skip", reason=reason)

    case = file.case
    for op in ("c", "r", "u"):
        case(f"`{op}`", "is written whole, and committed after the work", "change", config, (arrived(0, op, "a", 1), [put("a", 1), commit(1)]), (done(0), []))
    case("`d`", "leaves a tombstone with its version", "change", config, (arrived(0, "d", "a", 2, {"version": 1}), [to_do("delete", key="a", version=2), commit(1)]))
    case("again", "what the target has is not written again", "change", config, (arrived(0, "u", "a", 2, {"version": 2}), [skip("duplicate"), commit(1)]))
    case("old", "nor is what is older than it, or than its tombstone", "change", config, (arrived(0, "u", "a", 2, {"tombstone": 3}), [skip("stale"), commit(1)]))
    case(
        "a store that is down",
        "is waited for, as long as it takes",
        "change",
        config,
        (arrived(0, "u", "a", 1), [put("a", 1), commit(1)]),
        (said("failed", offset=0, failure="transient", now=5), [to_do("wake_at", at=105)]),
        (said("due"), [put("a", 1), commit(1)]),
        (done(0), []),
    )

    def letter(offset, key, reason):
        return to_do("dead_letter", id=f"orders-0:{offset}", key=key, reason=reason)

    def parked(next, keys, halted=False):
        return to_do("persist", state={"next": next, "parked": keys, "doing": None, "halted": halted})

    case(
        "poison",
        "an event that cannot be applied parks its key: the later ones of the key follow it, and all others go on",
        "change",
        config,
        (arrived(0, "u", "a", 1, readable=False), [parked(0, {"a": 0}), letter(0, "a", "unreadable"), commit(1)]),
        (done(0), []),
        (arrived(1, "u", "a", 2), [parked(1, {"a": 0}), letter(1, "a", None), commit(2)]),
        (done(1), []),
        (arrived(2, "u", "b", 1), [put("b", 1), commit(3)]),
        (done(2), []),
        (said("settled", key="a", remaining=1), []),
        (said("settled", key="a", remaining=0), [parked(3, {})]),
        (arrived(3, "u", "a", 3), [put("a", 3), commit(4)]),
    )
    for name, event, reason in (
        ("an unknown operation", arrived(0, "t", "a", 1), "unknown_op"),
        ("no version", arrived(0, "u", "a", None), "no_version"),
        ("no record", arrived(0, "u", "a", 1, record=False), "no_record"),
    ):
        case(name, "is poison, too", "change", config, (event, [parked(0, {"a": 0}), letter(0, "a", reason), commit(1)]))
    case(
        "too much poison",
        "with more parked keys than there may be something else is wrong: it halts until somebody says so",
        "change",
        config,
        (arrived(0, "t", "a", 1), [parked(0, {"a": 0}), letter(0, "a", "unknown_op"), commit(1)]),
        (done(0), []),
        (arrived(1, "t", "b", 1), [parked(1, {"a": 0}, halted=True), to_do("halt")]),
        (arrived(1, "u", "c", 1), []),
        (said("released"), [parked(1, {"a": 0})]),
    )
    return file


def stream_health():
    file = Machine("machine_stream_health", "Whether a stream is healthy: by default within 10,000 messages, 60 s and 1 % of errors.")

    def row(name, why, verdict, checks, seen, now=0, limits=None):
        measured = zip(("lag_messages", "lag_ms", "error_rate"), checks, (10_000, 60_000, 10_000), strict=True)
        want = [{"metric": metric, "verdict": each, "found": found, "limit": limit} for metric, (each, found), limit in measured]
        event = said("observed", seen=seen, now=now)
        file.case(name, why, "stream_health", limits or {}, (event, [to_do("verdict", verdict=verdict, checks=want)]))

    good = {"at": 0, "lag_messages": 10_000, "lag_ms": 60_000, "events": 500, "errors": 5}
    fine = [("pass", 10_000), ("pass", 60_000), ("pass", 10_000)]
    row("at its limits", "it is healthy", "pass", fine, good)
    row("one message more", "and it is not", "fail", [("fail", 10_001), *fine[1:]], {**good, "lag_messages": 10_001})
    row("one error more", "six of five hundred are 1.2 %", "fail", [*fine[:2], ("fail", 12_000)], {**good, "errors": 6})
    row("a rate is rounded up", "one of 99 is more than 1 %", "fail", [*fine[:2], ("fail", 10_102)], {**good, "events": 99, "errors": 1})
    row("nobody looked", "no data is never a pass", "no_data", [("no_data", None)] * 3, {})
    row("of no events", "there is no rate", "no_data", [*fine[:2], ("no_data", None)], {**good, "events": 0, "errors": 0})
    row("long ago", "what was seen is too old", "stale", [("stale", found) for _, found in fine], good, now=60_001)
    row("more errors than events", "contradicts itself", "error", [*fine[:2], ("error", 1_200_000)], {**good, "events": 5, "errors": 6})
    return file
