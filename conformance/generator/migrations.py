"""What is wrong with migrations."""

from .marks import Diagnostics, problem, warning

M = "migrations.m"


def files():
    file = Diagnostics(
        "bad_migrations", "Migrations that contradict themselves, name what there is not, or would lose writes by design."
    )
    keys(file.case)
    switches(file.case)
    cohorts(file.case)
    phases(file.case)
    jobs(file.case)
    yield file


def migration(keys, stores="old: a, new: b, "):
    return f"cutover: 1\nmigrations:\n  m: «9»{{ {stores}{keys} }}\n"


def keys(case):
    case(
        "nothing",
        "a migration has two stores, a ladder and a phase",
        "cutover: 1\nmigrations:\n  m: «1»{}\n",
        *[problem("missing_key", M, expected=[key]) for key in ("old", "new")],
        problem("missing_key", M, expected=["ladder", "phases"]),
        problem("missing_phase", M),
    )
    case(
        "one store",
        "a migration goes from one store to another",
        migration("old: a, new: «1»a, ladder: standard, phase: off", ""),
        problem("same_store", f"{M}.new", found="a"),
    )
    case(
        "a store without a name",
        "stores have names",
        migration('old: «1»"", new: b, ladder: standard, phase: off', ""),
        problem("bad_name", f"{M}.old", found='""'),
    )
    case(
        "an unknown ladder",
        "with the nearest right one",
        migration("ladder: «1»recruiters_four_phases, phase: sync"),
        problem(
            "unknown_ladder",
            f"{M}.ladder",
            found="recruiters_four_phases",
            expected=["standard", "recruiters_four_phase", "seven_step"],
            help="did you mean `recruiters_four_phase`?",
        ),
    )
    case(
        "an unknown phase",
        "with the nearest right one",
        migration("ladder: standard, phase: «1»shadows"),
        problem("unknown_phase", f"{M}.phase", found="shadows", help="did you mean `shadow`?"),
    )
    case(
        "a group of phases",
        "3a or 3b",
        migration("ladder: recruiters_four_phase, phase: «1»direct_write"),
        problem("ambiguous_phase", f"{M}.phase", found="direct_write", expected=["direct_write_3a", "direct_write_3b"]),
    )
    case(
        "no phase",
        "something says which phase it is",
        migration("ladder: standard"),
        problem("missing_phase", M, 9, expected=["phase"]),
    )
    case(
        "no phase, with switches to be had",
        "a phase, or switches that select it",
        migration("ladder: recruiters_four_phase, switches: { emergency: E }"),
        problem("missing_phase", M, 9, expected=["phase", "switches"]),
    )
    case(
        "a ladder and phases",
        "one or the other",
        migration("ladder: standard, phases: «1»[], phase: off"),
        problem("contradiction", f"{M}.phases", found="ladder and phases"),
    )
    case(
        "an unknown key",
        "with the nearest right one",
        migration("ladder: standard, phase: off, «1»swiches: {}"),
        problem("unknown_key", f"{M}.swiches", help="did you mean `switches`?"),
    )
    case(
        "types",
        "each key has its type",
        migration('ladder: «1»1, phase: «2»2, emergency: «3»"no", salt: «4»3, description: «5»[]'),
        *[
            problem("wrong_type", f"{M}.{key}", mark)
            for mark, key in enumerate(("ladder", "phase", "emergency", "salt", "description"), 1)
        ],
    )
    case(
        "nothing to compare",
        "a ladder that never compares",
        migration("ladder: recruiters_four_phase, phase: sync, compare: «1»{ sample: 1% }"),
        warning("unused_compare", f"{M}.compare"),
    )
    case(
        "an unknown comparator",
        "a comparator is declared",
        "cutover: 1\ncomparators: { offers: {} }\nmigrations:\n  m: { old: a, new: b, ladder: standard, phase: shadow, compare: { profile: «2»offer } }\n",
        problem("unknown_comparator", f"{M}.compare.profile", 2, found="offer", help="did you mean `offers`?"),
    )


