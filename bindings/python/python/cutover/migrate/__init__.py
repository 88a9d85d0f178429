"""Carries migrations out: reads, writes and jobs go where the engine says, and nothing is lost on the way.

`Migration` is for code without asyncio, `AsyncMigration` for code with it; both have the same words. A migration is
given its two sides and asked for records; what is owed to a side is kept in an outbox (`cutover.migrate.outbox`) and
delivered by a worker. The decisions are the engine's: nothing here chooses a side.
"""

from cutover.migrate._async import AsyncMigration
from cutover.migrate._async_worker import AsyncWorker
from cutover.migrate._async_changes import AsyncConsumer
from cutover.migrate._changes import AsyncTarget, Change, Consumer, DeadChange, PartitionState, Target, stream_health
from cutover.migrate._compare import Compare
from cutover.migrate._counters import Counts, Latency
from cutover.migrate._delivering import Drained
from cutover.migrate._divergence import (
    BothLatencies,
    DivergenceCounts,
    DivergenceReport,
    FieldReport,
    LatencyReport,
    OperationReport,
    Rate,
)
from cutover.migrate._errors import BreakerOpen, MigrationError, Outcome, Permanent, Superseded, Told, Transient, WriteError
from cutover.migrate._jobs import Variant
from cutover.migrate._metrics import OtelMetrics, PrometheusMetrics, otel_metrics, prometheus_metrics
from cutover.migrate._owed import DeadLetter
from cutover.migrate._sync import Migration
from cutover.migrate._types import (
    Answered,
    AsyncSide,
    Clock,
    LiveEngine,
    Metrics,
    ReadCall,
    Shadow,
    Side,
    SystemClock,
    Timeouts,
    Verdict,
    WriteCall,
)
from cutover.migrate._warnings import Warned, WarningCode
from cutover.migrate._worker import Worker

__all__ = [
    "Answered",
    "AsyncConsumer",
    "AsyncMigration",
    "AsyncSide",
    "AsyncTarget",
    "AsyncWorker",
    "BothLatencies",
    "BreakerOpen",
    "Change",
    "Clock",
    "Compare",
    "Consumer",
    "Counts",
    "DeadChange",
    "DeadLetter",
    "DivergenceCounts",
    "DivergenceReport",
    "Drained",
    "FieldReport",
    "Latency",
    "LatencyReport",
    "LiveEngine",
    "Metrics",
    "Migration",
    "MigrationError",
    "OtelMetrics",
    "OperationReport",
    "Outcome",
    "PartitionState",
    "Permanent",
    "PrometheusMetrics",
    "Rate",
    "ReadCall",
    "Shadow",
    "Side",
    "Superseded",
    "SystemClock",
    "Timeouts",
    "Target",
    "Told",
    "Transient",
    "Variant",
    "Verdict",
    "Warned",
    "WarningCode",
    "Worker",
    "WriteCall",
    "WriteError",
    "otel_metrics",
    "prometheus_metrics",
    "stream_health",
]
