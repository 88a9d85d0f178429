"""Environment files of a migration in four phases."""

from .imports import Imports
from .marks import problem, warning
from .recruiters import DUAL_READ, SYNC, WRITE_ALONE, emergency_of
from .routes import B, E, HAZARDS, NEW, OLD, R, W, read, route, write


def files():
    yield env()


def switched(**is_):
    names = {"read": R, "write": W, "backup": B, "emergency": E}
    switches = {role: {"name": name, "is": is_.get(role, False)} for role, name in names.items()}
    recruiters = {"old": OLD, "new": NEW, "ladder": "recruiters_four_phase", "switches": switches}
    return {"cutover": 1, "migrations": {"recruiters": recruiters}}


def env():
    file = Imports(
        "import_env",
        "`env`: the environment files of a migration in four phases. Only the text `true` switches on, as in the code that reads them.",
    )

    def case(name, why, text, ruleset_, *problems, **more):
        file.case(name, why, "env", text, ruleset_, *problems, **more)

    def routes(*rows):
        return [
            {"migration": "recruiters", "context": {}, "now": 0, **({"switches": given} if given else {}), "want": want}
            for given, want in rows
        ]

    def lines(comment, reads, writes, backup, notes=()):
        values = [(R, reads), (W, writes), (B, backup), (E, "false")]
        notes = dict(notes)
        return comment + "".join(f"{name}={value}{notes.get(name, '')}\n" for name, value in values)

    with_backup = route(
        "direct_write_3a",
        read(NEW),
        write(NEW, OLD, "best_effort"),
        "active off",
        [HAZARDS.backup_echo(OLD, NEW), HAZARDS.backup_may_fail(), HAZARDS.running_writes("dual_read", "direct_write_3a")],
    )
    emergency = {E: "true"}
    production = "# .env.production\n"
    case(
        "phase 1",
        "as it stands",
        lines(production, "false", "false", "false"),
        switched(),
        routes=routes((None, SYNC), (emergency, emergency_of("sync"))),
    )
    case(
        "phase 2",
        "as it stands, with its comment",
        lines(production, "true", "false", "false", [(R, "    # ← Activé")]),
        switched(read=True),
        routes=routes((None, DUAL_READ), (emergency, emergency_of("dual_read")), ({R: "false"}, SYNC)),
    )
    case(
        "phase 3a",
        "as it stands, with its comments",
        lines(
            "# .env.production - Étape 3a (avec backup)\n",
            "true",
            "true",
            "true",
            [(W, "   # ← Activé"), (B, "    # ← Backup actif")],
        ),
        switched(read=True, write=True, backup=True),
        routes=routes((None, with_backup), ({W: "false", B: "false"}, DUAL_READ)),
    )
    case(
        "phase 3b",
        "as it stands, with its comment",
        lines(
            "# .env.production - Étape 3b (sans backup, stream processor coupé)\n",
            "true",
            "true",
            "false",
            [(B, "   # ← Backup désactivé")],
        ),
        switched(read=True, write=True),
        routes=routes((None, WRITE_ALONE)),
    )
    case(
        "phase 4",
        "the same switches as in 3b: only a ruleset's `phase: cleanup` tells them apart",
        lines(production, "true", "true", "false"),
        switched(read=True, write=True),
        routes=routes(
            (None, WRITE_ALONE),
            (
                emergency,
                {
                    **route(
                        "direct_write_3b",
                        read(OLD),
                        write(OLD),
                        "off off",
                        [HAZARDS.unbacked(), HAZARDS.both_lack(), HAZARDS.ignored_write(W)],
                        emergency=True,
                    )
                },
            ),
        ),
    )
    case(
        "other ways to write it",
        "as shells do",
        f"export {R}=true\n{W} = 'false'\n{B}=\"false\" # no\n{E}=\r\nPORT=80\n",
        switched(read=True),
    )
    case(
        "twice",
        "the last one counts",
        f"{R}=true\n{R}=«1»false\n{W}=false\n{B}=false\n{E}=false\n",
        switched(),
        warning("repeated_switch", R, found="false"),
    )
    case(
        "another value",
        "only `true` is on",
        f"{R}=«1»1\n{W}=false\n{B}=false\n{E}=«2»TRUE\n",
        switched(),
        warning("unreadable_switch", R, 1, found="1"),
        warning("unreadable_switch", E, 2, found="TRUE"),
    )
    case(
        "one is missing",
        "without it, it is off",
        f"{R}=true\n{W}=false\n{B}=false\n",
        switched(read=True),
        warning("missing_switch", E, None),
    )
    case(
        "a slip in a name",
        "is none of the four, and one of them is missing",
        f"{R}=true\n«1»USE_JOB_PARTNERS_WRITE=true\n{B}=false\n{E}=false\n",
        switched(read=True),
        warning("missing_switch", W, None),
        warning("unknown_switch", "USE_JOB_PARTNERS_WRITE", 1, help=f"did you mean `{W}`?"),
    )
    case("none of the four", "is no such file", "PORT=80\n", None, problem("no_switches", "", None))
    return file
