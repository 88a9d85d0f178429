"""Corners where two rules meet, and which of them holds."""

from .core import File, failed, flags, on, served


def files():
    file = File("corners", "decide", "Corners where two rules meet, and which of them holds.")
    off = served(False, "off", "DEFAULT", None)
    imported = {"hash": "java31", "rules": [{"serve": {"rollout": "50%", "by": "userId"}}]}
    file.rulesets["corners"] = flags(
        {
            "finished": {"rules": [{"serve": {"rollout": "100%", "by": "userId"}}]},
            "not begun": {"rules": [{"serve": {"rollout": "0%", "by": "userId"}}]},
            "a number in a text": {"rules": [{"if": {"attribute": "a", "contains": 1}, "serve": "on"}]},
            "no number in a text": {"rules": [{"if": {"not": {"attribute": "a", "contains": 1}}, "serve": "on"}]},
            "imported": imported,
        }
    )

    def row(flag, name, why, context, want):
        file.add(f"{flag}: {name}", why, ruleset="corners", flag=flag, context=context, now=0, want=want)

    row("finished", "static", "a rollout of everybody reads nothing, so it is as static as `serve: on`", {}, on("STATIC", 0))
    row("not begun", "static", "and so is one of nobody", {"userId": "u"}, served(False, "off", "STATIC", 0))
    row("a number in a text", "a list", "a number may be an item of a list", {"a": [1, 2]}, on("TARGETING_MATCH", 0))
    row("a number in a text", "a text", "but is no part of a text: that is a mistake, and unknown", {"a": "1"}, off)
    row("no number in a text", "a text", "and unknown stays unknown under `not`", {"a": "1"}, off)
    row("no number in a text", "a list", "where a list without it is known", {"a": [2]}, on("TARGETING_MATCH", 0))
    row("imported", "a number", "the imported hash takes texts: a number is there, and wrong", {"userId": 7}, failed("INVALID_CONTEXT", 0))
    row("imported", "nothing", "nothing is missing", {}, failed("MISSING_UNIT", 0))
    row("imported", "the empty text", "and so is the empty text, to that hash", {"userId": ""}, failed("MISSING_UNIT", 0))
    return [file, refused()]


def refused():
    file = File("corners_refused", "diagnostics", "Rulesets that would make two rules meet where neither could hold.")

    def row(name, why, text, **want):
        file.add(name, why, text=text, now=0, want=[{"severity": "error", **want}])

    row(
        "a control character in a salt",
        "the salt of a split inside a rollout is made with one, and no other flag may hash with that",
        '{"cutover":1,"flags":{"a":{"salt":"b\\u0000split"}}}',
        code="bad_salt", path="flags.a.salt", line=1, column=35, found='"b\\0split"',
        expected=["a text without control characters"],
    )
    row(
        "contains the empty text",
        "every text does, so the condition asks nothing",
        '{"cutover":1,"flags":{"a":{"rules":[{"if":{"attribute":"x","contains":""},"serve":"on"}]}}}',
        code="empty_list", path="flags.a.rules[0].if.contains", line=1, column=71,
        expected=["at least one value"],
    )
    return file
