"""Importers: documents of other systems, the rulesets that they become, and what those decide."""

from .core import File, at, off, on
from .hashing import java31
from .marks import place, placed, problem, warning
from .route_rules import DUAL_READ, SYNC, WRITE_ALONE, emergency_of
from .routes import B, E, HAZARDS, NEW, OLD, R, W, read, route, write

PARIS = {"timezone": "Europe/Paris"}
BY = {"first_of": ["userId", "tenantId"], "otherwise": "anonymous"}

# The example of the service whose toggles are imported, as it stands.
FEATURES = """# feature-flags.yml
features:
  # Catalogue produits : 100% MongoDB
  - name: products_mongodb
    enabled: true
    rollout_percentage: 100
    conditions: []

  # Orders : Rollout progressif
  - name: orders_mongodb
    enabled: true
    rollout_percentage: 50  # 50% des utilisateurs
    conditions:
      - type: tenant_attribute
        attribute: tier
        operator: in
        value: ['enterprise', 'premium']  # Priorité aux gros clients

  # Customers : Beta testing
  - name: customers_mongodb
    enabled: true
    rollout_percentage: 0
    enabled_for_users:
      - user_123  # Beta testers
      - user_456
      - user_789

  # Analytics : Time window (nuit uniquement)
  - name: analytics_mongodb
    enabled: true
    rollout_percentage: 100
    conditions:
      «1»- «2»type: time_window
        start_hour: 22  # 22h
        end_hour: 6     # 6h
"""

# A text, because JSON numbers of this size change in JavaScript.
ROUNDED = """cutover: 1
timezone: Europe/Paris
flags:
  a:
    hash: java31
    rules:
      - { if: { attribute: userAttributes.id, is: 9007199254740992 }, serve: on }
"""


def files():
    yield features()
    yield feature_config()
    yield env()


class Imports(File):
    """A file of documents to import."""

    def __init__(self, name, about):
        super().__init__(name, "imports", about)

    def case(self, name, why, kind, text, ruleset, *problems, options=None, **more):
        clean, places = place(text)
        fields = {"import": kind, "text": clean, **({"options": options} if options else {})}
        want = {"ruleset": ruleset, "diagnostics": placed(problems, places), **more}
        self.add(name, why, **fields, want=want)


def rollout(percent):
    return {"serve": {"rollout": f"{percent}%", "by": BY}}


def listed(attribute, *members):
    return {"if": {"attribute": attribute, "in": list(members)}, "serve": "on"}


def asks(condition):
    return {"if": condition, "serve": "on"}


def flag(*rules, **keys):
    return {**keys, "hash": "java31", **({"rules": list(rules)} if rules else {})}


def ruleset(flags, zone="Europe/Paris"):
    return {"cutover": 1, **({"timezone": zone} if zone else {}), "flags": flags}


def decision(name, context, want, now=0):
    return {"flag": name, "context": context, "now": now, "want": want}


def below(key, percentage, rule):
    """The decision of a rollout by the service's own hash."""
    return (on if java31(key) < percentage else off)("SPLIT", rule)


def example(zone):
    return ruleset(
        {
            "products_mongodb": flag(rollout(100)),
            "orders_mongodb": flag(asks({"attribute": "tenantAttributes.tier", "in": ["enterprise", "premium"]}), rollout(50)),
            "customers_mongodb": flag(listed("userId", "user_123", "user_456", "user_789")),
            "analytics_mongodb": flag(asks({"time": {"from": "22:00", "to": "06:00"}}), rollout(100)),
        },
        zone,
    )


