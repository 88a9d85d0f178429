"""Routes beyond the ladders: how switches are read, cohorts, jobs, comparisons, phases written out."""

from .core import MISSING, File, floating, integer
from .hashing import first_unit
from .hazards import Hazards
from .routes import B, E, HAZARDS, NEW, OLD, R, SWITCHES, W, read, route, write

FALLBACK = read(NEW, OLD, ["not_found"])


def files():
    yield switches()
    yield cohorts()
    yield jobs()
    yield written_out()


def recruiters(**keys):
    return {"old": OLD, "new": NEW, "ladder": "recruiters_four_phase", **keys}


SYNC = route("sync", read(OLD), write(OLD), "active off")
DUAL_READ = route("dual_read", FALLBACK, write(OLD), "active off", [HAZARDS.reads_behind_stream(NEW, OLD)])
WRITE_ALONE = route("direct_write_3b", read(NEW), write(NEW), "off off", [HAZARDS.no_way_back()])
CLEANUP = {**WRITE_ALONE, "phase": "cleanup"}


def emergency_of(phase):
    return route(phase, read(OLD), write(OLD), "active off", emergency=True)


def switches():
    file = File(
        "switches",
        "routes",
        "What a caller gives comes before the ruleset's phase, and that before what the ruleset says of a switch. "
        "Texts are read as environment variables are: `true` is on, `false` and the empty text are off, and any other "
        "value is off and reported.",
    )
    both = recruiters(phase="cleanup", switches={"read": {"name": R, "is": True}, "write": W, "emergency": E})
    file.rulesets["switches"] = {
        "cutover": 1,
        "migrations": {
            "plain": recruiters(switches=SWITCHES),
            "both": both,
            "held": recruiters(switches={"read": {"name": R, "is": True}, "emergency": {"name": E, "is": True}}),
            "emergency": recruiters(phase="dual_read", switches={"emergency": E}),
            "emergency held": recruiters(phase="dual_read", emergency=True, switches={"emergency": E}),
            "emergency fixed": recruiters(phase="dual_read", emergency=True),
            "standard": {"old": "sql", "new": "mongo", "ladder": "standard", "phase": "off", "switches": {"emergency": "PANIC"}},
        },
    }

    def row(migration, name, why, given, want):
        file.add(f"{migration}: {name}", why, ruleset="switches", migration=migration, context={}, switches=given, now=0, want=want)

    row("plain", "nothing given", "a switch that nobody gives is off", {}, SYNC)
    row("plain", "other names", "an environment holds much else", {"PATH": "/bin", "read": "true", "R": True}, SYNC)
    row("plain", "null", "null gives nothing", {R: None}, SYNC)
    row("plain", "undefined", "nor does undefined", {R: MISSING}, SYNC)
    row("plain", "true", "a boolean", {R: True}, DUAL_READ)
    row("plain", "the text true", "a text", {R: "true"}, DUAL_READ)
    row("plain", "the text false", "off", {R: "false"}, SYNC)
    row("plain", "the empty text", "off, without a word: that is how a variable is unset", {R: ""}, SYNC)
    for value, shown in [
        ("TRUE", '"TRUE"'), ("True", '"True"'), ("1", '"1"'), ("yes", '"yes"'), ("on", '"on"'), (" true", '" true"'),
        ("true ", '"true "'), ('"true"', '"\\"true\\""'),
    ]:
        want = {**SYNC, "hazards": [HAZARDS.unreadable(R, shown)]}
        row("plain", f"the text {value!r}", "only `true` is on; whatever else was meant is reported", {R: value}, want)
    for name, value in [("1", 1), ("0", 0), ("a fraction", floating("0.5")), ("2^53 + 1", integer(2**53 + 1)), ("a list", [True]), ("a mapping", {"is": True})]:
        want = {**SYNC, "hazards": [HAZARDS.unreadable(R, "of another type")]}
        row("plain", name, "numbers are not booleans, and lists are not what is in them", {R: value}, want)
    hazards = [*DUAL_READ["hazards"], HAZARDS.unreadable(W, '"TRUE"'), HAZARDS.unreadable(B, "of another type"), HAZARDS.unreadable(E, '"0"')]
    row(
        "plain", "several unreadable", "each is reported, in the order read, write, backup, emergency",
        {E: "0", B: 1, W: "TRUE", R: "true"}, {**DUAL_READ, "hazards": hazards},
    )
    row("both", "nothing given", "without a switch, the ruleset's phase holds", {}, CLEANUP)
    row("both", "only the emergency", "the emergency is no choice of a phase", {E: False}, CLEANUP)
    emergency = route("cleanup", read(OLD), write(OLD), "off off", [HAZARDS.unbacked(frozen=True), HAZARDS.both_lack()], emergency=True)
    row("both", "the emergency", "the emergency of that phase", {E: "true"}, emergency)
    row("both", "one switch given", "one switch that is given selects the phase; the others hold what the ruleset says", {W: False}, DUAL_READ)
    row("both", "the held switch given", "what is given comes before what is held", {R: False, W: False}, SYNC)
    row("both", "the phase's own setting", "3b and cleanup have the same switches: the ruleset's phase tells them apart", {W: True}, CLEANUP)
    given = {R: False, W: True}
    want = route(None, read(OLD), write(NEW), "off off", [HAZARDS.reads_never_see(OLD, NEW)])
    row("both", "a setting that no phase has", "a combination that no phase covers still decides", given, want)
    row("held", "nothing given", "switches may hold values of their own, the emergency too", {}, emergency_of("dual_read"))
    row("held", "the emergency cleared", "and be overruled", {E: False}, DUAL_READ)
    row("held", "an unreadable emergency", "an unreadable value is off, not what was held", {E: "maybe"}, {**DUAL_READ, "hazards": [*DUAL_READ["hazards"], HAZARDS.unreadable(E, '"maybe"')]})
    row("emergency", "nothing given", "a ladder may have no switch but the emergency", {}, DUAL_READ)
    row("emergency", "on", "which reads and writes the old store", {E: True}, emergency_of("dual_read"))
    row("emergency", "another switch", "no other switch is looked at", {R: False, W: True}, DUAL_READ)
    row("emergency held", "nothing given", "the ruleset may declare the emergency", {}, emergency_of("dual_read"))
    row("emergency held", "cleared", "and a caller clear it", {E: "false"}, DUAL_READ)
    row("emergency fixed", "a switch", "unless there is no switch", {E: "false"}, emergency_of("dual_read"))
    row("standard", "calm", "every ladder has an emergency", {"PANIC": ""}, route("off", read("sql"), write("sql"), "off off"))
    row("standard", "emergency", "which in `off` changes nothing", {"PANIC": "true"}, route("off", read("sql"), write("sql"), "off off", emergency=True))
    file.add("plain: no switches at all", "switches may be left out", ruleset="switches", migration="plain", context={}, now=0, want=SYNC)
    return file


