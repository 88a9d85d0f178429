"""Routes: which phase a unit is in, and where it reads and writes. Hazards, streams and what they cost are the vectors'."""

from .buckets import Draw, NoUnit, millionths, ramp
from .flags import inside

OLD, NEW = "old", "new"
FAILURE = ["error", "timeout"]
# Phase by phase: read, fallback, what it falls back on, writes.
BOTH_OLD, BOTH_NEW = [(OLD, "required"), (NEW, "required")], [(NEW, "required"), (OLD, "required")]
STANDARD = {
    "off": (OLD, None, [], [(OLD, "required")]),
    "sync": (OLD, None, [], [(OLD, "required")]),
    "dual_write": (OLD, None, [], BOTH_OLD),
    "shadow": (OLD, None, [], BOTH_OLD),
    "live": (NEW, OLD, FAILURE, BOTH_NEW),
    "ramp_down": (NEW, None, [], [(NEW, "required")]),
    "complete": (NEW, None, [], [(NEW, "required")]),
    "cleanup": (NEW, None, [], [(NEW, "required")]),
}
# The switches of the four phases: read, write, backup.
SETTINGS = {
    "sync": (False, False, False),
    "dual_read": (True, False, False),
    "direct_write_3a": (True, True, True),
    "direct_write_3b": (True, True, False),
    "cleanup": (True, True, False),
}


def route(name, migration, world, switches):
    """The route of a migration, as far as the twin knows it."""
    calm, emergency = (_four_switches if migration["ladder"] == "recruiters_four_phase" else _standard)(migration, switches)
    phase, cohort, error = calm[0], False, None
    if "cohort" in migration:
        try:
            cohort = _in_cohort(name, migration, world)
        except NoUnit as nobody:
            error = nobody.code
        if cohort:
            phase = migration["cohort"]["phase"]
            calm = (phase, *STANDARD[phase])
    _, reads, fallback, on, writes = calm
    if emergency:
        reads, fallback, on, writes = OLD, None, [], _of_emergency(migration, phase)
    stores = {OLD: migration["old"], NEW: migration["new"], None: None}
    return {
        "phase": phase,
        "emergency": emergency,
        "read": {"from": stores[reads], "fallback": stores[fallback], "fallback_on": on},
        "write": [{"to": stores[side], "ack": ack} for side, ack in writes],
        "jobs": {job: writes[0][0] for job in migration.get("jobs", {})},
        "error": error,
        "cohort": cohort,
    }


def _of_emergency(migration, phase):
    if migration["ladder"] == "recruiters_four_phase" or phase in ("off", "sync"):
        return [(OLD, "required")]
    return BOTH_OLD if phase in ("dual_write", "shadow") else [(OLD, "required"), (NEW, "outbox")]


def _in_cohort(name, migration, world):
    cohort = migration["cohort"]
    share = ramp(cohort["ramp"], world.now) if "ramp" in cohort else millionths(cohort["rollout"])
    return inside(Draw("1", migration.get("salt", name), cohort["by"], None), share, world)


def _given(migration, switches, which):
    """What a caller gives for a switch: on, off, or nothing."""
    declared = migration.get("switches", {}).get(which)
    found = switches.get(declared["name"] if isinstance(declared, dict) else declared) if declared else None
    return None if found is None else found is True or found == "true"


def _held(migration, which):
    declared = migration.get("switches", {}).get(which)
    return isinstance(declared, dict) and declared.get("is", False)


def _emergency(migration, switches):
    given = _given(migration, switches, "emergency")
    return given if given is not None else migration.get("emergency", False) or _held(migration, "emergency")


def _standard(migration, switches):
    phase = migration["phase"]
    return (phase, *STANDARD[phase]), _emergency(migration, switches)


def _four_switches(migration, switches):
    """What is given comes before the ruleset's phase, and that before what the ruleset says of a switch."""
    given = [_given(migration, switches, which) for which in ("read", "write", "backup")]
    declared = migration.get("phase")
    if declared and given == [None, None, None]:
        read, write, backup = SETTINGS[declared]
        phase = declared
    else:
        held = [_held(migration, which) for which in ("read", "write", "backup")]
        read, write, backup = (one if one is not None else other for one, other in zip(given, held))
        # The backup is no backup of what goes to the old store anyway.
        setting = (read, write, backup and write)
        named = [phase for phase, of in SETTINGS.items() if of == setting]
        phase = declared if declared in named else named[0] if named else None
    reads = (NEW, OLD, ["not_found"]) if read and not write else (NEW if read else OLD, None, [])
    writes = [(OLD, "required")] if not write else [(NEW, "required")] + ([(OLD, "best_effort")] if backup else [])
    return (phase, *reads, writes), _emergency(migration, switches)