def switches(case):
    four = "ladder: recruiters_four_phase, "
    case(
        "an unknown switch",
        "with the nearest right one",
        migration(four + "switches: { «1»reads: R }"),
        problem(
            "unknown_switch",
            f"{M}.switches.reads",
            found="reads",
            expected=["read", "write", "backup", "emergency"],
            help="did you mean `read`?",
        ),
    )
    case(
        "a switch of another ladder",
        "this ladder's phase is not selected by switches",
        migration("ladder: standard, phase: off, switches: { «1»read: R, emergency: E }"),
        problem(
            "unknown_switch",
            f"{M}.switches.read",
            found="read",
            expected=["emergency"],
            help="the phases of this ladder are selected by `phase`",
        ),
    )
    case(
        "one switch for two",
        "a switch has one role",
        migration(four + "switches: { read: X, write: «1»X }"),
        problem("duplicate_switch", f"{M}.switches.write", found="X"),
    )
    case(
        "a switch without a name",
        "a switch has a name",
        migration(four + "switches: { read: «1»{ is: true }, write: «2»1 }"),
        problem("missing_key", f"{M}.switches.read", 1, expected=["name"]),
        problem("wrong_type", f"{M}.switches.write", 2, found="1"),
    )
    case(
        "a value that is a text",
        "in a ruleset a switch is true or false",
        migration(four + 'switches: { read: { name: R, is: «1»"true" } }'),
        problem("wrong_type", f"{M}.switches.read.is", found="true"),
    )
    case(
        "switches as a list",
        "switches are a mapping",
        migration(four + "phase: sync, switches: «1»[R]"),
        problem("wrong_type", f"{M}.switches", found="a list"),
    )
    case(
        "two emergencies",
        "the switch says otherwise",
        migration("ladder: standard, phase: off, switches: { emergency: { name: E, is: false } }, emergency: «1»true"),
        problem("contradiction", f"{M}.emergency", found="true", expected=["false"]),
    )


def cohorts(case):
    def cohort(keys, phase="shadow", ladder="standard"):
        return migration(f"ladder: {ladder}, phase: {phase}, cohort: «1»{{ {keys} }}")

    case(
        "a cohort that is safe",
        "both phases write both stores",
        migration("ladder: standard, phase: shadow, cohort: { phase: live, rollout: 10%, by: orderId }"),
    )
    case(
        "a cohort without a unit",
        "its unit is the key of the data, not the user",
        cohort("phase: live, rollout: 10%"),
        warning("cohort_unit", f"{M}.cohort"),
    )
    case(
        "a cohort that is no share",
        "a cohort is a share of the units",
        cohort("phase: live, by: orderId"),
        problem("missing_key", f"{M}.cohort", expected=["rollout", "ramp"]),
    )
    case(
        "a cohort of no phase",
        "in a phase",
        cohort("rollout: 10%, by: orderId"),
        problem("missing_key", f"{M}.cohort", expected=["phase"]),
    )
    case(
        "a cohort two steps away",
        "next to the migration's",
        cohort("phase: «2»ramp_down, rollout: 10%, by: orderId"),
        problem("cohort_not_adjacent", f"{M}.cohort.phase", 2, found="ramp_down", expected=["dual_write", "live"]),
    )
    case(
        "a cohort in the same phase",
        "and not in it",
        cohort("phase: «2»shadow, rollout: 10%, by: orderId"),
        problem("cohort_not_adjacent", f"{M}.cohort.phase", 2, found="shadow"),
    )
    case(
        "a cohort that loses writes",
        "phases that write different stores cannot share keys",
        cohort("phase: «2»direct_write_3a, rollout: 10%, by: offerId", "dual_read", "recruiters_four_phase"),
        problem("cohort_unsafe", f"{M}.cohort.phase", 2, found="direct_write_3a"),
    )
    case(
        "a cohort with switches",
        "switches override the phase that it is next to",
        migration(
            "ladder: recruiters_four_phase, phase: sync, switches: { read: R }, cohort: «1»{ phase: dual_read, rollout: 1%, by: offerId }"
        ),
        problem("contradiction", f"{M}.cohort"),
    )


