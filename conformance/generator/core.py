"""Files of vectors, the tags for what JSON cannot carry, and the checks that every table goes through."""

from datetime import datetime

# The whole numbers that a JSON number may be without a language changing it.
SAFE = 2**53 - 1


class File:
    """A file of vectors of one kind."""

    def __init__(self, name, kind, about, rulesets=None):
        self.name, self.kind, self.about = name, kind, about
        self.rulesets = rulesets if rulesets is not None else {}
        self.vectors = []

    def add(self, name, why, **fields):
        """Appends a vector. Names are unique in a file, and every vector says what a reader learns from it."""
        if not name or not why or any(vector["name"] == name for vector in self.vectors):
            raise ValueError(f"{self.name}: {name!r} has no reason, or is there already")
        for key in ("ruleset", "now", "context", "want", "unit", "switches", "default"):
            _check(fields.get(key), f"{self.name}/{name}/{key}")
        self.vectors.append({"name": name, "why": why, **fields})

    def document(self):
        """What the file holds."""
        for name, ruleset in self.rulesets.items():
            _check(ruleset, f"{self.name}/{name}")
        document = {"about": self.about, "kind": self.kind}
        if self.rulesets:
            document["rulesets"] = self.rulesets
        return {**document, "vectors": self.vectors}


def _check(value, place):
    """Refuses what a JSON reader of some language would change."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key.startswith("$") and len(value) > 1:
                raise ValueError(f"{place}: a tag stands alone")
            _check(item, place)
    elif isinstance(value, list):
        for item in value:
            _check(item, place)
    elif isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) > SAFE:
        raise ValueError(f"{place}: {value} needs the tag $int, or a ruleset as text")


# The tags. What they mean stands in README.md.


def integer(value):
    """A whole number of any size."""
    return {"$int": str(value)}


def floating(text):
    """A floating-point number, also one that JSON does not have."""
    return {"$float": text}


def utf16(*units):
    """A text by its UTF-16 code units, lone surrogates among them."""
    return {"$utf16": list(units)}


def repeat(text, times):
    """A long text."""
    return {"$repeat": [text, times]}


MISSING = {"$missing": True}


# Small words that every table uses.


def at(text):
    """Milliseconds since the epoch of an RFC 3339 text."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(f"{text} names no offset")
    epoch = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    span = moment - epoch
    return (span.days * 86_400 + span.seconds) * 1000 + span.microseconds // 1000


def served(value, variant, reason, rule, error=None):
    """What a decision says."""
    return {"value": value, "variant": variant, "reason": reason, "rule": rule, "error": error}


def failed(error, rule=None, value=None):
    """A decision that has no answer: the value is the caller's default."""
    return served(value, None, "ERROR", rule, error)


def on(reason, rule):
    """`on` of a flag that declares no variants."""
    return served(True, "on", reason, rule)


def off(reason, rule):
    """`off` of a flag that declares no variants."""
    return served(False, "off", reason, rule)


def flags(flags, **sections):
    """A ruleset of flags."""
    return {"cutover": 1, **sections, "flags": flags}