def cohorts():
    file = File(
        "cohorts",
        "routes",
        "A share of the units may be in the phase next to the migration's. The streams are those of all, so both "
        "phases show what either needs.",
    )
    start = 1_000_000

    def migration(phase, cohort, share="50%", **keys):
        share = share if isinstance(share, dict) else {"rollout": share}
        return {
            "old": "sql", "new": "mongo", "ladder": "standard", "phase": phase, "cohort": {"phase": cohort, **share, "by": "order.id"},
            "switches": {"emergency": "PANIC"}, **keys,
        }

    file.rulesets["cohorts"] = {
        "cutover": 1,
        "migrations": {
            "to live": migration("shadow", "live"),
            "to ramp_down": migration("live", "ramp_down"),
            "back to shadow": migration("live", "shadow", salt="to live"),
            "to dual_write": migration("sync", "dual_write"),
            "nobody": migration("shadow", "live", "0%"),
            "everybody": migration("shadow", "live", "100%"),
            "ramp": migration("shadow", "live", {"ramp": [{"at": start, "to": "0%"}, {"at": start + 1000, "to": "100%"}]}),
        },
    }
    h = Hazards("sql", "mongo")
    compared = {"with": "mongo", "profile": None, "sample": 1_000_000}
    shadow = route("shadow", read("sql", compare=compared), write("sql", "mongo", "required"), "off armed")
    live_read = read("mongo", "sql", ["error", "timeout"], {**compared, "with": "sql"})
    live = route("live", live_read, write("mongo", "sql", "required"), "off armed", cohort=True)

    def row(name, migration, why, unit, want, now=0, **fields):
        context = {} if unit is None else {"order": {"id": unit}}
        file.add(name, why, ruleset="cohorts", migration=migration, context=context, now=now, **fields, want=want)

    inside = first_unit("to live", lambda place: place < 2**31)
    outside = first_unit("to live", lambda place: place >= 2**31)
    row("inside", "to live", "a unit inside takes the cohort's phase", inside, live)
    row("outside", "to live", "the others stay; the reverse stream is armed for all", outside, shadow)
    row("a number as unit", "to live", "orders have numbers", (number := _number("to live")), live)
    row("no unit", "to live", "without the unit the route is that of the migration's phase, and says so", None, {**shadow, "error": "MISSING_UNIT"})
    row("a unit that is none", "to live", "the same with a unit of another type", [number], {**shadow, "error": "INVALID_CONTEXT"})
    turned = write("sql", "mongo", "outbox")
    row(
        "inside, emergency", "to live", "the emergency is that of the unit's own phase", inside,
        route("live", read("sql"), turned, "off off", [h.skew()], emergency=True, cohort=True), switches={"PANIC": True},
    )
    row(
        "outside, emergency", "to live", "and so it is for the others", outside,
        route("shadow", read("sql"), write("sql", "mongo", "required"), "off off", emergency=True), switches={"PANIC": True},
    )
    row("back, inside", "back to shadow", "a cohort may be in the phase before; with the same salt it is the same units", inside, {**shadow, "cohort": True})
    row("back, outside", "back to shadow", "the others stay", outside, {**live, "cohort": False})
    first = first_unit("to ramp_down", lambda place: place < 2**31)
    second = first_unit("to ramp_down", lambda place: place >= 2**31)
    row(
        "ramping down, inside", "to ramp_down", "units in ramp_down need the reverse stream", first,
        route("ramp_down", read("mongo"), write("mongo"), "off active", cohort=True),
    )
    row("ramping down, outside", "to ramp_down", "so it is active for all", second, {**live, "cohort": False, "streams": {"forward": "off", "reverse": "active"}})
    first = first_unit("to dual_write", lambda place: place < 2**31)
    row(
        "writing both, inside", "to dual_write", "the copy still runs for those in sync, so it does not drain yet", first,
        route("dual_write", read("sql"), write("sql", "mongo", "required"), "backfill off", cohort=True),
    )
    row("nobody", "nobody", "a cohort of nobody needs no unit", None, shadow)
    row("everybody", "everybody", "nor does one of everybody", None, live)
    row("a ramp, before", "ramp", "a ramp is nobody before its first point", None, shadow, now=start - 1)
    row("a ramp, between", "ramp", "and a share in between", None, {**shadow, "error": "MISSING_UNIT"}, now=start + 1)
    row("a ramp, after", "ramp", "and everybody in the end", None, live, now=start + 1000)
    return file