def phases(case):
    def phase(keys, more=""):
        return migration(f"phase: p, phases: [«8»{{ name: p, {keys} }}{more}]")

    P = f"{M}.phases[0]"
    case("no phases", "a ladder has phases", migration("phases: «1»[], phase: p"), problem("empty_list", f"{M}.phases"))
    case(
        "too many phases",
        "64 and no more",
        migration(
            "phase: p0, phases: «1»[" + ", ".join(f"{{ name: p{number}, read: old, write: [old] }}" for number in range(65)) + "]"
        ),
        problem("too_many", f"{M}.phases", found="65"),
    )
    case(
        "a phase that does nothing",
        "it reads and writes",
        phase(""),
        problem("missing_key", P, 8, expected=["read"]),
        problem("missing_key", P, 8, expected=["write"]),
    )
    case(
        "two of one name",
        "phases have names of their own",
        phase("read: old, write: [old]", ", «1»{ name: p, read: new, write: [new] }"),
        problem("duplicate_phase", f"{M}.phases[1].name", found="p"),
    )
    case(
        "a store that there is not",
        "old or new",
        phase("read: «1»newer, write: [«2»mongo]"),
        problem("unknown_word", f"{P}.read", 1, found="newer", expected=["old", "new"]),
        problem("unknown_word", f"{P}.write[0]", 2, found="mongo"),
    )
    case(
        "a fallback to itself",
        "the fallback is the other store",
        phase("read: { from: new, fallback: «1»new, on: [error] }, write: [new]"),
        problem("contradiction", f"{P}.read.fallback", found="new", expected=["old"]),
    )
    case(
        "a comparison with itself",
        "so is the comparison",
        phase("read: { from: new, compare: «1»new }, write: [new]"),
        problem("contradiction", f"{P}.read.compare", found="new"),
    )
    case(
        "a fallback for no case",
        "`on` says when",
        phase("read: «1»{ from: new, fallback: old }, write: [new]"),
        problem("missing_key", f"{P}.read", expected=["not_found", "error", "timeout"]),
    )
    case(
        "cases without a fallback",
        "and there is one",
        phase("read: { from: new, on: «1»[error] }, write: [new]"),
        problem("contradiction", f"{P}.read.on"),
    )
    case(
        "a case that there is not",
        "three cases",
        phase("read: { from: new, fallback: old, on: [error, «1»missing] }, write: [new]"),
        problem("unknown_word", f"{P}.read.on[1]", found="missing"),
    )
    case(
        "an empty list of cases",
        "at least one",
        phase("read: { from: new, fallback: old, on: «1»[] }, write: [new]"),
        problem("empty_list", f"{P}.read.on"),
    )
    case("no writes", "a phase writes somewhere", phase("read: old, write: «1»[]"), problem("empty_list", f"{P}.write"))
    case(
        "three writes",
        "there are two stores",
        phase("read: old, write: «1»[old, new, old]"),
        problem("too_many", f"{P}.write", found="3"),
    )
    case(
        "one store twice",
        "each once",
        phase("read: old, write: [old, «1»{ to: old, ack: outbox }]"),
        problem("duplicate_write", f"{P}.write"),
    )
    case(
        "a first write by luck",
        "the first write is the authoritative one",
        phase("read: old, write: [«1»{ to: old, ack: best_effort }, new]"),
        problem("bad_ack", f"{P}.write", found="best_effort", expected=["required"]),
    )
    case(
        "an acknowledgement",
        "with the nearest right one",
        phase("read: old, write: [old, { to: new, ack: «1»best-effort }]"),
        problem("unknown_word", f"{P}.write[1].ack", found="best-effort", help="did you mean `best_effort`?"),
    )
    case(
        "a state of the wrong stream",
        "a reverse stream never copies",
        phase("read: old, write: [old], streams: { forward: «1»armed, reverse: «2»backfill }"),
        problem("unknown_word", f"{P}.streams.forward", 1, found="armed"),
        problem("unknown_word", f"{P}.streams.reverse", 2, found="backfill"),
    )
    case(
        "half an emergency",
        "an emergency reads and writes",
        phase("read: new, write: [new], emergency: «1»{ read: old }"),
        problem("missing_key", f"{P}.emergency", expected=["write"]),
    )


def jobs(case):
    def job(keys):
        return migration(f"ladder: recruiters_four_phase, phase: sync, jobs: {{ j: «1»{{ {keys} }} }}")

    J = f"{M}.jobs.j"
    case("a job without a kind", "a job has one", job(""), problem("missing_key", J, expected=["kind"]))
    case(
        "a kind that there is not",
        "with the nearest right one",
        job("kind: «2»rewrit"),
        problem(
            "unknown_word",
            f"{J}.kind",
            2,
            found="rewrit",
            expected=["rewrite", "update", "retire", "both"],
            help="did you mean `rewrite`?",
        ),
    )
    case("a job that retires some time", "after a phase", job("kind: retire"), problem("missing_key", J, expected=["after"]))
    case(
        "a job that retires after nothing",
        "which there is",
        job("kind: retire, after: «2»dual_reads"),
        problem("unknown_phase", f"{J}.after", 2, found="dual_reads", help="did you mean `dual_read`?"),
    )
    case(
        "a job that stays until",
        "only a job that retires does so after a phase",
        job("kind: update, after: «2»sync"),
        problem("contradiction", f"{J}.after", 2),
    )
    case("a job on both stores until", "a phase", job("kind: both"), problem("missing_key", J, expected=["after"]))
    case(
        "a job by two calendars",
        "one of them is too many",
        job("kind: update, from: 2026-02-23, week: «2»0"),
        problem("contradiction", J, found="`from` and `week`"),
        problem("wrong_type", f"{J}.week", 2, found="0"),
    )
    case(
        "a week of no calendar",
        "a week counts from the first",
        job("kind: update, week: «2»8"),
        problem("missing_key", f"{J}.week", 2, found="8"),
    )
    case(
        "a job from no day",
        "a day or an instant",
        job("kind: update, from: «2»2026-02-30"),
        problem("bad_date", f"{J}.from", 2, found="2026-02-30"),
    )
    case(
        "jobs by their names",
        "names are checked",
        migration('ladder: standard, phase: off, jobs: { «1»" j": { kind: update } }'),
        problem("bad_name", f'{M}.jobs[" j"]', found='" j"'),
    )
