"""What is wrong with a document, and what came of an import."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from cutover._plain import json_of, plain
from cutover._types import DiagnosticDict, ImportedDict, Severity


@dataclass(frozen=True)
class Diagnostic:
    r"""One problem of a document.

    >>> from cutover import Engine
    >>> problem = Engine.check("cutover: 1\nflgas: {}")[0]
    >>> problem.code, problem.severity, problem.path, problem.line, problem.column
    ('unknown_key', 'error', 'flgas', 2, 1)
    >>> print(problem)
    error[unknown_key] 2:1 flgas: `flgas` is not a key known here (did you mean `flags`?)
    """

    code: str
    """A stable name of the kind of problem."""
    severity: Severity
    """`error` where the document is refused for it, else `warning`."""
    path: str
    """The path in the document; empty for the document itself."""
    line: int | None
    """The line, from 1, where the source has lines."""
    column: int | None
    """The column in code points, from 1."""
    found: str | None
    """What stands there."""
    expected: tuple[str, ...]
    """What could stand there."""
    message: str
    """One sentence that says what is wrong."""
    help: str | None
    """What to do about it, where there is something to say."""

    def __str__(self) -> str:
        place = "" if self.line is None else f" {self.line}:{self.column}"
        path = f" {self.path}" if self.path else ""
        help = f" ({self.help})" if self.help else ""
        return f"{self.severity}[{self.code}]{place}{path}: {self.message}{help}"

    def to_dict(self) -> DiagnosticDict:
        """The diagnostic as a new dict, its keys in the order that every language writes them in."""
        return cast(DiagnosticDict, plain(self))

    def to_json(self) -> str:
        """The diagnostic as one line of JSON, byte for byte that of the other languages."""
        return json_of(self)


class CutoverError(ValueError):
    r"""A refused ruleset: all that is wrong with it, and what is questionable, in the order of the document.

    >>> from cutover import CutoverError, Engine
    >>> try:
    ...     Engine.from_str("cutover: 2\nflgas: {}")
    ... except CutoverError as error:
    ...     [problem.code for problem in error.diagnostics]
    ['unknown_version', 'unknown_key']
    """

    # The name that people import it by, and see in a traceback.
    __module__ = "cutover"

    diagnostics: list[Diagnostic]
    """Every problem of the document."""

    code: str | None
    """What is wrong with a question: `unknown_name` where the ruleset has nothing of that name, `bad_path` where the path
    of a request could be read in two ways, `bad_argument`; `None` for all else."""

    def __init__(self, message: str, diagnostics: Iterable[Diagnostic] = (), code: str | None = None) -> None:
        super().__init__(message, list(diagnostics), code)
        self.diagnostics, self.code = self.args[1:]

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Imported:
    r"""What came of an import.

    >>> from cutover import Engine
    >>> imported = Engine.import_ruleset("features-yml", "features: 3")
    >>> imported.ruleset is None, [problem.severity for problem in imported.diagnostics]
    (True, ['error'])
    """

    ruleset: str | None
    """The ruleset as YAML, which loads without an error; `None` where any diagnostic is an error."""
    diagnostics: tuple[Diagnostic, ...]
    """Every problem of the document, with its place in that document."""

    def to_dict(self) -> ImportedDict:
        """The import as a new dict."""
        return cast(ImportedDict, plain(self))

    def to_json(self) -> str:
        """The import as one line of JSON, byte for byte that of the other languages."""
        return json_of(self)
