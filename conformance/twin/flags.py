"""Flags: enabled, prerequisites, then the first rule that matches."""

from .buckets import ONE, Draw, NoUnit, millionths, ramp, split
from .conditions import holds
from .coverage import Coverage
from .static import reads_nothing
from .values import value


class World:
    """What a decision may ask: the ruleset, the context and the time."""

    def __init__(self, ruleset, context, now, coverage=None):
        self.ruleset = ruleset
        self.flags = ruleset.get("flags") or {}
        self.segments = ruleset.get("segments") or {}
        self.timezone = ruleset.get("timezone", "UTC")
        self.context, self.now = context, now
        self.coverage = coverage or Coverage()
        self.asked_bucket = False

    def decide(self, name):
        """The decision of a flag, as `{value, variant, reason, rule, error}`."""
        outer, self.asked_bucket = self.asked_bucket, False
        flag = Flag(name, self.flags[name] or {})
        variant, reason, rule, error = flag.outcome(self)
        if reason != "DISABLED" and reads_nothing(name, self.ruleset):
            reason = "STATIC"
        self.asked_bucket = outer
        self.coverage.decision(reason, error)
        return {"value": normal(flag.values.get(variant)), "variant": variant, "reason": reason, "rule": rule, "error": error}

    def flag_is(self, name, variants):
        """Whether another flag serves one of these; unknown where it has no answer."""
        decision = self.decide(name)
        if decision["error"]:
            return None
        return decision["variant"] in (variants if isinstance(variants, list) else [variants])


def normal(given):
    """A value as it is served: whole numbers have no fraction, whoever wrote them with one."""
    if isinstance(given, dict):
        return {key: normal(item) for key, item in given.items()}
    if isinstance(given, list):
        return [normal(item) for item in given]
    return value(given) if isinstance(given, (int, float)) else given


class Flag:
    """A flag of a ruleset, with what it leaves out filled in."""

    def __init__(self, name, flag):
        declared = flag.get("variants")
        self.flag = flag
        self.values = declared or {"on": True, "off": False}
        self.default = flag.get("default", None if declared else "off")
        self.hash = str(flag.get("hash", 1))
        self.salt = flag.get("salt", name)

    def outcome(self, world):
        """Variant, reason, rule and error."""
        if self.flag.get("enabled") is False:
            return self.default, "DISABLED", None, None
        if not all(world.flag_is(asked["flag"], asked["is"]) for asked in self.flag.get("requires", [])):
            return self.default, "DEFAULT", None, None
        for number, rule in enumerate(self.flag.get("rules", [])):
            world.asked_bucket = False
            if "if" in rule and holds(rule["if"], world) is not True:
                continue
            reason = "SPLIT" if world.asked_bucket else "TARGETING_MATCH"
            serve = rule["serve"]
            if isinstance(serve, str):
                return serve, reason, number, None
            try:
                return self.drawn(serve, world), "SPLIT", number, None
            except NoUnit as nobody:
                return None, "ERROR", number, nobody.code
        return self.default, "DEFAULT", None, None

    def drawn(self, serve, world):
        """The variant of a share or a split."""
        others = serve.get("else", self.default)
        named = "hash" in serve
        name = str(serve["hash"]) if named else self.hash
        salt = serve.get("salt") if named else self.salt
        by = serve.get("by", "targetingKey")
        if "rollout" in serve or "ramp" in serve:
            if "ramp" in serve:
                share = ramp(serve["ramp"], world.now)
            else:
                share = millionths(serve["rollout"])
            draw = Draw(name, salt, by, serve.get("of"))
            if not inside(draw, share, world):
                return others
            if "split" not in serve:
                return serve.get("variant", "on")
            salt += "\0split"
        weights = split(serve["split"], others)
        total = sum(weight for _, weight in weights)
        alone = [variant for variant, weight in weights if weight]
        draw = Draw(name, salt, by, serve.get("of") or (total if named else None))
        # What a named contract divides are positions; what Cutover's own divides are parts of the whole.
        whole = draw.total if named else total
        if len(alone) == 1 and total >= whole:
            return alone[0]
        place = draw.position(draw.unit(world.context))
        sum_ = 0
        for variant, weight in weights:
            sum_ += weight
            cut = draw.cut(sum_, whole)
            world.coverage.edge(place, cut)
            if weight and place < cut:
                return variant
        return others


def inside(draw, share, world):
    """Whether a share takes the unit. Nobody and everybody need no unit."""
    if share in (0, ONE):
        return share == ONE
    place, cut = draw.position(draw.unit(world.context)), draw.cut(share, ONE)
    world.coverage.edge(place, cut)
    return place < cut
