"""Compares the engine with the twin on generated rulesets.

    differential answers SEED COUNT | python -m twin
    python -m twin --vectors

Exit code 1 and the seed of each case where the two differ; ``differential show SEED`` prints the case. The report says
what the cases reached, and the exit code is 1 too where something was never reached (with at least 4,000 cases).
"""

import json
import sys

from . import vectors
from .coverage import Coverage
from .flags import World
from .migrations import route

ROUTE = ("phase", "emergency", "write", "jobs", "error", "cohort")


def differences(case, coverage):
    """A line for each answer that differs, and how many were compared. A refused ruleset has none."""
    ruleset = json.loads(case["ruleset"])
    answers = [json.loads(line) for line in case["answers"]]
    if answers and isinstance(answers[0], list) and any(problem["severity"] == "error" for problem in answers[0]):
        coverage.refused += 1
        return [], 0
    got = iter(answers[1:])
    lines, compared = [], 0
    for context in case["contexts"]:
        coverage.context(context)
        world = World(ruleset, context, case["now"], coverage)
        for flag in sorted(ruleset["flags"], key=str.encode):
            lines += _differs(flag, next(got), world.decide(flag))
            compared += 1
        for name in sorted(ruleset.get("migrations", {}), key=str.encode):
            answer = next(got)
            answer["read"].pop("compare")
            want = route(name, ruleset["migrations"][name], world, case["switches"])
            lines += _differs(name, answer, want)
            compared += 1
    return lines, compared


def _differs(name, answer, want):
    got = {key: answer[key] for key in want}
    # As texts, in which true is not 1, and the order of keys is nothing.
    if json.dumps(got, sort_keys=True) == json.dumps(want, sort_keys=True):
        return []
    return [f"{name}: the engine says {json.dumps(got)}, the twin {json.dumps(want)}"]


def compare(lines):
    coverage = Coverage()
    cases, compared, differing = 0, 0, 0
    for line in lines:
        case = json.loads(line)
        found, count = differences(case, coverage)
        cases += 1
        compared += count
        if found:
            differing += 1
            if differing <= 20:
                print(f"seed {case['seed']}", *found[:3], sep="\n  ")
    print(f"twin: {cases} cases, {compared} decisions, {differing} cases differ")
    coverage.report()
    unreached = coverage.unreached() if cases >= 4_000 else []
    for what in unreached:
        print(f"never reached: {what}")
    return 0 if compared and not differing and not unreached else 1


def against_vectors():
    passed, left_out, differing = vectors.run()
    print(f"twin: {passed} vectors, {left_out} left out, {len(differing)} differ", *differing, sep="\n  ")
    return 0 if passed and not differing else 1


if __name__ == "__main__":
    sys.exit(against_vectors() if sys.argv[1:] == ["--vectors"] else compare(sys.stdin))
