#!/usr/bin/env python3
"""Runs the vectors against the Python package.

    python3 conformance/runner.py [DIRECTORY]

or, from a test, `run(cutover, directory)`. Strict, as the runners of the other languages: a field, kind or tag that is
not known here, a name that stands twice and a file without vectors are failures. What the tags mean stands in README.md.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import data_plane  # noqa: E402
import operating  # noqa: E402
import rollouts  # noqa: E402

# In the same folder as the vectors, and none of them.
NOT_VECTORS = {"api.json"}


class Wrong(Exception):
    """What is wrong with a file or a vector, in one line."""


def run(cutover, directory):
    """Runs every file of a directory: [(name, passed, [(vector, lines), ...]), ...] in the order of their names."""
    paths = sorted(path for path in Path(directory).glob("*.json") if path.name not in NOT_VECTORS)
    if not paths:
        raise FileNotFoundError(f"no vectors in {directory}")
    return [run_text(cutover.Engine, path.name, path.read_text(encoding="utf-8")) for path in paths]


def accepted(cutover, directory):
    """The names of files that have to fail and do not: those of the folder `refused` test the runner itself."""
    return [name for name, _, failures in run(cutover, directory) if not failures]


def show(report):
    """The report as people read it."""
    lines = []
    for name, passed, failures in report:
        lines.append(f"{name}: passed {passed}, failed {len(failures)}")
        for vector, problems in failures:
            lines += [f"  {vector}", *(f"    {problem}" for problem in problems)]
    passed, failed = sum(file[1] for file in report), sum(len(file[2]) for file in report)
    lines.append(f"{len(report)} files: passed {passed}, failed {failed}")
    return "\n".join(lines)


def run_text(Engine, name, text):
    """Runs the vectors of one file, given as its text."""
    passed, failures = 0, []
    try:
        file = Fields(json.loads(text, object_pairs_hook=unique, parse_constant=no_constant))
        file.text("about")
        kind = file.text("kind")
        rulesets = Rulesets(Engine, file.take("rulesets", {}))
        vectors = file.need("vectors")
        file.finish()
        if not isinstance(vectors, list) or not vectors:
            raise Wrong("the file is empty")
        seen = set()
        for index, vector in enumerate(vectors):
            try:
                lines = run_vector(Engine, kind, vector, rulesets, seen)
            except Exception as error:  # Whatever a decision raises is a failure of its vector.
                lines = [f"{type(error).__name__}: {error}"]
            if lines:
                label = vector.get("name") if isinstance(vector, dict) else None
                failures.append((label or f"vectors[{index}]", lines))
            else:
                passed += 1
    except (Wrong, ValueError) as error:
        failures.append(("", [str(error)]))
    return name, passed, failures


def run_vector(Engine, kind, vector, rulesets, seen):
    fields = Fields(vector)
    name = fields.text("name")
    fields.text("why")
    if name in seen:
        raise Wrong("a vector before it has the same name")
    seen.add(name)
    if kind not in KINDS:
        raise Wrong(f"there is no kind `{kind}`")
    lines = KINDS[kind](Engine, fields, rulesets)
    fields.finish()
    return lines


def decide_kind(_, fields, rulesets):
    return decide(rulesets.engine(fields.need("ruleset")), fields)


def routes_kind(_, fields, rulesets):
    return route(rulesets.engine(fields.need("ruleset")), fields)


def explain_kind(_, fields, rulesets):
    engine = rulesets.engine(fields.need("ruleset"))
    flag, now = fields.text("flag"), fields.int("now")

    def ask(context):
        explanation = engine.explain(flag, context, now=now)
        return {**explanation, "decision": without_digest(explanation["decision"])}

    return in_both_forms(engine, fields.decoded("context"), fields.decoded("want"), ask)


def safety_kind(_, fields, rulesets):
    engine = rulesets.engine(fields.need("ruleset"))
    migration = fields.text("migration")
    bounds = {key: value for key in ("nodes", "writes") if (value := fields.take(key)) is not None}
    report = engine.safety(migration, **bounds)

    def line(row):
        found = " ".join(finding["verdict"] for finding in row["findings"]) or "safe"
        to = "" if row["to"] is None else f" → {row['to']}"
        return f"{row['kind']}: {row['from']}{to}: {found}"

    got = {key: report[key] for key in ("safe", "last_reversible", "states")}
    return diff(fields.decoded("want"), {**got, "rows": [line(row) for row in report["rows"]]})


def compares_kind(_, fields, rulesets):
    engine = rulesets.engine(fields.need("ruleset"))
    comparator = fields.text("comparator")
    control, candidate = fields.text("control").encode(), fields.text("candidate").encode()
    return diff(fields.decoded("want"), engine.compare(comparator, control, candidate))


def delivery_kind(_, fields, rulesets):
    engine = rulesets.engine(fields.need("ruleset"))
    policy, migration = fields.take("policy"), fields.take("migration")
    got = engine.delivery(policy) if migration is None else engine.delivery_of(migration)
    return diff(fields.decoded("want"), got)


def judges_kind(_, fields, rulesets):
    engine = rulesets.engine(fields.need("ruleset"))
    comparator = fields.text("comparator")
    sides = [fields.need(key) for key in ("control", "candidate")]
    control, candidate = [{"value": side["value"].encode()} if "value" in side else side for side in sides]
    return diff(fields.decoded("want"), engine.judge(comparator, control, candidate)["verdict"])


def paths_kind(_, fields, rulesets):
    engine = rulesets.engine(fields.need("ruleset"))
    table, request, now = fields.text("table"), fields.need("request"), fields.int("now")
    want = fields.decoded("want")
    found = engine.path(table, **request, now=now)
    return diff(want, found if want is None or found is None else {key: found.get(key) for key in want})


def in_both_forms(engine, context, want, ask):
    """Asks with the context as it is given and with one that was prepared: both have to answer the same."""
    given = diff(want, ask(context))
    return given or [f"prepared context: {line}" for line in diff(want, ask(engine.context(context)))]


def stales(_, fields, rulesets):
    return decide(rulesets.engine(fields.need("ruleset")).stale(), fields)


def decide(engine, fields):
    flag, context, now = fields.text("flag"), fields.decoded("context"), fields.int("now")
    options = {"default": fields.decoded("default")} if fields.has("default") else {}
    want = {"flag": flag, **fields.decoded("want")}
    lines = in_both_forms(
        engine, context, want, lambda given: without_digest(engine.decide(flag, given, now=now, **options).to_dict())
    )
    is_true = want["variant"] is not None and want["value"] is True
    if engine.is_enabled(flag, context, now=now) is not is_true:
        lines.append(f"is_enabled: want {is_true}, got {not is_true}")
    return lines


def route(engine, fields):
    migration, context, now = fields.text("migration"), fields.decoded("context"), fields.int("now")
    options = {"switches": fields.decoded("switches")} if fields.has("switches") else {}
    want = {"migration": migration, **fields.decoded("want")}
    return in_both_forms(
        engine, context, want, lambda given: without_digest(engine.route(migration, given, now=now, **options).to_dict())
    )


def buckets(Engine, fields, _):
    """The position that an explanation shows, and both sides of its boundary. The hash itself is inside the engine."""
    hash_, salt = fields.need("hash"), fields.text("salt")
    context = {"unit": fields.decoded("unit")}
    want = Fields(fields.need("want"))
    if hash_ == 1:
        want.text("hash")

    def probe(rollout):
        rules = [{"serve": {"rollout": rollout, "by": "unit"}}]
        return Engine.from_str(json.dumps({"cutover": 1, "flags": {"probe": {"hash": hash_, "salt": salt, "rules": rules}}}))

    steps = probe("50%").explain("probe", context, now=0)["steps"]
    found = next((step["bucket"] for step in steps if step["step"] == "share"), None)
    lines = [f"position {line}" for line in diff(want.need("position"), found)]
    for key, inside in [("out", False), ("in", True)]:
        got = probe(want.text(key)).is_enabled("probe", context, now=0)
        lines += [f"{key} {line}" for line in diff(inside, got)]
    want.finish()
    return lines


def diagnostics(Engine, fields, _):
    text, now = document(fields.need("text")), fields.int("now")
    return compare_diagnostics(fields.need("want"), Engine.check(text, now=now))


def imports(Engine, fields, _):
    kind, text = fields.text("import"), document(fields.need("text"))
    imported = Engine.import_ruleset(kind, text, **fields.take("options", {}))
    want = Fields(fields.need("want"))
    lines = compare_diagnostics(want.need("diagnostics"), imported.diagnostics)
    ruleset = want.need("ruleset")
    if ruleset is None or imported.ruleset is None:
        lines += [f"ruleset {line}" for line in diff(ruleset, imported.ruleset)]
    else:
        engine = Engine.from_str(imported.ruleset)
        if Engine.from_str(text_of(ruleset)).digest != engine.digest:
            lines.append(f"ruleset: want {json.dumps(ruleset)}, got\n{imported.ruleset}")
        for key, compare in [("decisions", decide), ("routes", route)]:
            for index, row in enumerate(want.take(key, [])):
                inner = Fields(row)
                lines += [f"{key}[{index}]{line}" for line in compare(engine, inner)]
                inner.finish()
    want.finish()
    return lines


def programs(Engine, fields, rulesets):
    """What a ruleset is compiled to, or bytes; loaded, and asked like the ruleset that they came from."""
    want = Fields(fields.need("want"))
    lines, source = [], None
    if fields.has("program"):
        data = document(fields.need("program"))
    else:
        source = rulesets.engine(fields.need("ruleset"))
        data = source.to_compiled()
        lines += [f"length {line}" for line in diff(want.need("length"), len(data))]
        lines += [f"checksum {line}" for line in diff(want.text("checksum"), data[16:24][::-1].hex())]
    error = want.take("error")
    want.finish()
    try:
        engine = Engine.from_compiled(data)
    except Exception as refused:
        if error is None or not str(refused).startswith(error):
            lines.append(f"error: want {error!r}, got {str(refused)!r}")
        return lines
    if error is not None:
        return [*lines, f"error: want {error!r}, there is none"]
    lines += rows(engine, fields)
    if engine.to_compiled() != data:
        lines.append("compiled again: other bytes")
    if source is not None:
        if engine.digest != source.digest:
            lines.append(f"digest: want {source.digest}, got {engine.digest}")
        for name in source.migrations:
            lines += diff(source.route(name, {}, now=0).to_dict(), engine.route(name, {}, now=0).to_dict(), f"route {name}")
    return lines


def applies(Engine, fields, rulesets):
    """Another text applied to an engine: what loading that text gives."""
    before = rulesets.engine(fields.need("ruleset"))
    text, now, want = document(fields.need("text")), fields.int("now"), fields.need("want")
    lines = compare_diagnostics(want, Engine.check(text, now=now))
    try:
        engine = before.apply(text)
    except Exception as refused:
        return lines + [f"applied {line}" for line in compare_diagnostics(want, refused.diagnostics)]
    lines += [f"applied {line}" for line in compare_diagnostics(want, engine.warnings(now=now))]
    loaded = Engine.from_str(text)
    if engine.digest != loaded.digest:
        lines.append(f"digest: want {loaded.digest}, got {engine.digest}")
    return lines + rows(engine, fields)


def rows(engine, fields):
    """The decisions that a vector of another kind asks for, each like a vector without a name."""
    lines = []
    for index, row in enumerate(fields.take("decisions", [])):
        inner = Fields(row)
        lines += [f"decisions[{index}]{line}" for line in decide(engine, inner)]
        inner.finish()
    return lines


def differing(run):
    """A kind that says what differs by the function of this runner."""
    return lambda *given: run(diff, *given)


KINDS = {
    "decide": decide_kind,
    "stales": stales,
    "routes": routes_kind,
    "safety": safety_kind,
    "compares": compares_kind,
    "judges": judges_kind,
    "paths": paths_kind,
    "delivery": delivery_kind,
    **{kind: differing(run) for kind, run in {**data_plane.KINDS, **operating.KINDS, **rollouts.KINDS}.items()},
    "explain": explain_kind,
    "buckets": buckets,
    "diagnostics": diagnostics,
    "imports": imports,
    "programs": programs,
    "applies": applies,
}


def compare_diagnostics(want, got):
    """Compares all diagnostics in order, by the keys that are wanted of each."""
    got = [problem.to_dict() for problem in got]
    if len(want) == len(got):
        got = [{key: value for key, value in problem.items() if key in keys} for problem, keys in zip(got, want)]
    return diff(want, got)


class Rulesets:
    """The rulesets of a file, loaded once."""

    def __init__(self, Engine, named):
        self.Engine, self.named, self.loaded = Engine, named, {}

    def engine(self, ruleset):
        text = self.text(ruleset)
        if text not in self.loaded:
            self.loaded[text] = self.Engine.from_str(text)
        return self.loaded[text]

    def text(self, ruleset):
        if not isinstance(ruleset, str):
            return text_of(ruleset)
        if ruleset in self.named:
            return text_of(self.named[ruleset])
        if "\n" in ruleset or ruleset.startswith("{"):
            return ruleset
        raise Wrong(f"the file has no ruleset `{ruleset}`")


def text_of(ruleset):
    return ruleset if isinstance(ruleset, str) else json.dumps(ruleset)


class Fields:
    """The fields of an object, taken one by one; what is left over is unknown."""

    def __init__(self, value):
        if not isinstance(value, dict):
            raise Wrong("this is no object")
        self.entries = dict(value)

    def has(self, key):
        return key in self.entries

    def take(self, key, otherwise=None):
        return self.entries.pop(key, otherwise)

    def need(self, key):
        if key not in self.entries:
            raise Wrong(f"the field `{key}` is missing")
        return self.entries.pop(key)

    def text(self, key):
        value = self.need(key)
        if not isinstance(value, str):
            raise Wrong(f"the field `{key}` is no text")
        return value

    def int(self, key):
        value = self.need(key)
        if type(value) is not int:
            raise Wrong(f"the field `{key}` is no whole number")
        return value

    def decoded(self, key):
        return decode(self.need(key))

    def finish(self):
        for key in self.entries:
            raise Wrong(f"the field `{key}` is not known here")


MISSING = object()


def decode(value):
    """The value with its tags replaced by what they stand for. What is missing is a key left out."""
    if isinstance(value, list):
        items = [decode(item) for item in value]
        if any(item is MISSING for item in items):
            raise Wrong("`$missing` stands in a list")
        return items
    if not isinstance(value, dict):
        return value
    tag = next((key for key in value if key.startswith("$")), None)
    if tag is None:
        return {key: item for key, item in ((key, decode(item)) for key, item in value.items()) if item is not MISSING}
    if len(value) > 1:
        raise Wrong(f"`{tag}` does not stand alone")
    return decode_tag(tag, value[tag])


def decode_tag(tag, content):
    if tag == "$missing" and content is True:
        return MISSING
    if tag == "$int" and isinstance(content, str) and re.fullmatch("-?[0-9]+", content, re.ASCII):
        return int(content)
    if tag == "$float" and isinstance(content, str):
        return float(content)
    if tag == "$utf16" and isinstance(content, list):
        units = b"".join(unit.to_bytes(2, "little") for unit in content)
        return units.decode("utf-16-le", "surrogatepass")
    if tag == "$repeat" and isinstance(content, list) and len(content) == 2:
        return content[0] * content[1]
    raise Wrong(f"`{tag}` of {json.dumps(content)}")


def document(value):
    """A document: a text, or the bytes of one."""
    if isinstance(value, dict) and "$bytes" in value:
        return bytes.fromhex(value["$bytes"])
    return decode(value)


def without_digest(answer):
    answer = dict(answer)
    if not isinstance(answer.pop("digest", None), str):
        raise Wrong("the answer has no digest")
    return answer


def diff(want, got, path=""):
    """One line for each place where `got` is not what was wanted. True is not 1 here."""
    if isinstance(want, dict) and isinstance(got, dict):
        lines = []
        for key, value in want.items():
            if key in got:
                lines += diff(value, got[key], f"{path}.{key}")
            else:
                lines.append(f"{path}.{key}: want {value!r}, there is none")
        return lines + [f"{path}.{key}: want none, got {value!r}" for key, value in got.items() if key not in want]
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        return [line for index, item in enumerate(want) for line in diff(item, got[index], f"{path}[{index}]")]
    if type(rollouts.whole(want)) is type(got) and rollouts.whole(want) == got:
        return []
    return [f"{path or 'it'}: want {want!r}, got {got!r}"]


def unique(pairs):
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise Wrong(f"a key stands twice: {[key for key, _ in pairs]}")
    return entries


def no_constant(name):
    raise Wrong(f"{name} is no JSON")


def main(arguments):
    import cutover

    directory = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    report = run(cutover, directory)
    print(show(report))
    wrong = accepted(cutover, directory / "refused") if (directory / "refused").is_dir() else []
    for name in wrong:
        print(f"refused/{name} passed, and must not")
    return 0 if not wrong and all(passed and not failures for _, passed, failures in report) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
