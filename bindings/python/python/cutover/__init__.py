"""Decides, for every request, which side of a migration serves it, and decides the same in every language.

>>> from cutover import Engine
>>> engine = Engine.from_str('''
... cutover: 1
... flags:
...   orders_mongodb:
...     rules:
...       - { if: { attribute: userId, in: [user_123, user_456] }, serve: on }
...       - { serve: { rollout: 50%, by: userId } }
... ''')
>>> engine.is_enabled("orders_mongodb", {"userId": "user_123"})
True

`Engine` loads rulesets and decides. `Decision` and `Route` are its answers, `Diagnostic` says what is wrong with a
ruleset, and `CutoverError` carries all of them. `Decisions` are those of a whole table of rows, as Arrow, and the module
`cutover.polars` asks for them in an expression of Polars. `reconcile` says which corrections a set
of records is owed by another. Nothing here starts a thread that outlives its call, opens a file or keeps a
lock: engines are shared between threads as they are, and survive a fork.
"""

from cutover._cutover import Context, Decision, Decisions, Engine, Reconciliation, __version__
from cutover._diagnostic import CutoverError, Diagnostic, Imported
from cutover._reconcile import reconcile
from cutover._route import Hazard, Route, RouteCompare, RouteRead, RouteStreams, RouteWrite
from cutover._types import (
    DecisionDict,
    DiagnosticDict,
    ErrorCode,
    Explanation,
    HazardDict,
    ImportKind,
    Reason,
    RouteDict,
    SafetyReport,
    Step,
)

__all__ = [
    "Context",
    "CutoverError",
    "Decision",
    "DecisionDict",
    "Decisions",
    "Diagnostic",
    "DiagnosticDict",
    "Engine",
    "ErrorCode",
    "Explanation",
    "Hazard",
    "HazardDict",
    "ImportKind",
    "Imported",
    "Reason",
    "Reconciliation",
    "Route",
    "RouteCompare",
    "RouteDict",
    "RouteRead",
    "RouteStreams",
    "RouteWrite",
    "SafetyReport",
    "Step",
    "__version__",
    "reconcile",
]
