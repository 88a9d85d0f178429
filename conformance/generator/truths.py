"""Conditions, one a flag, in a form that shows all three truth values in one decision."""

from .core import File, flags, served

WORDS = {"T": "true", "F": "false", "U": "unknown"}


def flag(condition):
    """A flag that serves `true` where the condition holds, `false` where its opposite does, else `unknown`."""
    return {
        "variants": {"true": "T", "false": "F", "unknown": "U"},
        "default": "unknown",
        "rules": [{"if": condition, "serve": "true"}, {"if": {"not": condition}, "serve": "false"}],
    }


def want(truth):
    """The decision of such a flag."""
    rule = {"T": 0, "F": 1, "U": None}[truth]
    reason = "DEFAULT" if rule is None else "TARGETING_MATCH"
    return served(truth, WORDS[truth], reason, rule)


class Truths(File):
    """A file of conditions. Each table is one condition with what it says of several values."""

    def __init__(self, name, about, **sections):
        super().__init__(name, "decide", about, {"conditions": flags({}, **sections)})

    def condition(self, flag_name, condition):
        """Adds the flag of a condition."""
        table = self.rulesets["conditions"]["flags"]
        if flag_name in table:
            raise ValueError(f"{self.name}: the flag {flag_name!r} is there already")
        table[flag_name] = flag(condition)

    def row(self, flag_name, name, why, context, truth, now=0):
        """Adds a vector."""
        self.add(f"{flag_name}: {name}", why, ruleset="conditions", flag=flag_name, context=context, now=now, want=want(truth))

    def table(self, flag_name, operators, rows):
        """A condition on the attribute `v`, and rows of (name, value, truth, why)."""
        self.condition(flag_name, {"attribute": "v", **operators})
        for name, value, truth, why in rows:
            self.row(flag_name, name, why, {"v": value}, truth)
