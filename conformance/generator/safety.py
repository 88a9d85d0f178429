"""What the model of two stores finds on the built-in ladders.

These are golden: what the model found when its verdicts were reviewed. That the model finds what another one found is
held by `crates/cutover-safety/tests/tables.rs`. The counts of states hold that every language looks at the same ones.
"""

from .core import File

LADDERS = {
    "orders": {"old": "orders_sql", "new": "orders_mongo", "ladder": "standard", "phase": "sync"},
    "recruiters": {
        "old": "recruiters",
        "new": "jobs_partners",
        "ladder": "recruiters_four_phase",
        "phase": "dual_read",
        "switches": {"read": "USE_READ", "write": "USE_WRITE", "backup": "KEEP", "emergency": "FORCE"},
    },
    "module": {"old": "sql", "new": "mongo", "ladder": "seven_step", "phase": "dual_read"},
}

WHY = {
    "orders": "safe up, and down from ramp_down, while both stores answer; each guard is there for something",
    "recruiters": "reads are stale in dual_read, and what is written to new only is lost in an emergency",
    "module": "a load without a stream misses what is written between the two",
}

STANDARD = """
phase: off: safe
phase: sync: safe
phase: dual_write: safe
phase: shadow: safe
phase: live: safe
phase: ramp_down: safe
phase: complete: safe
phase: cleanup: safe
forward: off → sync: safe
forward: sync → dual_write: safe
forward: dual_write → shadow: safe
forward: shadow → live: safe
forward: live → ramp_down: stale_on_failure
forward: ramp_down → complete: safe
forward: complete → cleanup: safe
back: cleanup → complete: safe
back: complete → ramp_down: diverged
back: ramp_down → live: stale_on_failure
back: live → shadow: safe
back: shadow → dual_write: safe
back: dual_write → sync: safe
back: sync → off: safe
ladder_up: off → cleanup: stale_on_failure
ladder_down: cleanup → off: lost stale
ladder_down: ramp_down → off: stale_on_failure
emergency: shadow → emergency in shadow: safe
clear: emergency in shadow → shadow: safe
emergency: live → emergency in live: stale
clear: emergency in live → live: stale
emergency: ramp_down → emergency in ramp_down: stale
clear: emergency in ramp_down → ramp_down: stale
emergency: complete → emergency in complete: lost stale
clear: emergency in complete → complete: stale
emergency: cleanup → emergency in cleanup: lost stale
clear: emergency in cleanup → cleanup: stale
cohort: off → sync: safe
cohort: off → dual_write: safe
cohort: off → shadow: safe
cohort: off → live: lost stale
cohort: off → ramp_down: lost stale
cohort: off → complete: lost stale
cohort: off → cleanup: lost stale
cohort: sync → dual_write: safe
cohort: sync → shadow: safe
cohort: sync → live: stale
cohort: sync → ramp_down: stale
cohort: sync → complete: lost stale
cohort: sync → cleanup: lost stale
cohort: dual_write → shadow: safe
cohort: dual_write → live: safe
cohort: dual_write → ramp_down: stale
cohort: dual_write → complete: lost stale
cohort: dual_write → cleanup: lost stale
cohort: shadow → live: safe
cohort: shadow → ramp_down: stale
cohort: shadow → complete: lost stale
cohort: shadow → cleanup: lost stale
cohort: live → ramp_down: stale_on_failure
cohort: live → complete: stale_on_failure
cohort: live → cleanup: stale_on_failure
cohort: ramp_down → complete: safe
cohort: ramp_down → cleanup: safe
cohort: complete → cleanup: safe
dropped: g1_adopted: lost stale
dropped: g2_finished: lost stale
dropped: g3_caught_up: stale
dropped: g4_copied: stale
dropped: g5_versions: lost stale
dropped: g6_reverse_proven: lost stale
dropped: g8_ids_ahead: refused
dropped: g9_delivered: safe
dropped: g10_fits: refused stuck
"""

