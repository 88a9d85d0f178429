"""Rulesets of one flag, for tables of what is wrong with one of its lines."""

SERVE = "flags.a.rules[0].serve"
IF = "flags.a.rules[0].if"


def flag(lines, head=""):
    """A ruleset of one flag `a`, with these lines below it."""
    body = "".join(f"    {line}\n" for line in lines.splitlines())
    return f"cutover: 1\n{head}flags:\n  a:\n{body}"


def served(serve, head=""):
    return flag(f"rules:\n  - serve: {serve}", head)


def if_(condition):
    return flag(f"rules:\n  - if: {condition}\n    serve: on")


SERVE = "flags.a.rules[0].serve"
IF = "flags.a.rules[0].if"
