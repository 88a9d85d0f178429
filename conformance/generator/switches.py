"""How switches are read, and what comes before what."""

from .core import MISSING, File, floating, integer
from .recruiters import CLEANUP, DUAL_READ, SYNC, emergency_of, recruiters
from .routes import B, E, HAZARDS, NEW, OLD, R, SWITCHES, W, read, route, write


def files():
    yield switches()


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
        file.add(
            f"{migration}: {name}", why, ruleset="switches", migration=migration, context={}, switches=given, now=0, want=want
        )

    row("plain", "nothing given", "a switch that nobody gives is off", {}, SYNC)
    row("plain", "other names", "an environment holds much else", {"PATH": "/bin", "read": "true", "R": True}, SYNC)
    row("plain", "null", "null gives nothing", {R: None}, SYNC)
    row("plain", "undefined", "nor does undefined", {R: MISSING}, SYNC)
    row("plain", "true", "a boolean", {R: True}, DUAL_READ)
    row("plain", "the text true", "a text", {R: "true"}, DUAL_READ)
    row("plain", "the text false", "off", {R: "false"}, SYNC)
    row("plain", "the empty text", "off, without a word: that is how a variable is unset", {R: ""}, SYNC)
    for value, shown in [
        ("TRUE", '"TRUE"'),
        ("True", '"True"'),
        ("1", '"1"'),
        ("yes", '"yes"'),
        ("on", '"on"'),
        (" true", '" true"'),
        ("true ", '"true "'),
        ('"true"', '"\\"true\\""'),
    ]:
        want = {**SYNC, "hazards": [HAZARDS.unreadable(R, shown)]}
        row("plain", f"the text {value!r}", "only `true` is on; whatever else was meant is reported", {R: value}, want)
    for name, value in [
        ("1", 1),
        ("0", 0),
        ("a fraction", floating("0.5")),
        ("2^53 + 1", integer(2**53 + 1)),
        ("a list", [True]),
        ("a mapping", {"is": True}),
    ]:
        want = {**SYNC, "hazards": [HAZARDS.unreadable(R, "of another type")]}
        row("plain", name, "numbers are not booleans, and lists are not what is in them", {R: value}, want)
    hazards = [
        *DUAL_READ["hazards"],
        HAZARDS.unreadable(W, '"TRUE"'),
        HAZARDS.unreadable(B, "of another type"),
        HAZARDS.unreadable(E, '"0"'),
    ]
    row(
        "plain",
        "several unreadable",
        "each is reported, in the order read, write, backup, emergency",
        {E: "0", B: 1, W: "TRUE", R: "true"},
        {**DUAL_READ, "hazards": hazards},
    )
    row("both", "nothing given", "without a switch, the ruleset's phase holds", {}, CLEANUP)
    row("both", "only the emergency", "the emergency is no choice of a phase", {E: False}, CLEANUP)
    emergency = route(
        "cleanup", read(OLD), write(OLD), "off off", [HAZARDS.unbacked(frozen=True), HAZARDS.both_lack()], emergency=True
    )
    row("both", "the emergency", "the emergency of that phase", {E: "true"}, emergency)
    row(
        "both",
        "one switch given",
        "one switch that is given selects the phase; the others hold what the ruleset says",
        {W: False},
        DUAL_READ,
    )
    row("both", "the held switch given", "what is given comes before what is held", {R: False, W: False}, SYNC)
    row(
        "both",
        "the phase's own setting",
        "3b and cleanup have the same switches: the ruleset's phase tells them apart",
        {W: True},
        CLEANUP,
    )
    given = {R: False, W: True}
    want = route(None, read(OLD), write(NEW), "off off", [HAZARDS.reads_never_see(OLD, NEW)])
    row("both", "a setting that no phase has", "a combination that no phase covers still decides", given, want)
    row("held", "nothing given", "switches may hold values of their own, the emergency too", {}, emergency_of("dual_read"))
    row("held", "the emergency cleared", "and be overruled", {E: False}, DUAL_READ)
    row(
        "held",
        "an unreadable emergency",
        "an unreadable value is off, not what was held",
        {E: "maybe"},
        {**DUAL_READ, "hazards": [*DUAL_READ["hazards"], HAZARDS.unreadable(E, '"maybe"')]},
    )
    row("emergency", "nothing given", "a ladder may have no switch but the emergency", {}, DUAL_READ)
    row("emergency", "on", "which reads and writes the old store", {E: True}, emergency_of("dual_read"))
    row("emergency", "another switch", "no other switch is looked at", {R: False, W: True}, DUAL_READ)
    row("emergency held", "nothing given", "the ruleset may declare the emergency", {}, emergency_of("dual_read"))
    row("emergency held", "cleared", "and a caller clear it", {E: "false"}, DUAL_READ)
    row("emergency fixed", "a switch", "unless there is no switch", {E: "false"}, emergency_of("dual_read"))
    row("standard", "calm", "every ladder has an emergency", {"PANIC": ""}, route("off", read("sql"), write("sql"), "off off"))
    row(
        "standard",
        "emergency",
        "which in `off` changes nothing",
        {"PANIC": "true"},
        route("off", read("sql"), write("sql"), "off off", emergency=True),
    )
    file.add(
        "plain: no switches at all",
        "switches may be left out",
        ruleset="switches",
        migration="plain",
        context={},
        now=0,
        want=SYNC,
    )
    return file
