"""Documents with marks in them: «1» stands right before the place that a diagnostic points to."""

import re

from .core import File

MARK = re.compile("«([0-9]+)»")


def place(text):
    """The text without its marks, and the line and column of each, in code points from 1."""
    places = {}
    clean = ""
    rest = 0
    for mark in MARK.finditer(text):
        clean += text[rest : mark.start()]
        rest = mark.end()
        line_start = clean.rfind("\n") + 1
        places[int(mark[1])] = (clean.count("\n") + 1, len(clean) - line_start + 1)
    return clean + text[rest:], places


def problem(code, path, mark=1, severity="error", **more):
    """A diagnostic at a mark, or at a line and column; `mark=None` where it has none."""
    return {"code": code, "severity": severity, "path": path, "mark": mark, **more}


def warning(code, path, mark=1, **more):
    return problem(code, path, mark, "warning", **more)


def placed(problems, places):
    """Diagnostics with their marks turned into lines and columns."""
    if any(isinstance(given["mark"], int) and given["mark"] not in places for given in problems):
        raise ValueError(f"a mark is missing: {problems}")
    done = []
    for given in problems:
        given = dict(given)
        mark = given.pop("mark")
        line, column = mark if isinstance(mark, tuple) else places.get(mark, (None, None))
        head = {"code": given.pop("code"), "severity": given.pop("severity"), "path": given.pop("path")}
        done.append({**head, "line": line, "column": column, **given})
    return done


class Diagnostics(File):
    """A file of documents and all that is wrong with each."""

    def __init__(self, name, about):
        super().__init__(name, "diagnostics", about)

    def case(self, name, why, text, *problems, now=0):
        clean, places = place(text) if isinstance(text, str) else (text, {})
        self.add(name, why, text=clean, now=now, want=placed(problems, places))
