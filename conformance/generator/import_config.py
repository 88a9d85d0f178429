"""Feature toggles as `FeatureConfig` objects."""

from .core import at, off, on
from .imports import PARIS, Imports
from .marks import problem, warning
from .toggles import asks, below, decision, flag, listed, rollout, ruleset

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
    yield feature_config()


def feature_config():
    file = Imports(
        "import_feature_config",
        "`feature-config`: the same toggles as objects in camel case, a list of them or a mapping of their names.",
    )

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
        listed("userId", "user_123"),
        listed("tenantId", "acme", "globex"),
        asks(
            {
                "all": [
                    {"attribute": "tenantAttributes.tier", "in": ["enterprise", "premium"]},
                    {"time": {"from": "22:00", "to": "06:00"}},
                ]
            }
        ),
        rollout(50),
    )
    night = at("2026-01-15T23:00:00Z")
    case(
        "objects in a list",
        "JSON",
        objects,
        ruleset({"orders_mongodb": orders, "customers_mongodb": flag(enabled=False)}),
        decisions=[
            decision("orders_mongodb", {"userId": "user_123"}, on("TARGETING_MATCH", 0)),
            decision("orders_mongodb", {"userId": "u", "tenantId": "globex"}, on("TARGETING_MATCH", 1)),
            decision(
                "orders_mongodb", {"userId": "u1", "tenantAttributes": {"tier": "premium"}}, on("TARGETING_MATCH", 2), night
            ),
            decision(
                "orders_mongodb",
                {"userId": "u1", "tenantAttributes": {"tier": "premium"}},
                below("u1", 50, 3),
                night + 12 * 3_600_000,
            ),
            decision("customers_mongodb", {"userId": "user_123"}, off("DISABLED", None)),
        ],
    )
    case(
        "a mapping of names",
        "the Map of the service, in YAML",
        "a: { enabled: true, rolloutPercentage: 1 }\nb: { name: b, enabled: true, rolloutPercentage: 100 }\n",
        ruleset({"a": flag(rollout(1)), "b": flag(rollout(100))}),
    )
    case(
        "a number that JavaScript rounds",
        "the service compares with what JavaScript makes of it",
        '[{ "name": "a", "enabled": true, "rolloutPercentage": 0, "conditions": [{ "type": "user_attribute", "attribute": "id", "operator": "=", "value": «1»9007199254740993 }] }]',
        ROUNDED,
        warning("rounded_number", "[0].conditions[0].value", found="9007199254740993"),
    )
    case(
        "another name inside",
        "a name and a key that differ",
        "a: { name: «1»b, enabled: true, rolloutPercentage: 1 }\n",
        None,
        problem("contradiction", "a.name", found="b", expected=["a"]),
    )
    case(
        "the other format",
        "is told from a broken one",
        "«1»features:\n  - { name: a, enabled: true, rollout_percentage: 1 }\n",
        None,
        problem("wrong_type", "", help="a document with a list `features:` is imported as `features-yml`"),
    )
    case(
        "one object",
        "is put into a list",
        "«1»name: a\nenabled: true\nrolloutPercentage: 1\n",
        None,
        problem("wrong_type", "", help="put this one object into a list"),
    )
    case(
        "snake case",
        "keys are those of the format",
        "a: { enabled: true, «2»rollout_percentage: 1 }\n".replace("a:", "«1»a:", 1),
        None,
        warning("missing_percentage", "a", 1),
        problem("unknown_key", "a.rollout_percentage", 2, help="did you mean `rolloutPercentage`?"),
    )
    return file
