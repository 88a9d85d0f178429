"""Plans of work, incidents and drills: what happens, and what is to be done about it."""

from .core import File

RULESET = {
    "cutover": 1,
    "work": {
        "catalogue": {
            "objective": "1h",
            "phases": [
                {
                    "name": "load",
                    "restore_point": {
                        "name": "dump",
                        "take": {"takes": "5m"},
                        "verify": {"takes": "1m"},
                        "restore": {"attempts": 2, "every": "30s", "takes": {"from": "10m", "to": "20m"}},
                    },
                    "actions": [{"name": "copy", "attempts": 2, "timeout": "1s"}],
                    "validations": [{"name": "counts", "at_least": 7}],
                    "approval": True,
                    "rollback": {
                        "actions": [{"name": "drop", "takes": "1m"}],
                        "validations": [{"name": "counts_again", "takes": {"from": "1m", "to": "2m"}}],
                    },
                },
                {
                    "name": "switch",
                    "actions": ["route"],
                    "validations": ["errors"],
                    "rollback": {"actions": [{"name": "route_back", "takes": {"from": "10s", "to": "2m"}}], "to": "load"},
                },
            ],
        }
    },
    "incidents": {
        "till": {
            "severities": {"minor": {"objective": "24h"}, "critical": {"objective": "1h"}},
            "features": {"logo": "minor"},
            "before_rollback": [{"name": "cause", "what": "The cause is known"}],
            "after_rollback": ["sales"],
            "notify": ["chat"],
        }
    },
}


def files():
    yield works()
    yield incidents()
    yield drills()


def said(event, now=0, **more):
    return {"event": event, **more, "now": now}


def done(number, name, phase="load", now=0, **more):
    return said("done", now, id=f"r/{number}/{phase}/{name}", **more)


def holds(number, name, phase="load", now=0, **more):
    return said("validated", now, id=f"r/{number}/{phase}/{name}", **({"ok": True} | more))


START = said("start", run="r")
BEGUN = [
    (START, ["take_restore_point r/1/load/take_dump 1"]),
    (done(1, "take_dump"), ["verify_restore_point r/2/load/verify_dump 1"]),
    (holds(2, "verify_dump"), ["run_action r/3/load/copy 1", "wake_at 1000"]),
]


def works():
    file = File("work_steps", "works", "Plans of work: the effects of each event, and where the run stands then.")
    file.rulesets["work"] = RULESET

    def case(name, why, standing, *steps):
        events, effects = [event for event, _ in steps], [list(effects) for _, effects in steps]
        file.add(name, why, ruleset="work", work="catalogue", events=events, want={"effects": effects, "standing": standing})

    case(
        "forward",
        "a phase after the other, each with its checkpoint, and no phase before the approval of the one before it",
        "completed",
        *BEGUN,
        (done(3, "copy"), ["run_validation r/4/load/counts 1"]),
        (holds(4, "counts", value=7), ["save_checkpoint r/5/load/checkpoint 1"]),
        (done(5, "checkpoint"), ["request_approval r/6/load/approval 1", "notify r/7/load/approval 1"]),
        (said("approve", id="r/6/load/approval", actor="ann"), ["run_action r/8/switch/route 1"]),
        (said("approve", id="r/6/load/approval", actor="ann"), ["ignored r/6/load/approval"]),
        (done(8, "route", "switch"), ["run_validation r/9/switch/errors 1"]),
        (holds(9, "errors", "switch"), ["save_checkpoint r/10/switch/checkpoint 1"]),
        (done(10, "checkpoint", "switch"), ["notify r/11/switch/completed 1"]),
    )
    case(
        "a crash",
        "what is under way comes again under its id, with the notices that nobody confirmed",
        "running",
        *BEGUN,
        (said("restarted", 500), ["run_action r/3/load/copy 1", "wake_at 1500"]),
    )
    case(
        "a timeout",
        "an attempt of which nothing is heard is stopped, and tried again; what it says later is not believed",
        "running",
        *BEGUN,
        (said("tick", 999), []),
        (said("tick", 1000), ["cancel r/3/load/copy 1", "run_action r/3/load/copy 2", "wake_at 2000"]),
        (said("failed", 1001, id="r/3/load/copy", attempt=1, error="stopped"), ["ignored r/3/load/copy"]),
    )
    case(
        "too few",
        "a number that is not what is expected takes the phase back: its actions, its restore point, its validations",
        "rolled_back",
        *BEGUN,
        (done(3, "copy"), ["run_validation r/4/load/counts 1"]),
        (holds(4, "counts", value=6.5), ["notify r/5/load/rolling_back 1", "run_action r/6/load/drop 1"]),
        (done(6, "drop"), ["restore r/7/load/restore_dump 1"]),
        (done(7, "restore_dump"), ["validate_data r/8/load/counts_again 1"]),
        (holds(8, "counts_again"), ["save_checkpoint r/9/load/checkpoint 1"]),
        (done(9, "checkpoint"), ["notify r/10/load/rolled_back 1"]),
    )
    case(
        "no number",
        "a check that says yes and no number, where one is expected, is no pass",
        "rolling_back",
        *BEGUN,
        (done(3, "copy"), ["run_validation r/4/load/counts 1"]),
        (holds(4, "counts"), ["notify r/5/load/rolling_back 1", "run_action r/6/load/drop 1"]),
    )
    case(
        "a rollback that fails",
        "nothing goes on without a person, who mends it and goes on, or did it by hand and says so",
        "rolling_back",
        *BEGUN,
        (said("rollback", actor="ann"), ["cancel r/3/load/copy 1"]),
        (said("failed", id="r/3/load/copy", error="stopped"), ["notify r/4/load/rolling_back 1", "run_action r/5/load/drop 1"]),
        (said("failed", id="r/5/load/drop", error="no"), ["notify r/6/load/needs_operator 1"]),
        (said("tick", 9), []),
        (said("override", id="r/5/load/drop", actor="ann", reason=" "), ["refused"]),
        (said("override", id="r/5/load/drop", actor="ann", reason="dropped"), ["restore r/7/load/restore_dump 1"]),
    )
    case(
        "aborted",
        "an abort stops at once; what is not known stays written down, and only a rollback leads on",
        "aborted",
        *BEGUN,
        (said("abort", actor="ann"), ["cancel r/3/load/copy 1", "notify r/4/load/aborted 1"]),
        (START, ["refused"]),
    )
    return file