def _number(salt):
    from .hashing import position

    return next(number for number in range(1000) if position(salt, number) < 2**31)


def jobs():
    file = File("jobs", "routes", "Which variant of each job runs: it follows the writes, and a retired job stops after its phase.")
    kinds = {
        "rewritten": {"kind": "rewrite"}, "updated": {"kind": "update"}, "until 3": {"kind": "retire", "after": "direct_write"},
        "until 2": {"kind": "retire", "after": "dual_read"}, "until 3a": {"kind": "retire", "after": "direct_write_3a"},
    }
    phases = ["sync", "dual_read", "direct_write_3a", "direct_write_3b", "cleanup"]
    table = {f"{phase} {'emergency' if on else 'calm'}": recruiters(phase=phase, jobs=kinds, emergency=on) for phase in phases for on in (False, True)}
    file.rulesets["jobs"] = {"cutover": 1, "migrations": table}
    h = HAZARDS
    calm = {
        "sync": SYNC,
        "dual_read": DUAL_READ,
        "direct_write_3a": route(
            "direct_write_3a", read(NEW), write(NEW, OLD, "best_effort"), "active off",
            [h.backup_echo(OLD, NEW), h.backup_may_fail(), h.running_writes("dual_read", "direct_write_3a")],
        ),
        "direct_write_3b": WRITE_ALONE,
        "cleanup": CLEANUP,
    }
    emergency_hazards = {
        "direct_write_3a": [h.failed_backups()], "direct_write_3b": [h.unbacked(), h.both_lack()],
        "cleanup": [h.unbacked(frozen=True), h.both_lack()],
    }
    states = {  # rewritten, updated, until 3, until 2, until 3a
        "sync": "old old old old old",
        "dual_read": "old old old old old",
        "direct_write_3a": "new new old off old",
        "direct_write_3b": "new new old off off",
        "cleanup": "new new off off off",
    }
    for phase in phases:
        running = dict(zip(kinds, states[phase].split()))
        file.add(
            f"{phase}, calm", "`after: direct_write` means the last phase of that name", ruleset="jobs", migration=f"{phase} calm",
            context={}, now=0, want={**calm[phase], "jobs": running},
        )
        streams = "active off" if phase in ("sync", "dual_read", "direct_write_3a") else "off off"
        want = route(phase, read(OLD), write(OLD), streams, emergency_hazards.get(phase, []), emergency=True, jobs=dict.fromkeys(kinds, "old"))
        file.add(
            f"{phase}, emergency", "an emergency writes the old store, and needs every job of it, retired ones too", ruleset="jobs",
            migration=f"{phase} emergency", context={}, now=0, want=want,
        )
    return file


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
        table[name] = {"old": old, "new": new, "phases": [{"name": "only", **phase}], "phase": "only", "emergency": emergency, **keys}
        file.add(name, why, ruleset="phases", migration=name, context={}, now=0, want=route("only", *want, emergency=emergency))

    row("the least", "a phase reads and writes; streams are off unless they are given", {"read": "old", "write": ["old"]}, (read(old), write(old), "off off"))
    row("both writes", "a second write that is only named is required", {"read": "new", "write": ["old", "new"]}, (read(new), write(old, new, "required"), "off off"))
    row(
        "everything", "the order of `on` is always the same", {
            "read": {"from": "new", "fallback": "old", "on": ["timeout", "not_found", "error"], "compare": "old"},
            "write": ["new", {"to": "old", "ack": "required"}], "streams": {"forward": "off", "reverse": "armed"},
        },
        (read(new, old, ["not_found", "error", "timeout"], {"with": old, "profile": "offers", "sample": 2500}), write(new, old, "required"), "off armed"),
        compare={"profile": "offers", "sample": "0.25%"},
    )
    row("behind a stream", "reads inside the lag are stale", {"read": "new", "write": ["old"], "streams": active}, (read(new), write(old), "active off", [h.reads_behind_stream(new, old)]))
    row("behind an outbox", "reads miss what is in the outbox", {"read": "new", "write": ["old", *outbox]}, (read(new), write(old, new, "outbox"), "off off", [h.reads_behind_outbox(new, old)]))
    row("behind a copy", "reads miss what failed", {"read": "new", "write": ["old", *best]}, (read(new), write(old, new, "best_effort"), "off off", [h.reads_behind_copy(new, old)]))
    row("split", "nothing carries writes to where reads are", {"read": "new", "write": ["old"]}, (read(new), write(old), "off off", [h.reads_never_see(new, old)]))
    row(
        "an unfinished copy", "a record that is not copied yet reads as missing", {"read": "new", "write": ["old"], "streams": {"forward": "backfill"}},
        (read(new), write(old), "backfill off", [h.reads_behind_stream(new, old), h.reads_unfinished_copy(new)]),
    )
    row(
        "a copy without changes", "and a copy alone brings no changes at all", {"read": "new", "write": ["old"], "streams": {"forward": "load"}},
        (read(new), write(old), "load off", [h.reads_never_see(new, old), h.reads_unfinished_copy(new)]),
    )
    failing = {"from": "old", "fallback": "new", "on": ["error"]}
    row("falling back behind a stream", "the fallback is behind", {"read": failing, "write": ["old"], "streams": active}, (read(old, new, ["error"]), write(old), "active off", [h.falls_back(old, new, "stream")]))
    row("falling back behind an outbox", "the fallback is behind", {"read": failing, "write": ["old", *outbox]}, (read(old, new, ["error"]), write(old, new, "outbox"), "off off", [h.falls_back(old, new, "outbox")]))
    row(
        "falling back on a copy", "the fallback lacks what failed, and going on to it loses that", {"read": failing, "write": ["old", *best]},
        (read(old, new, ["error"]), write(old, new, "best_effort"), "off off", [h.falls_back(old, new, "copy"), h.second_may_fail()]),
    )
    row("falling back on nothing", "the fallback lacks every write", {"read": failing, "write": ["old"]}, (read(old, new, ["error"]), write(old), "off off", [h.falls_back(old, new, "never")]))
    looking = {"from": "old", "fallback": "new", "on": ["not_found"]}
    row("resurrecting by a stream", "a delete has not arrived yet", {"read": looking, "write": ["old"], "streams": active}, (read(old, new, ["not_found"]), write(old), "active off", [h.resurrects(old, new, "stream")]))
    row("resurrecting by an outbox", "a delete is still in the outbox", {"read": looking, "write": ["old", *outbox]}, (read(old, new, ["not_found"]), write(old, new, "outbox"), "off off", [h.resurrects(old, new, "outbox")]))
    row(
        "resurrecting by a copy", "a delete failed", {"read": looking, "write": ["old", *best]},
        (read(old, new, ["not_found"]), write(old, new, "best_effort"), "off off", [h.resurrects(old, new, "copy"), h.second_may_fail()]),
    )
    row(
        "resurrecting for good", "deletes never arrive", {"read": {**looking, "from": "new", "fallback": "old"}, "write": ["new"]},
        (read(new, old, ["not_found"]), write(new), "off off", [h.resurrects(new, old, "never"), h.no_way_back()]),
    )
    row("both required and found", "where both take every write, a missing record is missing", {"read": looking, "write": ["old", "new"]}, (read(old, new, ["not_found"]), write(old, new, "required"), "off off"))
    row(
        "draining into writes", "older changes may come after newer writes", {"read": "new", "write": ["new"], "streams": {"forward": "draining"}},
        (read(new), write(new), "draining off", [h.older_changes(old, new), h.no_way_back()]),
    )
    row(
        "a stream into writes", "a stream that goes on is no better", {"read": "new", "write": ["new"], "streams": active},
        (read(new), write(new), "active off", [h.older_changes(old, new), h.no_way_back()]),
    )
    row(
        "an echo of the backup", "the stream brings the backup back", {"read": "new", "write": ["new", {"to": "old", "ack": "best_effort"}], "streams": active},
        (read(new), write(new, old, "best_effort"), "active off", [h.backup_echo(old, new), h.backup_may_fail()]),
    )
    row("an echo of both writes", "what both stores took comes once more by the stream", {"read": "new", "write": ["new", "old"], "streams": active}, (read(new), write(new, old, "required"), "active off", [h.stale_echo(old, new)]))
    row("an echo on the reads' side", "also where reads are on the side that is written second", {"read": "new", "write": ["old", "new"], "streams": active}, (read(new), write(old, new, "required"), "active off", [h.stale_echo(old, new)]))
    row("second by luck", "moving on loses what failed", {"read": "old", "write": ["old", *best]}, (read(old), write(old, new, "best_effort"), "off off", [h.second_may_fail()]))
    row("the stream makes up for it", "unless a stream follows", {"read": "old", "write": ["old", *best], "streams": active}, (read(old), write(old, new, "best_effort"), "active off"))
    row("a reverse stream", "writes can be carried back", {"read": "new", "write": ["new"], "streams": {"reverse": "active"}}, (read(new), write(new), "off active"))
    turned = (read(old), write(old, new, "outbox"))
    row(
        "an emergency before the outbox", "without one of its own, an emergency reads old and turns the writes round",
        {"read": "new", "write": ["new", {"to": "old", "ack": "outbox"}]}, (*turned, "off off", [h.before_outbox()]), emergency=True,
    )
    row(
        "an emergency of its own", "an emergency written out says what it does, and keeps the streams",
        {"read": "new", "write": ["new", "old"], "streams": {"reverse": "armed"}, "emergency": {"read": "old", "write": ["old"]}},
        (read(old), write(old), "off armed", [h.lost_on_clearing()]), emergency=True,
    )
    row(
        "an emergency with streams", "unless it gives its own", {
            "read": "new", "write": ["new", "old"], "emergency": {"read": "old", "write": ["old"], "streams": {"forward": "active"}},
        },
        (read(old), write(old), "active off"), emergency=True,
    )
    return file
