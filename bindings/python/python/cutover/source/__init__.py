"""Where rulesets come from while a process runs: a control plane, a channel of Redis, a file, the environment.

`Source` runs in threads of its own, and `AsyncSource` is the same for asyncio. The engine of the moment is `source.engine`:
ask for it at each decision, or give the source to a `Migration`.

>>> from cutover.source import Source
>>> with Source.environment(variables={"USE_JOBS_PARTNERS_READ": "true"}) as source:
...     source.ready()
...     source.engine.route("recruiters", {}).phase
'dual_read'
"""

from cutover.source._async import AsyncSource
from cutover.source._source import Source
from cutover.source._types import ArmCounts, Changed, Fresh, NodeCounts, Ready, SourceError, SourceErrorCode, Stale

__all__ = [
    "ArmCounts",
    "AsyncSource",
    "Changed",
    "Fresh",
    "NodeCounts",
    "Ready",
    "Source",
    "SourceError",
    "SourceErrorCode",
    "Stale",
]
