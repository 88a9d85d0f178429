"""Vectors of importers: a document, the ruleset that it becomes, and what that decides."""

from .core import File
from .marks import place, placed

PARIS = {"timezone": "Europe/Paris"}


class Imports(File):
    """A file of documents to import."""

    def __init__(self, name, about):
        super().__init__(name, "imports", about)

    def case(self, name, why, kind, text, ruleset, *problems, options=None, **more):
        clean, places = place(text)
        fields = {"import": kind, "text": clean, **({"options": options} if options else {})}
        want = {"ruleset": ruleset, "diagnostics": placed(problems, places), **more}
        self.add(name, why, **fields, want=want)