FOUR_PHASES = """
phase: sync: safe
phase: dual_read: stale
phase: direct_write_3a: safe
phase: direct_write_3b: safe
phase: cleanup: safe
forward: sync → dual_read: stale
forward: dual_read → direct_write_3a: stale
forward: direct_write_3a → direct_write_3b: safe
forward: direct_write_3b → cleanup: safe
back: cleanup → direct_write_3b: safe
back: direct_write_3b → direct_write_3a: safe
back: direct_write_3a → dual_read: diverged stale
back: dual_read → sync: stale
ladder_up: sync → cleanup: stale
ladder_down: cleanup → sync: lost stale
emergency: dual_read → emergency in dual_read: stale
clear: emergency in dual_read → dual_read: stale
emergency: direct_write_3a → emergency in direct_write_3a: lost stale
clear: emergency in direct_write_3a → direct_write_3a: stale
emergency: direct_write_3b → emergency in direct_write_3b: lost stale
clear: emergency in direct_write_3b → direct_write_3b: lost stale
emergency: cleanup → emergency in cleanup: lost stale
clear: emergency in cleanup → cleanup: lost stale
switches: no switch: safe
switches: read: stale
switches: write: lost stale
switches: read+write: safe
switches: backup: safe
switches: read+backup: stale
switches: write+backup: lost stale
switches: read+write+backup: safe
switches: emergency: safe
switches: read+emergency: safe
switches: write+emergency: safe
switches: read+write+emergency: safe
switches: backup+emergency: safe
switches: read+backup+emergency: safe
switches: write+backup+emergency: safe
switches: read+write+backup+emergency: safe
throw: no switch → read: stale
throw: no switch → write: lost stale
throw: read → no switch: stale
throw: read → read+write: lost stale
throw: read → read+emergency: stale
throw: write → read+write: stale
throw: write → no switch: lost stale
throw: write → write+backup: lost stale
throw: write → write+emergency: lost stale
throw: read+write → write: lost stale
throw: read+write → read: diverged stale
throw: read+write → read+write+backup: safe
throw: read+write → read+write+emergency: lost stale
throw: backup → read+backup: stale
throw: backup → write+backup: lost stale
throw: read+backup → backup: stale
throw: read+backup → read+write+backup: stale
throw: read+backup → read+backup+emergency: stale
throw: write+backup → read+write+backup: stale
throw: write+backup → backup: lost stale
throw: write+backup → write: lost stale
throw: write+backup → write+backup+emergency: lost stale
throw: read+write+backup → write+backup: lost stale
throw: read+write+backup → read+backup: diverged stale
throw: read+write+backup → read+write: safe
throw: read+write+backup → read+write+backup+emergency: lost stale
throw: emergency → write+emergency: safe
throw: read+emergency → read+write+emergency: safe
throw: read+emergency → read: stale
throw: write+emergency → emergency: diverged
throw: write+emergency → write+backup+emergency: diverged
throw: write+emergency → write: lost stale
throw: read+write+emergency → read+emergency: diverged
throw: read+write+emergency → read+write+backup+emergency: diverged
throw: read+write+emergency → read+write: lost stale
throw: read+backup+emergency → read+backup: stale
throw: write+backup+emergency → write+emergency: safe
throw: write+backup+emergency → write+backup: lost stale
throw: read+write+backup+emergency → read+write+emergency: safe
throw: read+write+backup+emergency → read+write+backup: stale
cohort: sync → dual_read: stale
cohort: sync → direct_write_3a: lost stale
cohort: sync → direct_write_3b: lost stale
cohort: sync → cleanup: lost stale
cohort: dual_read → direct_write_3a: stale
cohort: dual_read → direct_write_3b: stale
cohort: dual_read → cleanup: stale
cohort: direct_write_3a → direct_write_3b: safe
cohort: direct_write_3a → cleanup: safe
cohort: direct_write_3b → cleanup: safe
dropped: g1_adopted: safe
dropped: g2_finished: safe
dropped: g3_caught_up: safe
dropped: g4_copied: safe
dropped: g5_versions: safe
dropped: g6_reverse_proven: safe
dropped: g8_ids_ahead: refused
dropped: g9_delivered: safe
dropped: g10_fits: safe
"""

SEVEN_STEPS = """
phase: initial_load: safe
phase: change_stream: safe
phase: dual_read: stale_on_failure
phase: read_new: stale
phase: dual_write: stale
phase: write_new: stale_on_failure
phase: decommission: safe
forward: initial_load → change_stream: diverged
forward: change_stream → dual_read: stale_on_failure
forward: dual_read → read_new: stale
forward: read_new → dual_write: stale
forward: dual_write → write_new: stale
forward: write_new → decommission: stale_on_failure
back: decommission → write_new: stale_on_failure
back: write_new → dual_write: diverged stale
back: dual_write → read_new: stale
back: read_new → dual_read: stale
back: dual_read → change_stream: stale_on_failure
back: change_stream → initial_load: safe
ladder_up: initial_load → decommission: lost stale
ladder_down: decommission → initial_load: lost stale
ladder_down: dual_read → initial_load: stale_on_failure
emergency: dual_read → emergency in dual_read: stale_on_failure
clear: emergency in dual_read → dual_read: stale_on_failure
emergency: read_new → emergency in read_new: stale
clear: emergency in read_new → read_new: stale
emergency: dual_write → emergency in dual_write: stale
clear: emergency in dual_write → dual_write: stale
emergency: write_new → emergency in write_new: lost stale
clear: emergency in write_new → write_new: stale
emergency: decommission → emergency in decommission: lost stale
clear: emergency in decommission → decommission: stale
cohort: initial_load → change_stream: safe
cohort: initial_load → dual_read: stale_on_failure
cohort: initial_load → read_new: stale
cohort: initial_load → dual_write: stale
cohort: initial_load → write_new: lost stale
cohort: initial_load → decommission: lost stale
cohort: change_stream → dual_read: stale_on_failure
cohort: change_stream → read_new: stale
cohort: change_stream → dual_write: stale
cohort: change_stream → write_new: lost stale
cohort: change_stream → decommission: lost stale
cohort: dual_read → read_new: stale
cohort: dual_read → dual_write: stale
cohort: dual_read → write_new: lost stale
cohort: dual_read → decommission: lost stale
cohort: read_new → dual_write: stale
cohort: read_new → write_new: stale
cohort: read_new → decommission: stale
cohort: dual_write → write_new: stale
cohort: dual_write → decommission: stale
cohort: write_new → decommission: stale_on_failure
dropped: g1_adopted: safe
dropped: g2_finished: safe
dropped: g3_caught_up: safe
dropped: g4_copied: safe
dropped: g5_versions: safe
dropped: g6_reverse_proven: safe
dropped: g8_ids_ahead: refused
dropped: g9_delivered: safe
dropped: g10_fits: safe
"""

ROWS = {"orders": STANDARD, "recruiters": FOUR_PHASES, "module": SEVEN_STEPS}


def files():
    file = File("safety", "safety", "What phases, moves, switches and emergencies of the built-in ladders can cost.")
    file.rulesets["ladders"] = {"cutover": 1, "migrations": LADDERS}
    want(file, "orders", safe=True, last_reversible="ramp_down", states=727783)
    want(file, "recruiters", safe=False, last_reversible=None, states=147714)
    want(file, "module", safe=False, last_reversible=None, states=290575)
    yield file


def want(file, migration, **known):
    rows = ROWS[migration].strip().split("\n")
    file.add(migration, WHY[migration], ruleset="ladders", migration=migration, want={**known, "rows": rows})
