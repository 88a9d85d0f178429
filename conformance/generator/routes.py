"""Routes of the built-in ladders: every phase, calm and in an emergency, and every combination of the switches."""

from .core import File
from .hazards import Hazards

OLD, NEW = "recruiters", "jobs_partners"
R, W, B, E = "USE_JOBS_PARTNERS_READ", "USE_JOBS_PARTNERS_WRITE", "KEEP_RECRUITERS_BACKUP", "FORCE_RECRUITERS_FALLBACK"
SWITCHES = {"read": R, "write": W, "backup": B, "emergency": E}
HAZARDS = Hazards(OLD, NEW)


def files():
    yield four_switches()
    yield ladders()


def read(from_, fallback=None, on=(), compare=None):
    return {"from": from_, "fallback": fallback, "fallback_on": list(on), "compare": compare}


def write(first, second=None, ack=None):
    writes = [{"to": first, "ack": "required"}]
    return writes if second is None else [*writes, {"to": second, "ack": ack}]


def route(phase, reads, writes, streams, hazards=(), emergency=False, jobs=None, error=None, cohort=False):
    """A whole route; `streams` is `forward reverse`."""
    forward, reverse = streams.split()
    return {
        "phase": phase,
        "emergency": emergency,
        "read": reads,
        "write": writes,
        "streams": {"forward": forward, "reverse": reverse},
        "jobs": jobs or {},
        "hazards": list(hazards),
        "error": error,
        "cohort": cohort,
    }


UNKNOWN = {
    "phase": None,
    "emergency": False,
    "read": None,
    "write": [],
    "streams": None,
    "jobs": {},
    "hazards": [],
    "error": "FLAG_NOT_FOUND",
    "cohort": False,
}


def jobs(store):
    """The jobs of the switches' migration while writes go to a store."""
    return {"cancelOfferJob": "old" if store == OLD else "new", "lbaJobToJobsPartners": "old"}