def features():
    file = Imports(
        "import_features_yml",
        "`features-yml`: toggles in the order in which their service decides them: enabled, users, tenants, conditions, "
        "percentage. Buckets are those of its hash, so nobody moves.",
    )
    effect = warning("condition_without_effect", "features[3].conditions", 1)
    night = at("2026-01-15T23:00:00Z")
    decisions = [
        decision("customers_mongodb", {"userId": "user_456"}, on("TARGETING_MATCH", 0)),
        decision("customers_mongodb", {"userId": "user_1"}, off("DEFAULT", None)),
        decision("orders_mongodb", {"userId": "user_1", "tenantAttributes": {"tier": "premium"}}, on("TARGETING_MATCH", 0)),
        decision("orders_mongodb", {"userId": "user_1", "tenantAttributes": {"tier": "free"}}, below("user_1", 50, 1)),
        decision("analytics_mongodb", {"userId": "user_1"}, on("TARGETING_MATCH", 0), night),
        decision("analytics_mongodb", {"userId": "user_1"}, on("SPLIT", 1), night + 12 * 3_600_000),
    ]
    for key in ["user_123", "user_456", "user_789", "zoé", "👩\u200d🚀", "polygenelubricants"]:
        decisions.append(decision("orders_mongodb", {"userId": key}, below(key, 50, 1)))
    decisions += [
        decision("orders_mongodb", {"tenantId": "acme"}, below("acme", 50, 1)),
        decision("orders_mongodb", {"userId": "", "tenantId": "acme"}, below("acme", 50, 1)),
        decision("orders_mongodb", {}, below("anonymous", 50, 1)),
    ]
    file.case(
        "the example", "as it stands; what looks wrong in it is reported: a rollout of 100 % makes the night window without effect",
        "features-yml", FEATURES, example("Europe/Paris"), effect, options=PARIS, decisions=decisions,
    )
    file.case(
        "the example without a zone", "hours are those of some clock: it is asked for", "features-yml", FEATURES, example("UTC"), effect,
        warning("assumed_timezone", "features[3].conditions[0]", 2),
    )

    def one(lines, percentage="10"):
        lines = "".join(f"    {line}\n" for line in lines.splitlines())
        return f"features:\n  - name: a\n    enabled: true\n    rollout_percentage: {percentage}\n{lines}"

    def condition(line):
        return one(f"conditions:\n  - {line}")

    def case(name, why, text, ruleset_, *problems, **more):
        file.case(name, why, "features-yml", text, ruleset_, *problems, options=PARIS, **more)

    case("not enabled", "a toggle that is not enabled is off, whatever its parts say", "features:\n  - { name: a, enabled: false, rollout_percentage: 100 }\n", ruleset({"a": flag(rollout(100), enabled=False)}), decisions=[decision("a", {"userId": "u"}, off("DISABLED", None))])
    case(
        "users before tenants before conditions", "the order of the service is the order of the rules",
        one("enabled_for_tenants: [acme]\nenabled_for_users: [u1]\nconditions:\n  - { type: user_attribute, attribute: age, operator: '>', value: 17 }"),
        ruleset({"a": flag(listed("userId", "u1"), listed("tenantId", "acme"), asks({"attribute": "userAttributes.age", "above": 17}), rollout(10))}),
        decisions=[
            decision("a", {"userId": "u1", "tenantId": "acme"}, on("TARGETING_MATCH", 0)),
            decision("a", {"userId": "u2", "tenantId": "acme"}, on("TARGETING_MATCH", 1)),
            decision("a", {"userId": "u2", "userAttributes": {"age": 18}}, on("TARGETING_MATCH", 2)),
            decision("a", {"userId": "u2", "userAttributes": {"age": 17}}, below("u2", 10, 3)),
        ],
    )
    case(
        "all conditions have to hold", "several conditions are one `all`",
        one("conditions:\n  - { type: user_attribute, attribute: a, operator: '=', value: x }\n  - { type: tenant_attribute, attribute: b, operator: '<', value: 3 }", "0"),
        ruleset({"a": flag(asks({"all": [{"attribute": "userAttributes.a", "is": "x"}, {"attribute": "tenantAttributes.b", "below": 3}]}))}),
    )
    case("outside of the hours", "`not_in` of a window is its opposite", condition("{ type: time_window, operator: not_in, start_hour: 8, end_hour: 20 }"), ruleset({"a": flag(asks({"not": {"time": {"from": "08:00", "to": "20:00"}}}), rollout(10))}))
    case("hours below `value`", "a window may stand below `value`", condition("{ type: time_window, operator: in, value: { start_hour: 0, end_hour: 6 } }"), ruleset({"a": flag(asks({"time": {"from": "00:00", "to": "06:00"}}), rollout(10))}))
    case("no users", "null and empty lists are no lists", one("enabled_for_users: []\nenabled_for_tenants: null"), ruleset({"a": flag(rollout(10))}))
    case("no toggles", "a list may be empty", "features: []\n", ruleset({}))
    warn = [
        ("no percentage", "without it nobody is rolled out", "features:\n  - «1»name: a\n    enabled: true\n", {"a": flag()}, [warning("missing_percentage", "features[0]")]),
        ("a percentage above 100", "takes everybody, as 100 does", one("", "«1»150"), {"a": flag(rollout(100))}, [warning("percentage_out_of_range", "features[0].rollout_percentage", found="150")]),
        ("a percentage below 0", "takes nobody, as 0 does", one("", "«1»-1"), {"a": flag()}, [warning("percentage_out_of_range", "features[0].rollout_percentage", found="-1")]),
        ("a fraction of a percent", "there are a hundred buckets: 12.5 takes those from 0 to 12", one("", "«1»12.5"), {"a": flag(rollout(13))}, [warning("fractional_percentage", "features[0].rollout_percentage", found="12.5", help="it decides as 13 does")]),
        ("a number among users", "a number equals no text, and is kept as it stands", one("enabled_for_users: [u1, «1»42]"), {"a": flag(listed("userId", "u1", 42), rollout(10))}, [warning("number_never_matches", "features[0].enabled_for_users[1]", found="42")]),
        ("an empty user", "is never looked up", one("enabled_for_users: [«1»'', u1]"), {"a": flag(listed("userId", "u1"), rollout(10))}, [warning("empty_never_matches", "features[0].enabled_for_users[0]")]),
        ("an empty list of conditions", "is read as none; some code takes it for everybody", one("conditions: «1»[]"), {"a": flag(rollout(10))}, [warning("empty_conditions", "features[0].conditions")]),
        ("a negated condition", "a missing attribute fits no condition here; in JavaScript it is unlike any value", condition("{ type: user_attribute, attribute: a, operator: «1»'!=', value: x }"), {"a": flag(asks({"attribute": "userAttributes.a", "is_not": "x"}), rollout(10))}, [warning("missing_never_matches", "features[0].conditions[0].operator", found="!=")]),
        ("a dot in a name", "a dot leads into a nested attribute", condition("{ type: user_attribute, attribute: «1»a.b, operator: '=', value: x }"), {"a": flag(asks({"attribute": "userAttributes.a.b", "is": "x"}), rollout(10))}, [warning("dotted_attribute", "features[0].conditions[0].attribute", found="a.b")]),
    ]
    for name, why, text, flags_, problems in warn:
        case(name, why, text, ruleset(flags_), *problems)
    refused = [
        ("no features", "the list has its key", "«1»feature: []\n", [problem("missing_key", ""), problem("unknown_key", "feature", help="did you mean `features`?")]),
        ("no name", "a toggle has a name", "features:\n  - «1»enabled: true\n    rollout_percentage: 1\n", [problem("missing_key", "features[0]", expected=["name"])]),
        ("two of one name", "and no other has it", "features:\n  - { name: a, enabled: true, rollout_percentage: 1 }\n  - «1»{ name: a, enabled: true, rollout_percentage: 1 }\n", [problem("duplicate_name", "features[1].name", found="a")]),
        ("a percentage as a text", "the service would compare texts", one("", '«1»"50"'), [problem("wrong_type", "features[0].rollout_percentage", found="50", help="write `50`")]),
        ("an unknown key", "the nearest right one is offered", one("«1»enabled_for_user: [u1]"), [problem("unknown_key", "features[0].enabled_for_user", help="did you mean `enabled_for_users`?")]),
        ("a condition that is code", "a ruleset cannot hold it", condition("{ type: «1»custom, operator: '=', value: x }"), [problem("custom_condition", "features[0].conditions[0].type")]),
        ("a type of condition", "the nearest right one is offered", condition("{ type: «1»user_atribute, attribute: a, operator: '=', value: x }"), [problem("unknown_condition_type", "features[0].conditions[0].type", help="did you mean `user_attribute`?")]),
        ("an operator", "the six that there are", condition("{ type: user_attribute, attribute: a, operator: «1»'==', value: x }"), [problem("unknown_operator", "features[0].conditions[0].operator", found="==", expected=["=", "!=", ">", "<", "in", "not_in"])]),
        ("24 o'clock", "hours go from 0 to 23", condition("{ type: time_window, start_hour: 22, end_hour: «1»24 }"), [problem("bad_hour", "features[0].conditions[0].end_hour", found="24", help="midnight is 0")]),
        ("no hours at all", "the whole day to some, no time to others", condition("«1»{ type: time_window, start_hour: 6, end_hour: 6 }"), [problem("empty_range", "features[0].conditions[0]")]),
        ("no members", "nothing is in an empty list", condition("{ type: user_attribute, attribute: a, operator: in, value: «1»[] }"), [problem("empty_list", "features[0].conditions[0].value")]),
        ("no YAML", "what the reader says", "features: [\n«1»", [problem("yaml_syntax", "features")]),
    ]
    for name, why, text, problems in refused:
        case(name, why, text, None, *problems)
    file.case("an unknown zone", "the zone is checked too", "features-yml", "features: []\n", None, problem("unknown_timezone", "", None, found="Europe/Atlantis"), options={"timezone": "Europe/Atlantis"})
    return file


