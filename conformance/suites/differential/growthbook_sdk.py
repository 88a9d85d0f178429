"""Decides generated features for generated attributes with the SDK `growthbook` and with the ruleset that Cutover imports, and
says where they differ: `python conformance/suites/differential/growthbook_sdk.py CUTOVER [SEED] [FEATURES] [CONTEXTS]`.

What is known to differ has its reason in KNOWN; anything else ends the run with 1.
"""

import json
import logging
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from growthbook import GrowthBook

TEXTS = ["a", "ab", "ABC", " b ", "", "Straße", "É", "1", "true", "a,b", "x" * 40, "日本", "ΣΟΦΟΣ", "σοφος", "\U0001f600", "\ufb01"]
NUMBERS = [0, 1, 5, -3, 2.5, 1e3, 1e21, 2**53 + 1, 123456789012, 0.1, -0.5, 1e-7]
VERSIONS = ["1.2.3", "1.10.0", "v2.0.0", "1.2", "1.2.3-rc.1", "1.2.3-rc.10", "1.2.3+7", "1.2.3.4", "123456.0", "beta", "", "1-2-3", "1.٣.0"]
DATES = ["2026-01-01", "2026-10-20", "2026-10-20T12:00:00Z", "2025-12-31"]
PATTERNS = ["^a", "b$", "[0-9]+", r"\d", r"\w+$", "a|b", "(", "^$", "a{2,3}", r"\bab\b", ".", r"\.com$", "(?=a)", "é", r"\s"]
LISTS = [[], ["a"], ["a", "B", "1"], [1, 5], [True, "a"], ["x", "y", "z"], [2.5, "É"], ["1.10.0", "1.2"]]
NAMES = ["id", "company", "country", "tags", "age", "version", "premium", "email", "since", "device.os"]
KINDS = ["string", "number", "boolean", "null", "array", "object", "undefined"]
GROUPS = {
    "g0": ["u1", "u2", 5, "a"],
    "g1": [True, None, "É"],
    "g2": {"type": "list", "attributeKey": "id", "values": ["u1", "u3"]},
    "g3": {"type": "condition", "condition": {"$savedGroup": {"id": "g2"}, "premium": True}},
    "g4": {"type": "condition", "condition": {"$not": {"$savedGroup": {"id": "g4"}}}},
    "g5": {"type": "cohort"},
    "g6": 5,
}