def incidents():
    file = File("incident_steps", "incidents", "Incidents: the effects of each event, and where the incident stands at a time.")
    file.rulesets["till"] = RULESET
    opened = said("open", id="i", title="no sale", feature="till", actor="ann")
    told = ["notify i/1", "wake_at 3600000"]

    def case(name, why, now, want, *steps):
        events, effects = [event for event, _ in steps], [list(effects) for _, effects in steps]
        given = {"ruleset": "till", "policy": "till", "events": events, "now": now}
        file.add(name, why, **given, want={"effects": effects, **want})

    case(
        "a clock",
        "what nobody has rated is of the worst severity, and its clock runs from when it began",
        60_000,
        {"stage": "opened", "severity": "critical", "left_ms": 3_540_000, "met": None},
        (opened, told),
        (opened, ["refused"]),
    )
    case(
        "missed",
        "the objective is missed at its end, once",
        4_000_000,
        {"stage": "opened", "severity": "critical", "left_ms": None, "met": False},
        (opened, told),
        (said("tick", 3_599_999), []),
        (said("tick", 3_600_000), ["notify i/2"]),
        (said("tick", 3_600_001), []),
    )
    check = said("check", 60, list="before", item="cause", actor="ann", evidence="ticket 7")
    mitigate = said("mitigate", 70, actor="ann", what="flag off", rollback=True)
    after = said("check", 80, list="after", item="sales", actor="ann", evidence="10 sales")
    resolve = said("resolve", 90, actor="ann")
    case(
        "checklists",
        "no rollback before its checklist, and no end before the other one",
        100,
        {"stage": "resolved", "severity": "minor", "left_ms": None, "met": True},
        (said("open", id="i", title="no logo", feature="logo", trigger="looks"), ["notify i/1", "wake_at 86400000"]),
        (mitigate, ["refused"]),
        ({**check, "evidence": ""}, ["refused"]),
        (check, []),
        (mitigate, []),
        (resolve, ["refused"]),
        (after, []),
        (resolve, ["notify i/2"]),
    )
    return file


def drills():
    """The times in between are golden: what a hash of seed and step gives, the same in every language."""
    file = File("drills", "drills", "Drills: a rollback rehearsed, and whether it would be over in time.")
    file.rulesets["work"] = RULESET

    def case(name, why, scenario, **want):
        file.add(name, why, ruleset="work", work="catalogue", scenario=scenario, want=want)

    case(
        "both phases",
        "the longest rehearsal is that in which each step takes as long as it may",
        {"detection": "5m"},
        answer="met",
        longest_ms=1_800_000,
        phases=["switch", "load"],
        restored=["dump"],
        met=1_000,
        **DRAWN["both phases"],
    )
    case(
        "a restore that fails once",
        "the second attempt comes after its wait, and the objective is missed",
        {"from": "load", "objective": "40m", "fails": {"restore_dump": 1}},
        answer="missed",
        longest_ms=2_610_000,
        phases=["load"],
        restored=["dump"],
        **DRAWN["a restore that fails once"],
    )
    case(
        "nobody who mends it",
        "what takes a person, and nobody says how long, is not known",
        {"from": "load", "fails": {"restore_dump": 2}, "seeds": 10, "objective": "9h"},
        answer="not_known",
        unknown=["a person mends it"],
        mended=10,
    )
    return file


DRAWN = {
    "both phases": {"shortest_ms": 1_056_361, "median_ms": 1_410_420},
    "a restore that fails once": {"shortest_ms": 1_385_222, "median_ms": 1_972_665, "met": 954},
}
