"""Plans: what happens, in which order, and what becomes of a rollout. States go through the language's own JSON."""

from .core import File

MINUTE = 60_000
HOUR = 60 * MINUTE


def files():
    yield plans()


def start(**more):
    return {"event": "start", "actor": "ada", **more}


def ack(epoch):
    return {"event": "ack", "epoch": epoch}


def observe(at, **values):
    seen = [{"metric": metric, "at": at, "value": value} for metric, value in values.items()]
    return {"event": "observe", "observations": seen}


def plans():
    file = File(
        "plans",
        "plans",
        "What becomes of a rollout, event by event: the stage, the share in millionths, the epoch, and the effects in order, "
        "without `record` and `wake_at`; a refused event has why behind a colon.",
    )

    def case(name, why, plan, *steps):
        file.rulesets[name] = {
            "cutover": 1,
            "segments": {"pilots": {"if": {"attribute": "pilot", "is": True}}},
            "flags": {
                "f": {"rules": [{"if": {"segment": "pilots"}, "serve": "on"}, {"serve": {"rollout": "0%"}}]},
                "saving": {},
            },
            "migrations": {"m": {"old": "a", "new": "b", "ladder": "standard", "phase": "off"}},
            "gates": {"g": {"checks": [{"metric": "precision", "at_least": 0.95}]}},
            "incidents": {"till": {"severities": {"critical": {"objective": "1h"}}}},
            "plans": {"p": {**({} if "migration" in plan else {"flag": "f"}), "gate": "g", "bake": "1h", **plan}},
        }
        written = [
            {"now": now, "event": event, "want": {"stage": stage, "millionths": share, "epoch": epoch, "effects": effects}}
            for now, event, stage, share, epoch, *effects in steps
        ]
        file.add(name, why, ruleset=name, plan="p", steps=written)

    asks = ["set_percentage", "await_ack"]
    back = ["notify", "set_percentage", "await_ack"]

    def good(minute):
        at = minute * MINUTE
        return at, observe(at, precision=0.97)

    case(
        "a rollout that passes",
        "a step is watched from the acknowledgement on, for an hour in which nobody looks away for more than 15 minutes",
        {"steps": ["10%", "100%"]},
        (0, {"event": "tick"}, "draft", 0, 0),
        (0, start(), "progressing", 100_000, 1, *asks),
        (5 * MINUTE, ack(1), "baking", 100_000, 1),
        (*good(20), "baking", 100_000, 1),
        (*good(35), "baking", 100_000, 1),
        (*good(50), "baking", 100_000, 1),
        (*good(65), "progressing", 1_000_000, 2, *asks),
        (66 * MINUTE, ack(1), "progressing", 1_000_000, 2, "refused:other_epoch"),
        (67 * MINUTE, ack(2), "baking", 1_000_000, 2),
        (*good(82), "baking", 1_000_000, 2),
        (*good(140), "baking", 1_000_000, 2),
        (*good(155), "baking", 1_000_000, 2),
        (*good(170), "promoted", 1_000_000, 2, "notify"),
        (171 * MINUTE, {"event": "complete", "actor": "ada"}, "completed", 1_000_000, 2, "notify"),
        (172 * MINUTE, {"event": "abort", "actor": "ada", "reason": "late"}, "completed", 1_000_000, 2, "refused:not_now"),
    )
    case(
        "a gate that fails",
        "nobody is left, and who starts again says what was looked at",
        {"steps": ["10%", "100%"]},
        (0, start(), "progressing", 100_000, 1, *asks),
        (MINUTE, observe(MINUTE, precision=0.9), "rolling_back", 0, 2, *back),
        (2 * MINUTE, ack(2), "rolled_back", 0, 2, "notify"),
        (3 * MINUTE, start(), "rolled_back", 0, 2, "refused:other_revision"),
        (3 * MINUTE, start(expect=1), "rolled_back", 0, 2, "refused:other_revision"),
        (3 * MINUTE, start(expect=3), "progressing", 100_000, 3, *asks),
        (4 * MINUTE, {"event": "emergency", "on": True, "actor": "ada"}, "rolling_back", 0, 4, *back),
        (5 * MINUTE, ack(4), "rolled_back", 0, 4, "notify"),
        (6 * MINUTE, start(expect=6), "rolled_back", 0, 4, "refused:emergency"),
    )
    case(
        "nothing is measured",
        "what is not known never promotes: the window ends, and the plan waits for somebody",
        {"steps": ["10%", "100%"], "bake": "10m", "max_window": "20m"},
        (0, start(), "progressing", 100_000, 1, *asks),
        (0, ack(1), "baking", 100_000, 1),
        (10 * MINUTE, {"event": "tick"}, "baking", 100_000, 1),
        (20 * MINUTE, {"event": "tick"}, "paused", 100_000, 1, "notify"),
        (*good(21), "paused", 100_000, 1),
        (22 * MINUTE, {"event": "skip", "actor": "ada", "step": 0, "reason": "a", "accepted_cost": "b"}, "paused", 100_000, 1, "refused:not_now"),
        (23 * MINUTE, {"event": "resume", "actor": "ada"}, "baking", 100_000, 1),
        (24 * MINUTE, {"event": "tick"}, "baking", 100_000, 1),
        (25 * MINUTE, {"event": "skip", "actor": "ada", "step": 0, "reason": "a", "accepted_cost": ""}, "baking", 100_000, 1, "refused:word_missing"),
        (25 * MINUTE, {"event": "skip", "actor": "ada", "step": 0, "reason": "a", "accepted_cost": "b"}, "progressing", 1_000_000, 2, *asks),
    )
    case(
        "a trigger, and a rollback step by step",
        "a trigger acts once it has fired for long enough; a gate that still fails twice takes the rest at once",
        {
            "steps": ["60%", "100%"],
            "triggers": [
                {"when": {"metric": "p95", "above": 150}, "for": "5m", "do": {"set_flag": "saving"}},
                {"when": {"metric": "errors", "above": "1%"}, "for": "1m", "do": "rollback_progressive"},
            ],
            "rollback": {"steps": ["75%", "50%", "25%", "0%"], "every": "5m"},
        },
        (0, start(), "progressing", 600_000, 1, *asks),
        (MINUTE, ack(1), "baking", 600_000, 1),
        (2 * MINUTE, observe(2 * MINUTE, p95=160, precision=0.97), "baking", 600_000, 1),
        (6 * MINUTE, {"event": "tick"}, "baking", 600_000, 1),
        (7 * MINUTE, {"event": "tick"}, "baking", 600_000, 1, "set_flag"),
        (8 * MINUTE, {"event": "tick"}, "baking", 600_000, 1),
        (9 * MINUTE, observe(9 * MINUTE, errors=0.02), "baking", 600_000, 1),
        (10 * MINUTE, observe(10 * MINUTE, errors=0.02), "rolling_back", 500_000, 2, *back),
        (11 * MINUTE, ack(2), "rolling_back", 500_000, 2),
        (15 * MINUTE, {"event": "tick"}, "rolling_back", 500_000, 2),
        (16 * MINUTE, {"event": "tick"}, "rolling_back", 250_000, 3, *asks),
        (17 * MINUTE, ack(3), "rolling_back", 250_000, 3),
        (18 * MINUTE, observe(18 * MINUTE, precision=0.5), "rolling_back", 0, 4, *asks),
        (19 * MINUTE, ack(4), "rolled_back", 0, 4, "notify"),
    )
    case(
        "segments, an approval and a holdback",
        "a step adds to whom the one before it reached; an approval names its step, and the gate has to pass when it comes",
        {"steps": [{"segment": "pilots", "bake": "10m", "approval": True}, {"to": "100%", "bake": "10m"}], "holdback": "1%"},
        (0, start(), "progressing", 0, 1, *asks),
        (0, ack(1), "baking", 0, 1),
        (*good(10), "awaiting_approval", 0, 1, "request_approval"),
        (11 * MINUTE, {"event": "approve", "actor": "ada", "step": 1}, "awaiting_approval", 0, 1, "refused:not_now"),
        (40 * MINUTE, {"event": "approve", "actor": "ada", "step": 0}, "awaiting_approval", 0, 1, "refused:gates_not_passed"),
        (*good(41), "awaiting_approval", 0, 1),
        (42 * MINUTE, {"event": "approve", "actor": "ada", "step": 0}, "progressing", 990_000, 2, *asks),
        (43 * MINUTE, ack(2), "baking", 990_000, 2),
        (*good(53), "promoted", 990_000, 2, "notify"),
        (54 * MINUTE, {"event": "complete", "actor": "ada"}, "completed", 1_000_000, 3, *asks, "notify"),
    )
    case(
        "twice, late and after a crash",
        "what is told twice is told once; what is owed is asked for again; a clock that goes back adds nothing",
        {"steps": ["10%", "100%"], "bake": "10m"},
        (0, start(), "progressing", 100_000, 1, *asks),
        (0, start(), "progressing", 100_000, 1, "refused:not_now"),
        (0, {"event": "restarted"}, "progressing", 100_000, 1, *asks),
        (0, {"event": "done", "id": 1}, "progressing", 100_000, 1),
        (0, {"event": "done", "id": 1}, "progressing", 100_000, 1, "refused:unknown_effect"),
        (0, {"event": "restarted"}, "progressing", 100_000, 1, "await_ack"),
        (MINUTE, ack(1), "baking", 100_000, 1),
        (MINUTE, ack(1), "baking", 100_000, 1, "refused:repeated"),
        (*good(6), "baking", 100_000, 1),
        (2 * MINUTE, {"event": "tick"}, "baking", 100_000, 1),
        (*good(10), "baking", 100_000, 1),
        (*good(11), "progressing", 1_000_000, 2, *asks),
    )

    roll_back = {"event": "roll_back", "actor": "ada", "reason": "sales fall"}
    case(
        "somebody takes it back step by step",
        "a person may go back slowly too, and once it goes back, a second word changes nothing",
        {"steps": ["50%", "100%"], "rollback": {"steps": ["25%", "0%"], "every": "5m"}},
        (0, start(), "progressing", 500_000, 1, *asks),
        (0, {**roll_back, "mode": "progressive", "reason": " "}, "progressing", 500_000, 1, "refused:word_missing"),
        (0, {**roll_back, "mode": "progressive"}, "rolling_back", 250_000, 2, *back),
        (0, {**roll_back, "mode": "progressive"}, "rolling_back", 250_000, 2, "refused:not_now"),
        (MINUTE, ack(2), "rolling_back", 250_000, 2),
        (6 * MINUTE, {"event": "tick"}, "rolling_back", 0, 3, *asks),
        (6 * MINUTE, {**roll_back, "mode": "immediate"}, "rolling_back", 0, 3, "refused:not_now"),
        (7 * MINUTE, ack(3), "rolled_back", 0, 3, "notify"),
    )
    guard = {"event": "guard", "guard": "conditional_writes"}
    moves = ["set_migration", "await_ack"]
    case(
        "data that waits",
        "no node may still do what was asked for before, no operation of then may run, and each guard is told of this epoch",
        {"migration": "m", "steps": ["sync", "dual_write"], "on_fail": "rollback_progressive"},
        (0, start(), "draft", 0, 0, "refused:guards_missing"),
        (0, {"event": "operations", "oldest": None}, "draft", 0, 0),
        (0, {**guard, "epoch": 0, "holds": False}, "draft", 0, 0),
        (0, start(), "draft", 0, 0, "refused:guards_missing"),
        (0, {**guard, "epoch": 0, "holds": True}, "draft", 0, 0),
        (0, {**guard, "epoch": 0, "guard": "ids_ahead", "holds": True}, "draft", 0, 0, "refused:unknown_guard"),
        (0, start(), "progressing", 0, 1, *moves),
        (0, {"event": "operations", "oldest": None}, "progressing", 0, 1, "refused:not_acknowledged"),
        (0, ack(1), "baking", 0, 1, "await_guards"),
        (0, {**guard, "epoch": 0, "holds": True}, "baking", 0, 1, "refused:other_epoch"),
        (0, {**guard, "epoch": 1, "guard": "operations_over", "holds": True}, "baking", 0, 1, "refused:own_event"),
        (MINUTE, {"event": "skip", "actor": "a", "step": 0, "reason": "r", "accepted_cost": "c"}, "baking", 0, 1, "refused:guards_missing"),
        (MINUTE, {"event": "operations", "oldest": 0}, "baking", 0, 1),
        (2 * MINUTE, {"event": "operations", "oldest": 1}, "baking", 0, 1),
        (3 * MINUTE, {"event": "stream", "applied_up_to": MINUTE}, "baking", 0, 1),
        (3 * MINUTE, {**guard, "epoch": 1, "holds": True}, "baking", 0, 1),
        (3 * MINUTE, {"event": "skip", "actor": "a", "step": 0, "reason": "r", "accepted_cost": "c"}, "baking", 0, 1, "refused:guards_missing"),
        (4 * MINUTE, {"event": "stream", "applied_up_to": 2 * MINUTE}, "baking", 0, 1),
        (4 * MINUTE, {"event": "skip", "actor": "a", "step": 0, "reason": "r", "accepted_cost": "c"}, "progressing", 0, 2, *moves),
        (5 * MINUTE, ack(2), "baking", 0, 2, "await_guards"),
        (6 * MINUTE, observe(6 * MINUTE, precision=0.5), "rolling_back", 0, 2, "notify", "await_guards"),
        (30 * MINUTE, {"event": "tick"}, "rolling_back", 0, 3, "notify", *moves),
        (31 * MINUTE, ack(3), "rolled_back", 0, 3, "notify"),
    )
    hours = {"from": "09:00", "to": "10:00", "days": ["thu"], "timezone": "UTC"}
    case(
        "only in the morning",
        "the epoch began on a Thursday at midnight: a step begins from nine to ten, and going back waits for no hour",
        {"steps": ["50%", "100%"], "hours": hours},
        (0, start(), "scheduled", 0, 0),
        (9 * HOUR - 1, {"event": "tick"}, "scheduled", 0, 0),
        (9 * HOUR, {"event": "tick"}, "progressing", 500_000, 1, *asks),
        (9 * HOUR, ack(1), "baking", 500_000, 1),
        (12 * HOUR, {"event": "tick"}, "baking", 500_000, 1),
        (12 * HOUR, {**roll_back, "mode": "immediate"}, "rolling_back", 0, 2, *back),
    )
    opens = [{"name": "t", "when": {"metric": "precision", "below": 0.9}, "do": {"open_incident": {"policy": "till", "severity": "critical"}}}]
    case(
        "an incident",
        "the trigger opens it once, and the effect is the event that its policy is told",
        {"steps": ["100%"], "triggers": opens, "on_fail": "pause"},
        (0, start(), "progressing", 1_000_000, 1, *asks),
        (0, ack(1), "baking", 1_000_000, 1),
        (MINUTE, observe(MINUTE, precision=0.5), "paused", 1_000_000, 1, "notify", "open_incident"),
        (2 * MINUTE, observe(2 * MINUTE, precision=0.5), "paused", 1_000_000, 1),
    )
    return file