class Maker:
    """Makes features and attributes, the same for a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, items):
        return self.random.choice(items)

    def maybe(self, share):
        return self.random.random() < share

    def some(self, items, most):
        return [self.pick(items) for _ in range(self.random.randint(0, most))]

    def scalar(self):
        return self.pick([self.pick(TEXTS), self.pick(NUMBERS), self.pick(VERSIONS), self.pick(DATES), self.maybe(0.5), None])

    def operator(self, depth=0):
        """One operator with what it compares with."""
        kind = self.pick(["equal", "order", "in", "version", "regex", "list", "type", "group", "exists", "not", "odd"])
        if kind == "equal":
            return {self.pick(["$eq", "$ne"]): self.pick([self.scalar(), self.scalar(), ["a"]])}
        if kind == "order":
            word = self.pick(["$lt", "$lte", "$gt", "$gte"])
            return {word: self.pick([self.pick(NUMBERS), self.pick(DATES), self.pick(TEXTS), True, None])}
        if kind == "in":
            word = self.pick(["$in", "$nin", "$ini", "$nini"])
            return {word: self.pick([[self.scalar() for _ in range(self.random.randint(0, 4))], "a"])}
        if kind == "version":
            word = self.pick(["$veq", "$vne", "$vlt", "$vlte", "$vgt", "$vgte"])
            return {word: self.pick([*VERSIONS, *VERSIONS, True])}
        if kind == "regex":
            return {self.pick(["$regex", "$regexi", "$notRegex", "$notRegexi"]): self.pick(PATTERNS)}
        if kind == "list":
            item = self.pick([{"$eq": self.scalar()}, {"$in": self.some(TEXTS, 3)}, {"$gt": self.pick(NUMBERS)}, {"$regex": "^a"}, {}])
            return self.pick(
                [
                    {"$size": self.pick([0, 1, 3, {"$gt": 1}, {"$lte": 2, "$ne": 0}, "2"])},
                    {self.pick(["$all", "$alli"]): self.some(TEXTS + [5, True], 2)},
                    {"$elemMatch": item},
                    {"$elemMatch": {"$not": {"$eq": self.pick(TEXTS)}}},
                ]
            )
        if kind == "type":
            return {"$type": self.pick(KINDS)}
        if kind == "group":
            return {self.pick(["$inGroup", "$notInGroup"]): self.pick([*GROUPS, "gone", 5])}
        if kind == "exists":
            return {"$exists": self.maybe(0.5)}
        if kind == "not" and depth < 2:
            return {"$not": self.value(depth + 1)}
        return self.pick([{"$like": "a"}, {"$or": []}]) if self.maybe(0.3) else {"$eq": "a"}

    def value(self, depth=0):
        """What one attribute is asked."""
        if self.maybe(0.3):
            return self.scalar()
        asked = self.operator(depth)
        if self.maybe(0.2):
            asked.update(self.operator(depth))
        return asked

    def condition(self, depth=0):
        asked = {self.pick(NAMES): self.value() for _ in range(self.random.randint(0 if depth == 0 else 1, 2))}
        if depth < 2 and self.maybe(0.4):
            word = self.pick(["$or", "$nor", "$and"])
            asked[word] = [self.condition(depth + 1) for _ in range(self.random.randint(0, 3))]
        if depth < 2 and self.maybe(0.15):
            asked["$not"] = self.condition(depth + 1)
        if self.maybe(0.1):
            asked["$savedGroup"] = self.pick([{"id": self.pick([*GROUPS, "gone"])}, {"id": "g2", "attributeKey": "company"}, {}])
        return asked

    def range(self):
        return sorted([round(self.random.random(), self.pick([1, 2, 4])), round(self.random.random(), self.pick([1, 2, 4]))])

    def hashed(self, rule):
        """What a rule hashes with."""
        if self.maybe(0.6):
            rule["hashVersion"] = self.pick([1, 2, 2, 2, 3])
        if self.maybe(0.4):
            rule["seed"] = self.pick(["seed", "日本", "s2", ""])
        if self.maybe(0.3):
            rule["hashAttribute"] = self.pick(["company", "age", "tags", "email"])
        if self.maybe(0.2):
            ranges = [self.range() for _ in range(self.random.randint(1, 2))]
            rule["filters"] = [{"seed": self.pick(["layer", ""]), "ranges": ranges, "hashVersion": self.pick([1, 2])}]
        return rule

    def forced(self, values):
        rule = self.hashed({"force": self.pick(values)})
        if self.maybe(0.4):
            rule["coverage"] = self.pick([0, 1, 0.5, 0.0505, 0.3333, round(self.random.random(), 4)])
        if self.maybe(0.2):
            rule["range"] = self.range()
        return rule

    def experiment(self, values):
        count = self.pick([1, 2, 2, 3, 5])
        rule = self.hashed({"variations": [self.pick(values) for _ in range(count)]})
        if self.maybe(0.5):
            rule["key"] = self.pick(["exp", "exp-2", ""])
        if self.maybe(0.4):
            rule["coverage"] = self.pick([0, 1, 0.1, 0.29, 0.72, round(self.random.random(), 3)])
        if self.maybe(0.4):
            rule["weights"] = self.pick([[0.2, 0.3, 0.5], [0.1, 0.9], [0.2] * 5, [0.4, 0.5999], [0.5, 0.2], [0.1, 0.2, 0.3, 0.2, 0.2]])
        if self.maybe(0.2):
            rule["ranges"] = [self.range() for _ in range(self.random.randint(1, count + 1))]
            rule["meta"] = [{"passthrough": self.maybe(0.3)} for _ in range(count)]
        if self.maybe(0.2):
            rule["namespace"] = ["ns", *self.range()]
        return rule

    def feature(self, earlier):
        values = self.pick([[True, False], ["a", "b", "c", "on"], [0, 1, 2.5], [{"a": [1]}, [], "x", True, 5]])
        rules = []
        for _ in range(self.random.randint(0, 4)):
            rule = self.forced(values) if self.maybe(0.5) else self.experiment(values)
            if self.maybe(0.5):
                rule["condition"] = self.condition()
            if earlier and self.maybe(0.15):
                asked = self.pick([{"$gt": 1}, True, {"$in": ["a", "b"]}, {"$exists": False}, {"$type": "object"}])
                parent = {"id": self.pick([*earlier, "nobody"]), "condition": {"value": asked}, "gate": self.maybe(0.5)}
                rule["parentConditions"] = [parent]
            rules.append(rule)
        feature = {"rules": rules}
        if self.maybe(0.9):
            feature["defaultValue"] = self.pick(values)
        return feature

    def attributes(self):
        def value():
            return self.pick([self.scalar(), self.pick(LISTS), self.pick(TEXTS)])

        given = {name: value() for name in NAMES if "." not in name and self.maybe(0.7)}
        given["id"] = self.pick(["u1", "u2", "u3", "日本", 5, 0, "", 1.5, 2**53 + 1, f"user-{self.random.randint(0, 10**6)}"])
        if self.maybe(0.5):
            given["version"] = self.pick(VERSIONS)
        if self.maybe(0.5):
            given["device"] = self.pick([{"os": self.scalar()}, {"os": self.pick(TEXTS)}, "a", None, {}])
        return given


def contains(condition, found):
    """Whether some part of a condition is found."""
    if isinstance(condition, dict):
        return any(found(key, value) or contains(value, found) for key, value in condition.items())
    return isinstance(condition, list) and any(contains(item, found) for item in condition)


def conditions(feature, features):
    """The conditions of a feature and of those that it asks for."""
    for rule in feature["rules"]:
        yield rule.get("condition", {})
        for parent in rule.get("parentConditions", []):
            if parent["id"] in features:
                yield from conditions(features[parent["id"]], features)


def is_wide(value):
    texts = value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value]
    return any(isinstance(text, str) and not text.isascii() for text in texts)


def any_wide(attributes):
    return any(is_wide(value) for value in attributes.values())


def asks(words, of=lambda value: True):
    return lambda key, value: key in words and of(value)


# Why a difference is known: by the conditions and the attributes, not by the answer.
KNOWN = [
    (
        "Python's patterns know all of Unicode, JavaScript's and the engine's ASCII alone",
        lambda condition, given: any_wide(given) and contains(condition, asks(["$regex", "$regexi", "$notRegex", "$notRegexi"])),
    ),
    (
        "Python pads digits of any script in a version, JavaScript those of ASCII",
        lambda condition, given: "1.٣.0" in json.dumps([condition, given], ensure_ascii=False) and contains(condition, lambda key, _: key.startswith("$v")),
    ),
    (
        "a Greek sigma at the end of a word has a lower case of its own",
        lambda condition, given: "ΣΟΦΟΣ" in json.dumps([condition, given], ensure_ascii=False)
        and contains(condition, asks(["$ini", "$nini", "$alli"])),
    ),
    (
        "texts are ordered by UTF-16 units there, by characters here",
        lambda condition, given: any_wide(given) and contains(condition, asks(["$lt", "$lte", "$gt", "$gte"], is_wide)),
    ),
]


def theirs(features, population):
    """What the SDK serves, context by context."""
    logging.disable(logging.CRITICAL)
    sdk = GrowthBook(features=features, saved_groups=GROUPS)
    for attributes in population:
        sdk.set_attributes(attributes)
        yield {name: sdk.eval_feature(name).value for name in features}


def same(left, right):
    """Whether two values are the same, where 1 is 1.0 and not true."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return left == right


