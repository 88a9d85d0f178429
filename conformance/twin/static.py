"""Which flags are STATIC: what a flag reads is told by its text alone, whatever its prerequisites and conditions say."""

from .buckets import ONE, Draw, millionths


def reads_nothing(name, ruleset):
    """Whether deciding a flag may read neither an attribute nor the clock."""
    flag = ruleset["flags"][name] or {}
    if flag.get("enabled") is False:
        return True
    if not all(reads_nothing(asked["flag"], ruleset) for asked in flag.get("requires", [])):
        return False
    for rule in flag.get("rules", []):
        if not _condition(rule.get("if"), ruleset) or not _serve(rule["serve"]):
            return False
        if "if" not in rule:
            # It decides for everybody: what stands behind it is never looked at.
            break
    return True


def _condition(condition, ruleset):
    if condition is None:
        return True
    if "not" in condition:
        return _condition(condition["not"], ruleset)
    for key in ("all", "any"):
        if key in condition:
            return all(_condition(part, ruleset) for part in condition[key])
    if "segment" in condition:
        return _condition(ruleset["segments"][condition["segment"]]["if"], ruleset)
    return "flag" in condition and reads_nothing(condition["flag"], ruleset)


def _serve(serve):
    if isinstance(serve, str):
        return True
    if "ramp" in serve or ("rollout" in serve and millionths(serve["rollout"]) not in (0, ONE)):
        return False
    if "split" not in serve:
        return True
    weights = serve["split"].values() if isinstance(serve["split"], dict) else (entry["weight"] for entry in serve["split"])
    positive = [weight for weight in weights if weight not in (0, "0%")]
    # Of a named contract, one variant has all positions only where its weight is all of them.
    if len(positive) != 1 or "hash" not in serve:
        return len(positive) == 1
    return positive[0] >= Draw(str(serve["hash"]), None, None, serve.get("of", positive[0])).total