def feature_config():
    file = Imports("import_feature_config", "`feature-config`: the same toggles as objects in camel case, a list of them or a mapping of their names.")

    def case(name, why, text, ruleset_, *problems, **more):
        file.case(name, why, "feature-config", text, ruleset_, *problems, options=PARIS, **more)

    objects = """[
  {
    "name": "orders_mongodb",
    "enabled": true,
    "rolloutPercentage": 50,
    "enabledForUsers": ["user_123"],
    "enabledForTenants": ["acme", "globex"],
    "conditions": [
      { "type": "tenant_attribute", "attribute": "tier", "operator": "in", "value": ["enterprise", "premium"] },
      { "type": "time_window", "operator": "in", "value": { "startHour": 22, "endHour": 6 } }
    ]
  },
  { "name": "customers_mongodb", "enabled": false, "rolloutPercentage": 0 }
]
"""
    orders = flag(
        listed("userId", "user_123"), listed("tenantId", "acme", "globex"),
        asks({"all": [{"attribute": "tenantAttributes.tier", "in": ["enterprise", "premium"]}, {"time": {"from": "22:00", "to": "06:00"}}]}),
        rollout(50),
    )
    night = at("2026-01-15T23:00:00Z")
    case(
        "objects in a list", "JSON", objects, ruleset({"orders_mongodb": orders, "customers_mongodb": flag(enabled=False)}),
        decisions=[
            decision("orders_mongodb", {"userId": "user_123"}, on("TARGETING_MATCH", 0)),
            decision("orders_mongodb", {"userId": "u", "tenantId": "globex"}, on("TARGETING_MATCH", 1)),
            decision("orders_mongodb", {"userId": "u1", "tenantAttributes": {"tier": "premium"}}, on("TARGETING_MATCH", 2), night),
            decision("orders_mongodb", {"userId": "u1", "tenantAttributes": {"tier": "premium"}}, below("u1", 50, 3), night + 12 * 3_600_000),
            decision("customers_mongodb", {"userId": "user_123"}, off("DISABLED", None)),
        ],
    )
    case("a mapping of names", "the Map of the service, in YAML", "a: { enabled: true, rolloutPercentage: 1 }\nb: { name: b, enabled: true, rolloutPercentage: 100 }\n", ruleset({"a": flag(rollout(1)), "b": flag(rollout(100))}))
    case(
        "a number that JavaScript rounds", "the service compares with what JavaScript makes of it",
        '[{ "name": "a", "enabled": true, "rolloutPercentage": 0, "conditions": [{ "type": "user_attribute", "attribute": "id", "operator": "=", "value": «1»9007199254740993 }] }]',
        ROUNDED,
        warning("rounded_number", "[0].conditions[0].value", found="9007199254740993"),
    )
    case("another name inside", "a name and a key that differ", "a: { name: «1»b, enabled: true, rolloutPercentage: 1 }\n", None, problem("contradiction", "a.name", found="b", expected=["a"]))
    case("the other format", "is told from a broken one", "«1»features:\n  - { name: a, enabled: true, rollout_percentage: 1 }\n", None, problem("wrong_type", "", help="a document with a list `features:` is imported as `features-yml`"))
    case("one object", "is put into a list", "«1»name: a\nenabled: true\nrolloutPercentage: 1\n", None, problem("wrong_type", "", help="put this one object into a list"))
    case("snake case", "keys are those of the format", "a: { enabled: true, «2»rollout_percentage: 1 }\n".replace("a:", "«1»a:", 1), None, warning("missing_percentage", "a", 1), problem("unknown_key", "a.rollout_percentage", 2, help="did you mean `rolloutPercentage`?"))
    return file


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
        return [{"migration": "recruiters", "context": {}, "now": 0, **({"switches": given} if given else {}), "want": want} for given, want in rows]

    def lines(comment, reads, writes, backup, notes=()):
        values = [(R, reads), (W, writes), (B, backup), (E, "false")]
        notes = dict(notes)
        return comment + "".join(f"{name}={value}{notes.get(name, '')}\n" for name, value in values)

    with_backup = route(
        "direct_write_3a", read(NEW), write(NEW, OLD, "best_effort"), "active off",
        [HAZARDS.backup_echo(OLD, NEW), HAZARDS.backup_may_fail(), HAZARDS.running_writes("dual_read", "direct_write_3a")],
    )
    emergency = {E: "true"}
    production = "# .env.production\n"
    case("phase 1", "as it stands", lines(production, "false", "false", "false"), switched(), routes=routes((None, SYNC), (emergency, emergency_of("sync"))))
    case(
        "phase 2", "as it stands, with its comment", lines(production, "true", "false", "false", [(R, "    # ← Activé")]), switched(read=True),
        routes=routes((None, DUAL_READ), (emergency, emergency_of("dual_read")), ({R: "false"}, SYNC)),
    )
    case(
        "phase 3a", "as it stands, with its comments",
        lines("# .env.production - Étape 3a (avec backup)\n", "true", "true", "true", [(W, "   # ← Activé"), (B, "    # ← Backup actif")]),
        switched(read=True, write=True, backup=True), routes=routes((None, with_backup), ({W: "false", B: "false"}, DUAL_READ)),
    )
    case(
        "phase 3b", "as it stands, with its comment",
        lines("# .env.production - Étape 3b (sans backup, stream processor coupé)\n", "true", "true", "false", [(B, "   # ← Backup désactivé")]),
        switched(read=True, write=True), routes=routes((None, WRITE_ALONE)),
    )
    case("phase 4", "the same switches as in 3b: only a ruleset's `phase: cleanup` tells them apart", lines(production, "true", "true", "false"), switched(read=True, write=True), routes=routes((None, WRITE_ALONE), (emergency, {
        **route("direct_write_3b", read(OLD), write(OLD), "off off", [HAZARDS.unbacked(), HAZARDS.both_lack(), HAZARDS.ignored_write(W)], emergency=True),
    })))
    case("other ways to write it", "as shells do", f"export {R}=true\n{W} = 'false'\n{B}=\"false\" # no\n{E}=\r\nPORT=80\n", switched(read=True))
    case("twice", "the last one counts", f"{R}=true\n{R}=«1»false\n{W}=false\n{B}=false\n{E}=false\n", switched(), warning("repeated_switch", R, found="false"))
    case("another value", "only `true` is on", f"{R}=«1»1\n{W}=false\n{B}=false\n{E}=«2»TRUE\n", switched(), warning("unreadable_switch", R, 1, found="1"), warning("unreadable_switch", E, 2, found="TRUE"))
    case("one is missing", "without it, it is off", f"{R}=true\n{W}=false\n{B}=false\n", switched(read=True), warning("missing_switch", E, None))
    case(
        "a slip in a name", "is none of the four, and one of them is missing", f"{R}=true\n«1»USE_JOB_PARTNERS_WRITE=true\n{B}=false\n{E}=false\n", switched(read=True),
        warning("missing_switch", W, None), warning("unknown_switch", "USE_JOB_PARTNERS_WRITE", 1, help=f"did you mean `{W}`?"),
    )
    case("none of the four", "is no such file", "PORT=80\n", None, problem("no_switches", "", None))
    return file