def main(cutover, seed="1", features="600", contexts="200"):
    maker = Maker(int(seed))
    document = {}
    for number in range(int(features)):
        document[f"f{number}"] = maker.feature(list(document)[-20:])
    population = [maker.attributes() for _ in range(int(contexts))]
    with tempfile.TemporaryDirectory() as folder:
        payload, rules, given = (Path(folder) / name for name in ["features.json", "rules.yaml", "contexts.ndjson"])
        payload.write_text(json.dumps({"features": document, "savedGroups": GROUPS}))
        # It ends with 1 where a feature is refused.
        imported = subprocess.run([cutover, "import", "growthbook", payload, "--json"], capture_output=True, check=False)
        imported = json.loads(imported.stdout)
        rules.write_text(imported["ruleset"])
        given.write_text("".join(json.dumps(attributes) + "\n" for attributes in population))
        command = [cutover, "eval", rules, "--contexts", given, "--json"]
        lines = subprocess.run(command, capture_output=True, check=True).stdout.splitlines()
    refused = {flag["flag"]: flag["notes"][-1] for flag in imported["report"]["flags"] if flag["fate"] == "refused"}
    known, compared, unknown = Counter(), 0, 0
    for attributes, wanted, line in zip(population, theirs(document, population), lines, strict=True):
        decided = {one["flag"]: one["value"] for one in json.loads(line)}
        for name, feature in document.items():
            if name in refused:
                continue
            compared += 1
            if same(wanted[name], decided[name]):
                continue
            asked = list(conditions(feature, document))
            reason = next((why for why, is_so in KNOWN if any(is_so(condition, attributes) for condition in asked)), None)
            if reason:
                known[reason] += 1
                continue
            unknown += 1
            if unknown <= 5:
                print(f"differs: {name}: theirs {json.dumps(wanted[name])}, ours {json.dumps(decided[name])}")
                print(f"  {json.dumps(feature)}\n  {json.dumps(attributes)}")
    print(f"{compared} calls compared, {unknown} differ, {len(refused)} of {len(document)} features refused")
    for message, count in Counter(note["message"].split(";")[0] for note in refused.values()).most_common(3):
        print(f"  {count} refused: {message}")
    for reason, count in known.items():
        print(f"  {count} known to differ: {reason}")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
