"""Cohorts between two phases, and the jobs of a phase."""

from .core import File
from .hashing import first_unit, position
from .hazards import Hazards
from .recruiters import CLEANUP, DUAL_READ, SYNC, WRITE_ALONE, recruiters
from .routes import HAZARDS, NEW, OLD, read, route, write


def files():
    yield cohorts()
    yield jobs()
    yield calendar()


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
            "old": "sql",
            "new": "mongo",
            "ladder": "standard",
            "phase": phase,
            "cohort": {"phase": cohort, **share, "by": "order.id"},
            "switches": {"emergency": "PANIC"},
            **keys,
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

    number = next(number for number in range(1000) if position("to live", number) < 2**31)
    inside = first_unit("to live", lambda place: place < 2**31)
    outside = first_unit("to live", lambda place: place >= 2**31)
    row("inside", "to live", "a unit inside takes the cohort's phase", inside, live)
    row("outside", "to live", "the others stay; the reverse stream is armed for all", outside, shadow)
    row("a number as unit", "to live", "orders have numbers", number, live)
    row(
        "no unit",
        "to live",
        "without the unit the route is that of the migration's phase, and says so",
        None,
        {**shadow, "error": "MISSING_UNIT"},
    )
    row(
        "a unit that is none", "to live", "the same with a unit of another type", [number], {**shadow, "error": "INVALID_CONTEXT"}
    )
    turned = write("sql", "mongo", "outbox")
    row(
        "inside, emergency",
        "to live",
        "the emergency is that of the unit's own phase",
        inside,
        route("live", read("sql"), turned, "off off", [h.skew()], emergency=True, cohort=True),
        switches={"PANIC": True},
    )
    row(
        "outside, emergency",
        "to live",
        "and so it is for the others",
        outside,
        route("shadow", read("sql"), write("sql", "mongo", "required"), "off off", emergency=True),
        switches={"PANIC": True},
    )
    row(
        "back, inside",
        "back to shadow",
        "a cohort may be in the phase before; with the same salt it is the same units",
        inside,
        {**shadow, "cohort": True},
    )
    row("back, outside", "back to shadow", "the others stay", outside, {**live, "cohort": False})
    first = first_unit("to ramp_down", lambda place: place < 2**31)
    second = first_unit("to ramp_down", lambda place: place >= 2**31)
    row(
        "ramping down, inside",
        "to ramp_down",
        "units in ramp_down need the reverse stream",
        first,
        route("ramp_down", read("mongo"), write("mongo"), "off active", cohort=True),
    )
    row(
        "ramping down, outside",
        "to ramp_down",
        "so it is active for all",
        second,
        {**live, "cohort": False, "streams": {"forward": "off", "reverse": "active"}},
    )
    first = first_unit("to dual_write", lambda place: place < 2**31)
    row(
        "writing both, inside",
        "to dual_write",
        "the copy still runs for those in sync, so it does not drain yet",
        first,
        route("dual_write", read("sql"), write("sql", "mongo", "required"), "backfill off", cohort=True),
    )
    row("nobody", "nobody", "a cohort of nobody needs no unit", None, shadow)
    row("everybody", "everybody", "nor does one of everybody", None, live)
    row("a ramp, before", "ramp", "a ramp is nobody before its first point", None, shadow, now=start - 1)
    row("a ramp, between", "ramp", "and a share in between", None, {**shadow, "error": "MISSING_UNIT"}, now=start + 1)
    row("a ramp, after", "ramp", "and everybody in the end", None, live, now=start + 1000)
    return file


def jobs():
    file = File(
        "jobs", "routes", "Which variant of each job runs: it follows the writes, and a retired job stops after its phase."
    )
    kinds = {
        "rewritten": {"kind": "rewrite"},
        "updated": {"kind": "update"},
        "until 3": {"kind": "retire", "after": "direct_write"},
        "until 2": {"kind": "retire", "after": "dual_read"},
        "until 3a": {"kind": "retire", "after": "direct_write_3a"},
    }
    phases = ["sync", "dual_read", "direct_write_3a", "direct_write_3b", "cleanup"]
    table = {
        f"{phase} {'emergency' if on else 'calm'}": recruiters(phase=phase, jobs=kinds, emergency=on)
        for phase in phases
        for on in (False, True)
    }
    file.rulesets["jobs"] = {"cutover": 1, "migrations": table}
    h = HAZARDS
    calm = {
        "sync": SYNC,
        "dual_read": DUAL_READ,
        "direct_write_3a": route(
            "direct_write_3a",
            read(NEW),
            write(NEW, OLD, "best_effort"),
            "active off",
            [h.backup_echo(OLD, NEW), h.backup_may_fail(), h.running_writes("dual_read", "direct_write_3a")],
        ),
        "direct_write_3b": WRITE_ALONE,
        "cleanup": CLEANUP,
    }
    emergency_hazards = {
        "direct_write_3a": [h.failed_backups()],
        "direct_write_3b": [h.unbacked(), h.both_lack()],
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
            f"{phase}, calm",
            "`after: direct_write` means the last phase of that name",
            ruleset="jobs",
            migration=f"{phase} calm",
            context={},
            now=0,
            want={**calm[phase], "jobs": running},
        )
        streams = "active off" if phase in ("sync", "dual_read", "direct_write_3a") else "off off"
        want = route(
            phase,
            read(OLD),
            write(OLD),
            streams,
            emergency_hazards.get(phase, []),
            emergency=True,
            jobs=dict.fromkeys(kinds, "old"),
        )
        file.add(
            f"{phase}, emergency",
            "an emergency writes the old store, and needs every job of it, retired ones too",
            ruleset="jobs",
            migration=f"{phase} emergency",
            context={},
            now=0,
            want=want,
        )
    return file


