"""The kinds of vectors that ask no engine: the machines of the executors, and reconciling. Part of the runner."""

import json
from decimal import Decimal


def steps(diff, _, fields, __):
    from cutover._cutover import step

    machine, config, events = fields.text("machine"), fields.decoded("config"), fields.decoded("events")
    state, effects = fields.take("state"), []
    try:
        for event in events:
            said = json.loads(step(machine, json.dumps(config), json.dumps(state), json.dumps(event)))
            state = said["state"]
            effects.append(said["effects"])
    except ValueError as error:
        return diff(fields.decoded("want"), {"error": str(error)})
    return diff(fields.decoded("want"), effects)


def reads(diff, _, fields, __):
    from cutover._cutover import read_machine

    reasons = ["not_found", "error", "timeout"]
    machine = json.loads(read_machine(sum(1 << reasons.index(reason) for reason in fields.decoded("fallback_on"))))
    state, effects = 0, []
    for event in fields.decoded("events"):
        entry = machine["table"][state * len(machine["events"]) + machine["events"].index(event)]
        state = entry & 255
        effects.append([machine["effects"][number] for number in (entry >> 8 & 31, entry >> 13 & 31) if number])
    return diff(fields.decoded("want"), effects)


def reconciles(diff, _, fields, __):
    # Of the packages that tables come in, this one is enough.
    import pyarrow as pa

    import cutover

    types = {"int": pa.int64(), "float": pa.float64(), "decimal": pa.decimal128(38, 6), "bool": pa.bool_(), "text": pa.string()}
    pairs = [["o_key", "key"], *fields.decoded("fields")]

    def table(side, which):
        columns = zip(*side["rows"], strict=True) if side["rows"] else [[] for _ in side["types"]]
        cells = {
            pair[which]: pa.array([Decimal(cell) if kind == "decimal" else cell for cell in column], types[kind])
            for pair, kind, column in zip(pairs, side["types"], columns, strict=True)
        }
        return pa.table(cells)

    owner, owing = table(fields.decoded("owner"), 0), table(fields.decoded("owing"), 1)
    policies = {name: given for name in ("missing", "extra") if (given := fields.take(name)) is not None}
    owed = cutover.reconcile(owner, owing, key=tuple(pairs[0]), fields=[tuple(pair) for pair in pairs[1:]], **policies)
    rows = [list(row.values()) for row in pa.table(owed).to_pylist()]
    corrections = sorted([[json.dumps(key, ensure_ascii=False), *rest] for key, *rest in rows], key=json.dumps)
    want = fields.decoded("want")
    counters = {name: owed.counters[name] for name in want["counters"]}
    return diff(want, {"corrections": corrections, "counters": counters})


KINDS = {"steps": steps, "reads": reads, "reconciles": reconciles}
