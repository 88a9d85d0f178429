"""Phases written out, one hazard each."""

from .core import File
from .hazards import Hazards
from .routes import read, route, write


def files():
    yield written_out()


def written_out():
    file = File(
        "phases",
        "routes",
        "Phases written out, judged by the same rules as built-in ones: each of these has its one hazard, or none.",
    )
    table = {}
    file.rulesets["phases"] = {"cutover": 1, "comparators": {"offers": {}}, "migrations": table}
    old, new = "a", "b"
    h = Hazards(old, new)
    active = {"forward": "active"}
    best = [{"to": "new", "ack": "best_effort"}]
    outbox = [{"to": "new", "ack": "outbox"}]

    def row(name, why, phase, want, emergency=False, **keys):
        table[name] = {
            "old": old,
            "new": new,
            "phases": [{"name": "only", **phase}],
            "phase": "only",
            "emergency": emergency,
            **keys,
        }
        file.add(name, why, ruleset="phases", migration=name, context={}, now=0, want=route("only", *want, emergency=emergency))

    row(
        "the least",
        "a phase reads and writes; streams are off unless they are given",
        {"read": "old", "write": ["old"]},
        (read(old), write(old), "off off"),
    )
    row(
        "both writes",
        "a second write that is only named is required",
        {"read": "new", "write": ["old", "new"]},
        (read(new), write(old, new, "required"), "off off"),
    )
    row(
        "everything",
        "the order of `on` is always the same",
        {
            "read": {"from": "new", "fallback": "old", "on": ["timeout", "not_found", "error"], "compare": "old"},
            "write": ["new", {"to": "old", "ack": "required"}],
            "streams": {"forward": "off", "reverse": "armed"},
        },
        (
            read(new, old, ["not_found", "error", "timeout"], {"with": old, "profile": "offers", "sample": 2500}),
            write(new, old, "required"),
            "off armed",
        ),
        compare={"profile": "offers", "sample": "0.25%"},
    )
    row(
        "behind a stream",
        "reads inside the lag are stale",
        {"read": "new", "write": ["old"], "streams": active},
        (read(new), write(old), "active off", [h.reads_behind_stream(new, old)]),
    )
    row(
        "behind an outbox",
        "reads miss what is in the outbox",
        {"read": "new", "write": ["old", *outbox]},
        (read(new), write(old, new, "outbox"), "off off", [h.reads_behind_outbox(new, old)]),
    )
    row(
        "behind a copy",
        "reads miss what failed",
        {"read": "new", "write": ["old", *best]},
        (read(new), write(old, new, "best_effort"), "off off", [h.reads_behind_copy(new, old)]),
    )
    row(
        "split",
        "nothing carries writes to where reads are",
        {"read": "new", "write": ["old"]},
        (read(new), write(old), "off off", [h.reads_never_see(new, old)]),
    )
    row(
        "an unfinished copy",
        "a record that is not copied yet reads as missing",
        {"read": "new", "write": ["old"], "streams": {"forward": "backfill"}},
        (read(new), write(old), "backfill off", [h.reads_behind_stream(new, old), h.reads_unfinished_copy(new)]),
    )
    row(
        "a copy without changes",
        "and a copy alone brings no changes at all",
        {"read": "new", "write": ["old"], "streams": {"forward": "load"}},
        (read(new), write(old), "load off", [h.reads_never_see(new, old), h.reads_unfinished_copy(new)]),
    )
    failing = {"from": "old", "fallback": "new", "on": ["error"]}
    row(
        "falling back behind a stream",
        "the fallback is behind",
        {"read": failing, "write": ["old"], "streams": active},
        (read(old, new, ["error"]), write(old), "active off", [h.falls_back(old, new, "stream")]),
    )
    row(
        "falling back behind an outbox",
        "the fallback is behind",
        {"read": failing, "write": ["old", *outbox]},
        (read(old, new, ["error"]), write(old, new, "outbox"), "off off", [h.falls_back(old, new, "outbox")]),
    )
    row(
        "falling back on a copy",
        "the fallback lacks what failed, and going on to it loses that",
        {"read": failing, "write": ["old", *best]},
        (
            read(old, new, ["error"]),
            write(old, new, "best_effort"),
            "off off",
            [h.falls_back(old, new, "copy"), h.second_may_fail()],
        ),
    )
    row(
        "falling back on nothing",
        "the fallback lacks every write",
        {"read": failing, "write": ["old"]},
        (read(old, new, ["error"]), write(old), "off off", [h.falls_back(old, new, "never")]),
    )
    looking = {"from": "old", "fallback": "new", "on": ["not_found"]}
    row(
        "resurrecting by a stream",
        "a delete has not arrived yet",
        {"read": looking, "write": ["old"], "streams": active},
        (read(old, new, ["not_found"]), write(old), "active off", [h.resurrects(old, new, "stream")]),
    )
    row(
        "resurrecting by an outbox",
        "a delete is still in the outbox",
        {"read": looking, "write": ["old", *outbox]},
        (read(old, new, ["not_found"]), write(old, new, "outbox"), "off off", [h.resurrects(old, new, "outbox")]),
    )
    row(
        "resurrecting by a copy",
        "a delete failed",
        {"read": looking, "write": ["old", *best]},
        (
            read(old, new, ["not_found"]),
            write(old, new, "best_effort"),
            "off off",
            [h.resurrects(old, new, "copy"), h.second_may_fail()],
        ),
    )
    row(
        "resurrecting for good",
        "deletes never arrive",
        {"read": {**looking, "from": "new", "fallback": "old"}, "write": ["new"]},
        (read(new, old, ["not_found"]), write(new), "off off", [h.resurrects(new, old, "never"), h.no_way_back()]),
    )
    row(
        "both required and found",
        "where both take every write, a missing record is missing",
        {"read": looking, "write": ["old", "new"]},
        (read(old, new, ["not_found"]), write(old, new, "required"), "off off"),
    )
    row(
        "draining into writes",
        "older changes may come after newer writes",
        {"read": "new", "write": ["new"], "streams": {"forward": "draining"}},
        (read(new), write(new), "draining off", [h.older_changes(old, new), h.no_way_back()]),
    )
    row(
        "a stream into writes",
        "a stream that goes on is no better",
        {"read": "new", "write": ["new"], "streams": active},
        (read(new), write(new), "active off", [h.older_changes(old, new), h.no_way_back()]),
    )
    row(
        "an echo of the backup",
        "the stream brings the backup back",
        {"read": "new", "write": ["new", {"to": "old", "ack": "best_effort"}], "streams": active},
        (read(new), write(new, old, "best_effort"), "active off", [h.backup_echo(old, new), h.backup_may_fail()]),
    )
    row(
        "an echo of both writes",
        "what both stores took comes once more by the stream",
        {"read": "new", "write": ["new", "old"], "streams": active},
        (read(new), write(new, old, "required"), "active off", [h.stale_echo(old, new)]),
    )
    row(
        "an echo on the reads' side",
        "also where reads are on the side that is written second",
        {"read": "new", "write": ["old", "new"], "streams": active},
        (read(new), write(old, new, "required"), "active off", [h.stale_echo(old, new)]),
    )
    row(
        "second by luck",
        "moving on loses what failed",
        {"read": "old", "write": ["old", *best]},
        (read(old), write(old, new, "best_effort"), "off off", [h.second_may_fail()]),
    )
    row(
        "the stream makes up for it",
        "unless a stream follows",
        {"read": "old", "write": ["old", *best], "streams": active},
        (read(old), write(old, new, "best_effort"), "active off"),
    )
    row(
        "a reverse stream",
        "writes can be carried back",
        {"read": "new", "write": ["new"], "streams": {"reverse": "active"}},
        (read(new), write(new), "off active"),
    )
    turned = (read(old), write(old, new, "outbox"))
    row(
        "an emergency before the outbox",
        "without one of its own, an emergency reads old and turns the writes round",
        {"read": "new", "write": ["new", {"to": "old", "ack": "outbox"}]},
        (*turned, "off off", [h.before_outbox()]),
        emergency=True,
    )
    row(
        "an emergency of its own",
        "an emergency written out says what it does, and keeps the streams",
        {"read": "new", "write": ["new", "old"], "streams": {"reverse": "armed"}, "emergency": {"read": "old", "write": ["old"]}},
        (read(old), write(old), "off armed", [h.lost_on_clearing()]),
        emergency=True,
    )
    row(
        "an emergency with streams",
        "unless it gives its own",
        {
            "read": "new",
            "write": ["new", "old"],
            "emergency": {"read": "old", "write": ["old"], "streams": {"forward": "active"}},
        },
        (read(old), write(old), "active off"),
        emergency=True,
    )
    row(
        "an emergency that moves nothing",
        "where reads and writes stay where they are, nothing is newly out of sight",
        {"read": "old", "write": ["new"], "emergency": {"read": "old", "write": ["new"]}},
        (read(old), write(new), "off off", [h.reads_never_see(old, new), h.lost_on_clearing(new, old)]),
        emergency=True,
    )
    return file