WEEK = 7 * 86_400_000
WEEK_ONE = 1_767_571_200_000  # 2026-01-05T00:00:00Z

# The jobs of the document that the four phases come from, by the week of its calendar. What touches persons works on
# both stores as long as both hold them.
JOBS = {
    "recruiterOfferExpirationReminderJob": {"kind": "rewrite", "week": 8},
    "cancelOfferJob": {"kind": "rewrite", "week": 8},
    "fixJobExpirationDateJob": {"kind": "rewrite", "week": 9},
    "updateMissingStartDateJob": {"kind": "rewrite", "week": 9},
    "fixRecruiterDataValidationJob": {"kind": "rewrite", "week": 9},
    "updateSiretInfosInErrorJob": {"kind": "rewrite", "week": 9},
    "sendMiseEnRelation": {"kind": "rewrite", "week": 10},
    "removeDuplicatesRecruiters": {"kind": "retire", "after": "direct_write", "week": 14},
    "lbaJobToJobsPartners": {"kind": "retire", "after": "direct_write", "week": 14},
    "streamProcessor": {"kind": "retire", "after": "direct_write_3a", "week": 16},
    "obfuscateCollections": {"kind": "both", "after": "direct_write", "week": 10},
    "anonymizeIndividual": {"kind": "both", "after": "direct_write", "week": 10},
    "anonimizeUsersWithAccounts": {"kind": "both", "after": "direct_write"},
    "analyzeClosedCompanies": {"kind": "update"},
}


def calendar():
    file = File(
        "calendar",
        "routes",
        "Jobs by the week: before its week a job is what it was, and where the phase is ahead of it, a hazard says so.",
    )
    phases = ["sync", "direct_write_3a", "direct_write_3b", "cleanup"]
    file.rulesets["jobs"] = {
        "cutover": 1,
        "migrations": {phase: recruiters(phase=phase, week_one="2026-01-05", jobs=JOBS) for phase in phases},
    }
    h = HAZARDS
    calm = {
        "sync": SYNC,
        "direct_write_3a": route(
            "direct_write_3a",
            read(NEW),
            write(NEW, OLD, "best_effort"),
            "active off",
            [h.backup_echo(OLD, NEW), h.backup_may_fail(), h.running_writes("dual_read", "direct_write_3a")],
        ),
        "direct_write_3b": WRITE_ALONE,
        "cleanup": CLEANUP,
    }

    def variant(name, phase, week):
        job = JOBS[name]
        if week < job.get("week", 0):
            return "old"
        past = phases.index(phase) - phases.index({"direct_write": "direct_write_3b"}.get(job.get("after"), job.get("after", "sync")))
        match job["kind"]:
            case "retire":
                return "old" if past <= 0 else "off"
            case "both":
                return "both" if past <= 0 else "new"
        return "old" if phase == "sync" else "new"

    for phase in phases:
        for week in (7, 8, 9, 10, 14, 16):
            for now, when in [((week - 1) * WEEK, "its first moment"), (week * WEEK - 1, "its last one")]:
                late = phase in ("direct_write_3b", "cleanup")
                early = [name for name in sorted(JOBS) if late and week < JOBS[name].get("week", 0)]
                behind = [h.job_behind(name) for name in early if variant(name, phase, 99) != "old"]
                want = {**calm[phase], "jobs": {name: variant(name, phase, week) for name in sorted(JOBS)}}
                file.add(
                    f"{phase} in week {week}, {when}",
                    "a job that is not due is what it was",
                    ruleset="jobs",
                    migration=phase,
                    context={},
                    now=WEEK_ONE + now,
                    want={**want, "hazards": want["hazards"] + behind},
                )
    return file