def four_switches():
    file = File(
        "four_switches",
        "routes",
        "The four environment switches of a job board that moves `recruiters` into `jobs_partners`: all sixteen "
        "combinations read and write what its code reads and writes. Where the comment of the emergency switch says more "
        'than the code ("ignore all other flags"), the comment is meant, and the route says so in a hazard.',
    )
    file.rulesets["recruiters"] = {
        "cutover": 1,
        "migrations": {
            "recruiters": {
                "old": OLD,
                "new": NEW,
                "ladder": "recruiters_four_phase",
                "switches": SWITCHES,
                "jobs": {
                    "cancelOfferJob": {"kind": "rewrite"},
                    "lbaJobToJobsPartners": {"kind": "retire", "after": "direct_write"},
                },
            }
        },
    }
    both = write(NEW, OLD, "best_effort")
    fallback = read(NEW, OLD, ["not_found"])
    h = HAZARDS
    backup, overridden = h.ignored_backup(B), h.ignored_write(W)
    rows = [
        ("", "sync", read(OLD), write(OLD), "active off", [], "phase 1: the old store serves, the stream fills the new one"),
        ("E", "sync", read(OLD), write(OLD), "active off", [], "an emergency in phase 1 changes nothing"),
        (
            "B",
            "sync",
            read(OLD),
            write(OLD),
            "active off",
            [backup],
            "a backup of what goes to the old store anyway is no backup",
        ),
        ("BE", "sync", read(OLD), write(OLD), "active off", [backup], "nor is it in an emergency"),
        (
            "W",
            None,
            read(OLD),
            write(NEW),
            "off off",
            [h.reads_never_see(OLD, NEW)],
            "no phase writes the new store and reads the old one; the code does, and so does the route, with its hazard",
        ),
        (
            "WE",
            None,
            read(OLD),
            write(OLD),
            "off off",
            [h.unbacked(), h.both_lack(), overridden],
            "the emergency writes where it reads; what went to the new store is out of sight",
        ),
        (
            "WB",
            None,
            read(OLD),
            write(NEW, OLD, "best_effort"),
            "active off",
            [h.reads_behind_copy(OLD, NEW), h.backup_echo(OLD, NEW)],
            "with the backup, reads see what its writes achieved",
        ),
        (
            "WBE",
            None,
            read(OLD),
            write(OLD),
            "active off",
            [h.failed_backups(), overridden],
            "the emergency misses the writes whose backup failed",
        ),
        (
            "R",
            "dual_read",
            fallback,
            write(OLD),
            "active off",
            [h.reads_behind_stream(NEW, OLD)],
            "phase 2: reads come from the new store, and go on to the old one for what is not there",
        ),
        ("RE", "dual_read", read(OLD), write(OLD), "active off", [], "the old store is up to date: this emergency costs nothing"),
        (
            "RB",
            "dual_read",
            fallback,
            write(OLD),
            "active off",
            [h.reads_behind_stream(NEW, OLD), backup],
            "the backup has no effect before phase 3",
        ),
        ("RBE", "dual_read", read(OLD), write(OLD), "active off", [backup], "the backup has no effect before phase 3"),
        (
            "RW",
            "direct_write_3b",
            read(NEW),
            write(NEW),
            "off off",
            [h.no_way_back()],
            "phase 3b, and phase 4, which has the same switches: the new store alone",
        ),
        (
            "RWE",
            "direct_write_3b",
            read(OLD),
            write(OLD),
            "off off",
            [h.unbacked(), h.both_lack(), overridden],
            "without a backup, the emergency loses sight of every write since",
        ),
        (
            "RWB",
            "direct_write_3a",
            read(NEW),
            both,
            "active off",
            [h.backup_echo(OLD, NEW), h.backup_may_fail(), h.running_writes("dual_read", "direct_write_3a")],
            "phase 3a: the new store first, the old one as backup; the stream is cut only once this is validated",
        ),
        (
            "RWBE",
            "direct_write_3a",
            read(OLD),
            write(OLD),
            "active off",
            [h.failed_backups(), overridden],
            "the backup is what the emergency reads",
        ),
    ]
    for given, phase, reads, writes, streams, hazards, why in rows:
        switches = {switch: key in given for key, switch in zip("RWBE", (R, W, B, E))}
        want = route(phase, reads, writes, streams, hazards, "E" in given, jobs(writes[0]["to"]))
        name = "".join(key if key in given else "-" for key in "RWBE")
        file.add(name, why, ruleset="recruiters", migration="recruiters", context={}, switches=switches, now=0, want=want)
        texts = {switch: "true" if on else "false" for switch, on in switches.items()}
        file.add(
            f"{name} as texts",
            "an environment holds texts: `true` is on",
            ruleset="recruiters",
            migration="recruiters",
            context={},
            switches=texts,
            now=0,
            want=want,
        )
    return file


def ladders():
    file = File(
        "ladders",
        "routes",
        "Every phase of the three built-in ladders, calm and in its emergency: where it reads and writes, what the "
        "streams do, and what that may cost.",
    )
    migrations = {}
    file.rulesets["ladders"] = {"cutover": 1, "migrations": migrations}

    def row(ladder, old, new, phase, why, calm, emergency):
        for name, want, on in [("calm", calm, False), ("emergency", emergency, True)]:
            migration = f"{ladder}/{phase}/{name}"
            migrations[migration] = {"old": old, "new": new, "ladder": ladder, "phase": phase, "emergency": on}
            file.add(
                f"{ladder}: {phase}, {name}",
                why,
                ruleset="ladders",
                migration=migration,
                context={},
                now=0,
                want=route(phase, *want[:3], want[3] if len(want) > 3 else [], emergency=on),
            )

    standard(lambda *rest: row("standard", "sql", "mongo", *rest))
    recruiters(lambda *rest: row("recruiters_four_phase", OLD, NEW, *rest))
    seven(lambda *rest: row("seven_step", "sql", "mongo", *rest))
    file.add(
        "no such migration",
        "there is nothing to read and nothing to write",
        ruleset="ladders",
        migration="nowhere",
        context={},
        now=0,
        want=UNKNOWN,
    )
    return file


FAILURE = ["error", "timeout"]


def compared(store):
    return {"with": store, "profile": None, "sample": 1_000_000}


