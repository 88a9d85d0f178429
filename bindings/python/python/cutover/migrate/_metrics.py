"""Where counts go: to Prometheus, or to OpenTelemetry. Neither package is imported unless it is asked for."""

from __future__ import annotations

from typing import Any

BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of the buckets of latencies, in seconds."""

_NAMES = {
    "reads": ("migration_reads_total", "Reads by the store that answered"),
    "fallbacks": ("migration_fallbacks_total", "Reads that went on to the other store"),
    "latency": ("migration_read_latency_seconds", "How long a store took, each time that it was asked to read"),
    "write_errors": ("migration_write_errors_total", "Writes that a store did not take"),
    "inconsistencies": ("migration_inconsistencies_total", "Records that differ between the stores"),
}


class PrometheusMetrics:
    """Counts, in the collectors of `prometheus_client`. Make one for a registry, and give it to all migrations.

    >>> from prometheus_client import CollectorRegistry
    >>> metrics = PrometheusMetrics(CollectorRegistry())
    """

    def __init__(self, registry: Any = None) -> None:
        import prometheus_client as client

        more = {} if registry is None else {"registry": registry}
        name, label = "migration", "source"
        self._reads = client.Counter(*_NAMES["reads"], (name, label), **more)
        self._fallbacks = client.Counter(*_NAMES["fallbacks"], (name, "reason"), **more)
        self._latency = client.Histogram(*_NAMES["latency"], (name, label), buckets=BOUNDS, **more)
        self._write_errors = client.Counter(*_NAMES["write_errors"], (name, "target"), **more)
        self._inconsistencies = client.Counter(*_NAMES["inconsistencies"], (name,), **more)
        self._children: dict[tuple[str, str, str], Any] = {}

    def _child(self, kind: str, of: Any, migration: str, label: str) -> Any:
        # Looking labels up costs more than counting.
        child = self._children.get((kind, migration, label))
        if child is None:
            child = self._children[(kind, migration, label)] = of.labels(migration, label)
        return child

    def read(self, migration: str, source: str, /) -> None:
        """A caller was answered from a store."""
        self._child("read", self._reads, migration, source).inc()

    def fallback(self, migration: str, reason: str, /) -> None:
        """A read fell back."""
        self._child("fallback", self._fallbacks, migration, reason).inc()

    def latency(self, migration: str, source: str, seconds: float, /) -> None:
        """A store that was asked to read took so long, whether it answered or failed."""
        self._child("latency", self._latency, migration, source).observe(seconds)

    def write_error(self, migration: str, target: str, /) -> None:
        """A store has not taken a write."""
        self._child("write_error", self._write_errors, migration, target).inc()

    def inconsistency(self, migration: str, /) -> None:
        """The stores differ."""
        self._inconsistencies.labels(migration).inc()


class OtelMetrics:
    """Counts, in the instruments of a meter of OpenTelemetry.

    >>> from opentelemetry.metrics import get_meter
    >>> metrics = OtelMetrics(get_meter("cutover"))
    """

    def __init__(self, meter: Any) -> None:
        def counter(name: str) -> Any:
            return meter.create_counter(_NAMES[name][0], description=_NAMES[name][1])

        self._reads, self._fallbacks = counter("reads"), counter("fallbacks")
        self._write_errors, self._inconsistencies = counter("write_errors"), counter("inconsistencies")
        self._latency = meter.create_histogram(_NAMES["latency"][0], unit="s", description=_NAMES["latency"][1])

    def read(self, migration: str, source: str, /) -> None:
        """A caller was answered from a store."""
        self._reads.add(1, {"migration": migration, "source": source})

    def fallback(self, migration: str, reason: str, /) -> None:
        """A read fell back."""
        self._fallbacks.add(1, {"migration": migration, "reason": reason})

    def latency(self, migration: str, source: str, seconds: float, /) -> None:
        """A store that was asked to read took so long, whether it answered or failed."""
        self._latency.record(seconds, {"migration": migration, "source": source})

    def write_error(self, migration: str, target: str, /) -> None:
        """A store has not taken a write."""
        self._write_errors.add(1, {"migration": migration, "target": target})

    def inconsistency(self, migration: str, /) -> None:
        """The stores differ."""
        self._inconsistencies.add(1, {"migration": migration})


def prometheus_metrics(registry: Any = None) -> PrometheusMetrics:
    """Metrics for `prometheus_client`: in its default registry, or in another.

    >>> from prometheus_client import CollectorRegistry
    >>> registry = CollectorRegistry()
    >>> metrics = prometheus_metrics(registry)                # `metrics=` of a migration
    >>> metrics.fallback("orders", "not_found")
    >>> registry.get_sample_value("migration_fallbacks_total", {"migration": "orders", "reason": "not_found"})
    1.0
    """
    return PrometheusMetrics(registry)


def otel_metrics(meter: Any) -> OtelMetrics:
    """Metrics for a meter of OpenTelemetry.

    >>> from opentelemetry.metrics import get_meter
    >>> metrics = otel_metrics(get_meter("cutover"))          # `metrics=` of a migration
    >>> metrics.fallback("orders", "not_found")
    """
    return OtelMetrics(meter)
