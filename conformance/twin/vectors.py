"""Holds the twin to the vectors: what it says of every decision in them, or why it cannot be asked."""

import json
import re
from pathlib import Path

from runner import decode

from .flags import World

HERE = Path(__file__).resolve().parent.parent


def run():
    """Passed and left out, and a line for each vector whose answer differs."""
    passed, left_out, differing = 0, 0, []
    for path in sorted(HERE.glob("*.json")):
        document = json.loads(path.read_text())
        if document.get("kind") != "decide":
            continue
        for vector in document["vectors"]:
            ruleset = _ruleset(vector["ruleset"], document.get("rulesets", {}))
            if ruleset is None or vector["flag"] not in ruleset["flags"] or _backtracks(vector):
                left_out += 1
                continue
            got = World(ruleset, decode(vector["context"]), vector["now"]).decide(vector["flag"])
            want = dict(vector["want"])
            if got["variant"] is None:
                # The value is the caller's, which the twin is not told.
                got.pop("value"), want.pop("value")
            if json.dumps(decode(want), sort_keys=True) == json.dumps(got, sort_keys=True):
                passed += 1
            else:
                differing.append(f"{path.stem}: {vector['name']}: want {want}, got {got}")
    return passed, left_out, differing


def _backtracks(vector):
    """Whether a repeated group meets a long text, which takes Python's expressions ages and the engine no time."""
    return re.search(r"\)[*+{]", vector["flag"]) and len(str(decode(vector["context"]))) > 30


def _ruleset(given, named):
    """The ruleset of a vector; none where it is written in YAML, which the twin does not read."""
    if isinstance(given, str):
        given = named.get(given, given)
    if isinstance(given, str):
        try:
            return json.loads(given)
        except ValueError:
            return None
    return given
