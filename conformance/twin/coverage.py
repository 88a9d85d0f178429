"""What the generated cases reached: an engine agrees only about what was asked."""

import unicodedata
from collections import Counter

from .times import wall

# What every long run has to reach. Contracts that JSON texts of rulesets do not generate are held by their vectors.
TRUTHS = ("true", "false", "unknown")
REASONS = ("STATIC", "DEFAULT", "TARGETING_MATCH", "SPLIT", "DISABLED", "MISSING_UNIT", "INVALID_CONTEXT")
CLASSES = ("Lu", "Ll", "Lo", "Mn", "Nd", "Zs", "Cc", "So", "Sm", "Po", "Cf", "Cn", "Co")


class Coverage:
    """Counts of what was asked, by kind."""

    def __init__(self):
        self.tests, self.reasons, self.edges, self.zones, self.classes = (Counter() for _ in range(5))
        self.refused = 0

    def test(self, condition, said):
        """An operator, what stands beside it, and what it said."""
        if "bucket" in condition:
            word = f"bucket {condition['bucket']['hash']}"
        else:
            word = next(key for key in condition if key not in ("attribute", "otherwise", "as", "ignore_case", "each"))
        truth = {True: "true", False: "false", None: "unknown"}[said]
        self.tests[word, truth] += 1
        for beside in ("as", "ignore_case", "each", "otherwise"):
            if beside in condition:
                self.tests[f"{beside} {condition[beside]}", truth] += 1

    def decision(self, reason, error):
        self.reasons[error or reason] += 1

    def edge(self, place, cut):
        """How far a unit lies from a boundary, where it is close."""
        if abs(place - cut) <= 1:
            self.edges[place - cut] += 1

    def zone(self, now, zone):
        """Whether the clock of a zone changes within the hour before or after."""
        before, at, after = (wall(now + shift, zone).utcoffset() for shift in (-3_600_000, 0, 3_600_000))
        if before != after:
            self.zones[f"{zone}, {'after' if at == after else 'before'} a change"] += 1

    def context(self, context):
        for given in context.values():
            if isinstance(given, str):
                self.classes.update(unicodedata.category(character) for character in given)

    def report(self):
        """What was reached, a line a kind."""
        words = sorted({word for word, _ in self.tests})
        print(f"refused: {self.refused}")
        print("tests (true, false, unknown):")
        for word in words:
            print(f"  {word}: {', '.join(str(self.tests[word, truth]) for truth in TRUTHS)}")
        for name, counts in [
            ("reasons", self.reasons),
            ("distance from a boundary", self.edges),
            ("changes of clocks", self.zones),
            ("classes of characters", self.classes),
        ]:
            print(f"{name}: {', '.join(f'{key} {counts[key]}' for key in sorted(counts, key=str))}")

    def unreached(self):
        """What a long run did not reach."""
        from .conditions import OPERATORS

        missing = []
        for word in sorted(OPERATORS):
            # Whether there is an attribute is always known.
            truths = TRUTHS[:2] if word == "exists" else TRUTHS
            missing += [f"{word} that is {truth}" for truth in truths if not self.tests[word, truth]]
        missing += [f"the reason {reason}" for reason in REASONS if not self.reasons[reason]]
        missing += [f"a unit {distance:+d} from a boundary" for distance in (-1, 0, 1) if not self.edges[distance]]
        missing += [f"a character of class {name}" for name in CLASSES if not self.classes[name]]
        return missing + ([] if len(self.zones) >= 6 else [f"changes of clocks other than {sorted(self.zones)}"])