def standard(row):
    old, new = "sql", "mongo"
    h = Hazards(old, new)
    row("off", "nothing moves yet", (read(old), write(old), "off off"), (read(old), write(old), "off off"))
    row(
        "sync",
        "records are copied, and changes follow",
        (read(old), write(old), "backfill off"),
        (read(old), write(old), "backfill off"),
    )
    both = write(old, new, "required")
    row(
        "dual_write",
        "both stores take each write; the stream drains what came before",
        (read(old), both, "draining off"),
        (read(old), both, "draining off"),
    )
    row(
        "shadow",
        "reads are compared with the new store",
        (read(old, compare=compared(new)), both, "off off"),
        (read(old), both, "off off"),
    )
    turned = write(old, new, "outbox")
    row(
        "live",
        "the new store serves, the old one stands by; the emergency turns the writes round",
        (read(new, old, FAILURE, compared(old)), write(new, old, "required"), "off armed"),
        (read(old), turned, "off off", [h.skew()]),
    )
    row(
        "ramp_down",
        "the old store follows by the reverse stream; the emergency drains it",
        (read(new), write(new), "off active"),
        (read(old), turned, "off draining", [h.before_stream(), h.older_changes(new, old)]),
    )
    row(
        "complete",
        "the point of no return",
        (read(new), write(new), "off off", [h.no_way_back()]),
        (read(old), turned, "off off", [h.unbacked()]),
    )
    row(
        "cleanup",
        "the old store takes no writes any more",
        (read(new), write(new), "off off", [h.no_way_back()]),
        (read(old), turned, "off off", [h.unbacked(frozen=True)]),
    )


def recruiters(row):
    h = HAZARDS
    bypass = (read(OLD), write(OLD))
    row("sync", "phase 1", (*bypass, "active off"), (*bypass, "active off"))
    row(
        "dual_read",
        "phase 2",
        (read(NEW, OLD, ["not_found"]), write(OLD), "active off", [h.reads_behind_stream(NEW, OLD)]),
        (*bypass, "active off"),
    )
    row(
        "direct_write_3a",
        "phase 3, with the backup: the stream still runs",
        (
            read(NEW),
            write(NEW, OLD, "best_effort"),
            "active off",
            [h.backup_echo(OLD, NEW), h.backup_may_fail(), h.running_writes("dual_read", "direct_write_3a")],
        ),
        (*bypass, "active off", [h.failed_backups()]),
    )
    row(
        "direct_write_3b",
        "phase 3, without",
        (read(NEW), write(NEW), "off off", [h.no_way_back()]),
        (*bypass, "off off", [h.unbacked(), h.both_lack()]),
    )
    row(
        "cleanup",
        "phase 4: the old store is gone",
        (read(NEW), write(NEW), "off off", [h.no_way_back()]),
        (*bypass, "off off", [h.unbacked(frozen=True), h.both_lack()]),
    )


def seven(row):
    old, new = "sql", "mongo"
    h = Hazards(old, new)
    calm = (read(old), write(old))
    turned = write(old, new, "outbox")
    row("initial_load", "records are copied once", (*calm, "load off"), (*calm, "load off"))
    row(
        "change_stream",
        "changes follow from then on; those made during the copy need care",
        (*calm, "active off", [h.gap_after_copy()]),
        (*calm, "active off"),
    )
    row(
        "dual_read",
        "reads are compared, and go on to the new store where the old one fails",
        (read(old, new, FAILURE, compared(new)), write(old), "active off", [h.falls_back(old, new, "stream")]),
        (*calm, "active off"),
    )
    row(
        "read_new",
        "the new store serves reads",
        (read(new, old, FAILURE), write(old), "active off", [h.reads_behind_stream(new, old)]),
        (*calm, "active off"),
    )
    row(
        "dual_write",
        "the second write is queued where it fails: an outbox",
        (read(new, old, FAILURE), turned, "active off", [h.reads_behind_outbox(new, old)]),
        (read(old), turned, "active off", [h.skew()]),
    )
    row(
        "write_new",
        "the old store takes no writes any more, and is still the fallback",
        (
            read(new, old, FAILURE),
            write(new),
            "off off",
            [h.falls_back(new, old, "never"), h.no_way_back(), h.running_writes("dual_write", "write_new")],
        ),
        (read(old), turned, "off off", [h.unbacked(frozen=True)]),
    )
    row(
        "decommission",
        "the fallback is gone",
        (read(new), write(new), "off off", [h.no_way_back()]),
        (read(old), turned, "off off", [h.unbacked(frozen=True)]),
    )
