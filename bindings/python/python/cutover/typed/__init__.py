"""What the modules that `cutover codegen` writes are made of: answers whose names are those of one ruleset. Types alone; at run
time the answers are those of an `Engine`.

>>> from cutover import Engine
>>> from cutover.typed import TypedDecision
>>> decision: TypedDecision[str | None, object] = Engine.from_str("cutover: 1\\nflags: {beta: {}}").decide("beta", {})
>>> decision.variant
'off'
"""

from cutover.typed._shapes import TypedCompare, TypedDecision, TypedRead, TypedRoute, TypedWrite

__all__ = ["TypedCompare", "TypedDecision", "TypedRead", "TypedRoute", "TypedWrite"]
