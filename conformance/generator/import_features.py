"""Feature toggles in YAML, as their service writes them."""

from .core import at, off, on
from .imports import PARIS, Imports
from .marks import problem, warning
from .toggles import asks, below, decision, flag, listed, rollout, ruleset

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


def files():
    yield features()


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
        "the example",
        "as it stands; what looks wrong in it is reported: a rollout of 100 % makes the night window without effect",
        "features-yml",
        FEATURES,
        example("Europe/Paris"),
        effect,
        options=PARIS,
        decisions=decisions,
    )
    file.case(
        "the example without a zone",
        "hours are those of some clock: it is asked for",
        "features-yml",
        FEATURES,
        example("UTC"),
        effect,
        warning("assumed_timezone", "features[3].conditions[0]", 2),
    )

    def one(lines, percentage="10"):
        lines = "".join(f"    {line}\n" for line in lines.splitlines())
        return f"features:\n  - name: a\n    enabled: true\n    rollout_percentage: {percentage}\n{lines}"

    def condition(line):
        return one(f"conditions:\n  - {line}")

    def case(name, why, text, ruleset_, *problems, **more):
        file.case(name, why, "features-yml", text, ruleset_, *problems, options=PARIS, **more)

    case(
        "not enabled",
        "a toggle that is not enabled is off, whatever its parts say",
        "features:\n  - { name: a, enabled: false, rollout_percentage: 100 }\n",
        ruleset({"a": flag(rollout(100), enabled=False)}),
        decisions=[decision("a", {"userId": "u"}, off("DISABLED", None))],
    )
    case(
        "users before tenants before conditions",
        "the order of the service is the order of the rules",
        one(
            "enabled_for_tenants: [acme]\nenabled_for_users: [u1]\nconditions:\n  - { type: user_attribute, attribute: age, operator: '>', value: 17 }"
        ),
        ruleset(
            {
                "a": flag(
                    listed("userId", "u1"),
                    listed("tenantId", "acme"),
                    asks({"attribute": "userAttributes.age", "above": 17}),
                    rollout(10),
                )
            }
        ),
        decisions=[
            decision("a", {"userId": "u1", "tenantId": "acme"}, on("TARGETING_MATCH", 0)),
            decision("a", {"userId": "u2", "tenantId": "acme"}, on("TARGETING_MATCH", 1)),
            decision("a", {"userId": "u2", "userAttributes": {"age": 18}}, on("TARGETING_MATCH", 2)),
            decision("a", {"userId": "u2", "userAttributes": {"age": 17}}, below("u2", 10, 3)),
        ],
    )
    case(
        "all conditions have to hold",
        "several conditions are one `all`",
        one(
            "conditions:\n  - { type: user_attribute, attribute: a, operator: '=', value: x }\n  - { type: tenant_attribute, attribute: b, operator: '<', value: 3 }",
            "0",
        ),
        ruleset(
            {
                "a": flag(
                    asks({"all": [{"attribute": "userAttributes.a", "is": "x"}, {"attribute": "tenantAttributes.b", "below": 3}]})
                )
            }
        ),
    )
    case(
        "outside of the hours",
        "`not_in` of a window is its opposite",
        condition("{ type: time_window, operator: not_in, start_hour: 8, end_hour: 20 }"),
        ruleset({"a": flag(asks({"not": {"time": {"from": "08:00", "to": "20:00"}}}), rollout(10))}),
    )
    case(
        "hours below `value`",
        "a window may stand below `value`",
        condition("{ type: time_window, operator: in, value: { start_hour: 0, end_hour: 6 } }"),
        ruleset({"a": flag(asks({"time": {"from": "00:00", "to": "06:00"}}), rollout(10))}),
    )
    case(
        "no users",
        "null and empty lists are no lists",
        one("enabled_for_users: []\nenabled_for_tenants: null"),
        ruleset({"a": flag(rollout(10))}),
    )
    case("no toggles", "a list may be empty", "features: []\n", ruleset({}))
    warn = [
        (
            "no percentage",
            "without it nobody is rolled out",
            "features:\n  - «1»name: a\n    enabled: true\n",
            {"a": flag()},
            [warning("missing_percentage", "features[0]")],
        ),
        (
            "a percentage above 100",
            "takes everybody, as 100 does",
            one("", "«1»150"),
            {"a": flag(rollout(100))},
            [warning("percentage_out_of_range", "features[0].rollout_percentage", found="150")],
        ),
        (
            "a percentage below 0",
            "takes nobody, as 0 does",
            one("", "«1»-1"),
            {"a": flag()},
            [warning("percentage_out_of_range", "features[0].rollout_percentage", found="-1")],
        ),
        (
            "a fraction of a percent",
            "there are a hundred buckets: 12.5 takes those from 0 to 12",
            one("", "«1»12.5"),
            {"a": flag(rollout(13))},
            [warning("fractional_percentage", "features[0].rollout_percentage", found="12.5", help="it decides as 13 does")],
        ),
        (
            "a number among users",
            "a number equals no text, and is kept as it stands",
            one("enabled_for_users: [u1, «1»42]"),
            {"a": flag(listed("userId", "u1", 42), rollout(10))},
            [warning("number_never_matches", "features[0].enabled_for_users[1]", found="42")],
        ),
        (
            "an empty user",
            "is never looked up",
            one("enabled_for_users: [«1»'', u1]"),
            {"a": flag(listed("userId", "u1"), rollout(10))},
            [warning("empty_never_matches", "features[0].enabled_for_users[0]")],
        ),
        (
            "an empty list of conditions",
            "is read as none; some code takes it for everybody",
            one("conditions: «1»[]"),
            {"a": flag(rollout(10))},
            [warning("empty_conditions", "features[0].conditions")],
        ),
        (
            "a negated condition",
            "a missing attribute fits no condition here; in JavaScript it is unlike any value",
            condition("{ type: user_attribute, attribute: a, operator: «1»'!=', value: x }"),
            {"a": flag(asks({"attribute": "userAttributes.a", "is_not": "x"}), rollout(10))},
            [warning("missing_never_matches", "features[0].conditions[0].operator", found="!=")],
        ),
        (
            "a dot in a name",
            "a dot leads into a nested attribute",
            condition("{ type: user_attribute, attribute: «1»a.b, operator: '=', value: x }"),
            {"a": flag(asks({"attribute": "userAttributes.a.b", "is": "x"}), rollout(10))},
            [warning("dotted_attribute", "features[0].conditions[0].attribute", found="a.b")],
        ),
    ]
    for name, why, text, flags_, problems in warn:
        case(name, why, text, ruleset(flags_), *problems)
    refused = [
        (
            "no features",
            "the list has its key",
            "«1»feature: []\n",
            [problem("missing_key", ""), problem("unknown_key", "feature", help="did you mean `features`?")],
        ),
        (
            "no name",
            "a toggle has a name",
            "features:\n  - «1»enabled: true\n    rollout_percentage: 1\n",
            [problem("missing_key", "features[0]", expected=["name"])],
        ),
        (
            "two of one name",
            "and no other has it",
            "features:\n  - { name: a, enabled: true, rollout_percentage: 1 }\n  - «1»{ name: a, enabled: true, rollout_percentage: 1 }\n",
            [problem("duplicate_name", "features[1].name", found="a")],
        ),
        (
            "a percentage as a text",
            "the service would compare texts",
            one("", '«1»"50"'),
            [problem("wrong_type", "features[0].rollout_percentage", found="50", help="write `50`")],
        ),
        (
            "an unknown key",
            "the nearest right one is offered",
            one("«1»enabled_for_user: [u1]"),
            [problem("unknown_key", "features[0].enabled_for_user", help="did you mean `enabled_for_users`?")],
        ),
        (
            "a condition that is code",
            "a ruleset cannot hold it",
            condition("{ type: «1»custom, operator: '=', value: x }"),
            [problem("custom_condition", "features[0].conditions[0].type")],
        ),
        (
            "a type of condition",
            "the nearest right one is offered",
            condition("{ type: «1»user_atribute, attribute: a, operator: '=', value: x }"),
            [problem("unknown_condition_type", "features[0].conditions[0].type", help="did you mean `user_attribute`?")],
        ),
        (
            "an operator",
            "the six that there are",
            condition("{ type: user_attribute, attribute: a, operator: «1»'==', value: x }"),
            [
                problem(
                    "unknown_operator",
                    "features[0].conditions[0].operator",
                    found="==",
                    expected=["=", "!=", ">", "<", "in", "not_in"],
                )
            ],
        ),
        (
            "24 o'clock",
            "hours go from 0 to 23",
            condition("{ type: time_window, start_hour: 22, end_hour: «1»24 }"),
            [problem("bad_hour", "features[0].conditions[0].end_hour", found="24", help="midnight is 0")],
        ),
        (
            "no hours at all",
            "the whole day to some, no time to others",
            condition("«1»{ type: time_window, start_hour: 6, end_hour: 6 }"),
            [problem("empty_range", "features[0].conditions[0]")],
        ),
        (
            "no members",
            "nothing is in an empty list",
            condition("{ type: user_attribute, attribute: a, operator: in, value: «1»[] }"),
            [problem("empty_list", "features[0].conditions[0].value")],
        ),
        ("no YAML", "what the reader says", "features: [\n«1»", [problem("yaml_syntax", "features")]),
    ]
    for name, why, text, problems in refused:
        case(name, why, text, None, *problems)
    file.case(
        "an unknown zone",
        "the zone is checked too",
        "features-yml",
        "features: []\n",
        None,
        problem("unknown_timezone", "", None, found="Europe/Atlantis"),
        options={"timezone": "Europe/Atlantis"},
    )
    return file
