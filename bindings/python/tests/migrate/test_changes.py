"""Change events and the health of a stream; and where counts go."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from itertools import permutations
from typing import Any, Literal

import pytest
from executor_support import Record, Store, engine

from cutover.migrate import AsyncConsumer, Change, Consumer, DeadChange, Migration, PartitionState, Permanent, Superseded, Transient
from cutover.migrate import otel_metrics, prometheus_metrics, stream_health
from cutover.migrate._types import WriteCall


class Target:
    def __init__(self) -> None:
        self.records: dict[str, tuple[int, Any]] = {}
        self.fails: list[Exception] = []
        self.log: list[object] = []

    def current(self, key: str) -> tuple[Literal["version", "tombstone"], int] | None:
        found = self.records.get(key)
        return found and ("tombstone" if found[1] is None else "version", found[0])

    def write(self, key: str, record: Any, call: WriteCall) -> None:
        if self.fails:
            raise self.fails.pop(0)
        assert call.version is not None
        self.records[key] = (call.version, record)

    def delete(self, key: str, call: WriteCall) -> None:
        self.write(key, None, call)

    def commit(self, offset: int) -> None:
        self.log.append(offset)

    def letter(self, letter: DeadChange) -> None:
        self.log.append((letter.id, letter.reason))

    def persist(self, state: PartitionState) -> None:
        self.log.append("persist")
        # What is kept is a text, as a rule.
        self.state = json.loads(json.dumps(state))

    def consumer(self, **options: Any) -> Consumer:
        retry = {"base_ms": 1, "cap_ms": 1}
        hooks: dict[str, Any] = {"commit": self.commit, "dead_letter": self.letter, "persist": self.persist}
        return Consumer("p", self, retry=retry, **hooks, **options)


def test_any_order_and_any_repetition_ends_in_the_same_record() -> None:
    events = [("c", 1, {"n": 1}), ("u", 2, {"n": 2}), ("d", 3, None), ("r", 2, {"n": 2})]
    for order in permutations(events):
        target = Target()
        consumer = target.consumer()
        for offset, (op, version, record) in enumerate([*order, *order]):
            consumer.apply(Change(offset, op, "7", version, record))
        assert target.records == {"7": (3, None)}


def test_the_offset_is_committed_after_the_work() -> None:
    target = Target()
    target.fails = [Transient(), ValueError()]
    consumer = target.consumer()
    assert consumer.apply(Change(0, "c", "7", 1, {"n": 1})) == "put"
    assert target.records == {"7": (1, {"n": 1})} and target.log == [1]
    # After a restart that lost the commit, the event comes again.
    assert target.consumer(state=consumer.state).apply(Change(0, "c", "7", 1, {"n": 1})) == "skipped"


def test_a_poison_event_parks_its_key_and_the_partition_goes_on() -> None:
    target = Target()
    target.fails = [Permanent("no")]
    consumer = target.consumer()
    assert consumer.apply(Change(0, "c", "7", 1, {"n": 1})) == "dead"
    assert target.log == ["persist", ("p:0", "refused"), 1]
    assert consumer.apply(Change(1, "u", "7", 2, {"n": 2})) == "dead"
    assert consumer.apply(Change(2, "c", "8", 1, {"n": 1})) == "put"
    assert consumer.apply(Change(3, "?", "9", 1, {"n": 1})) == "dead"
    assert consumer.apply(Change(4, None, "9", None)) == "skipped"
    assert consumer.health(lag_messages=0, lag_ms=0)["verdict"] == "fail"
    # Another process finds the key parked, until its letters are settled.
    other = target.consumer(state=target.state)
    assert other.apply(Change(5, "u", "7", 3, {"n": 3})) == "dead"
    other.settle("7", 0)
    assert other.apply(Change(6, "u", "7", 4, {"n": 4})) == "put"


def test_a_partition_in_which_all_fails_halts() -> None:
    consumer = Target().consumer(max_parked=1)
    assert consumer.apply(Change(0, "c", "7", None, {})) == "dead"
    assert consumer.apply(Change(1, "c", "8", None, {})) == "halted"
    # It is not looked at again, whatever comes.
    assert consumer.halted and consumer.apply(Change(2, "c", "9", 1, {})) == "halted"
    consumer.release()
    assert consumer.apply(Change(1, "c", "7", None, {})) == "dead"


def test_a_target_that_does_not_say_what_it_has_is_asked_again() -> None:
    class Clock:
        time = 0

        def now(self) -> int:
            return self.time

        def sleep(self, ms: int) -> None:
            self.time += ms

    target, clock, down = Target(), Clock(), [OSError(), OSError()]
    found = target.current

    def current(key: str) -> Any:
        if down:
            raise down.pop()
        return found(key)

    target.current = current  # type: ignore[method-assign]
    assert target.consumer(clock=clock).apply(Change(0, "c", "7", 1, {"n": 1})) == "put"
    assert clock.time == 600 and target.log == [1]


def test_something_newer_in_the_target_is_as_good_and_a_commit_that_fails_is_no_poison() -> None:
    target = Target()
    target.fails = [Superseded()]
    consumer = target.consumer()
    assert consumer.apply(Change(0, "c", "7", 1, {"n": 1})) == "skipped" and target.log == [1]
    commit, refused = target.commit, [Permanent("no")]

    def once(offset: int) -> None:
        if refused:
            raise refused.pop()
        commit(offset)

    target.commit = once  # type: ignore[method-assign]
    assert target.consumer(state=consumer.state).apply(Change(1, "u", "7", 2, {"n": 2})) == "put"
    assert target.log == [1, 2] and target.records == {"7": (2, {"n": 2})}


def test_what_is_not_kept_was_not_said() -> None:
    target = Target()
    consumer = target.consumer()
    assert consumer.apply(Change(0, "c", "7", None, {})) == "dead"
    persist, down = target.persist, [OSError()]

    def once(state: PartitionState) -> None:
        if down:
            raise down.pop()
        persist(state)

    target.persist = once  # type: ignore[method-assign]
    consumer = target.consumer(state=consumer.state)
    with pytest.raises(OSError):
        consumer.settle("7", 0)
    assert consumer.state is not None and consumer.state["parked"] == {"7": 0}
    consumer.settle("7", 0)
    assert target.state["parked"] == {}


def test_health() -> None:
    assert stream_health({}, 0)["verdict"] == "no_data"
    seen = {"at": 0, "lag_messages": 10_000, "lag_ms": 60_000, "events": 100, "errors": 1}
    assert stream_health(seen, 0)["verdict"] == "pass"
    assert stream_health(seen, 60_001)["verdict"] == "stale"
    assert stream_health({**seen, "lag_messages": 10_001}, 0)["verdict"] == "fail"
    consumer = Target().consumer()
    assert consumer.health(lag_messages=0, lag_ms=0)["verdict"] == "no_data"
    consumer.apply(Change(0, "c", "7", 1, {}))
    assert consumer.health(lag_messages=0, lag_ms=0)["verdict"] == "pass"


def test_asyncio() -> None:
    class Async:
        def __init__(self) -> None:
            self.of = Target()

        def __getattr__(self, name: str) -> Any:
            async def call(*arguments: Any) -> Any:
                return getattr(self.of, name)(*arguments)

            return call

    async def main() -> None:
        target = Async()
        hooks = {"commit": target.commit, "dead_letter": target.letter, "persist": target.persist}
        consumer = AsyncConsumer("p", target, retry={"base_ms": 1}, **hooks)
        target.of.fails = [Transient()]
        assert await consumer.apply(Change(0, "c", "7", 1, {"n": 1})) == "put"
        assert await consumer.apply(Change(1, "?", "7", 1, {"n": 1})) == "dead"
        await consumer.settle("7", 0)
        assert await consumer.apply(Change(2, "d", "7", 2)) == "deleted"
        assert target.of.records == {"7": (2, None)}

    asyncio.run(main())


def counted(metrics: Any) -> None:
    old, new = Store(a={"n": 1}), Store()
    new.reads = [ValueError(), ValueError()]
    orders: Migration[Record] = Migration(engine("live"), "orders", old=old, new=new, metrics=metrics)
    orders.read("a", draw=999_999)
    orders.read("a")
    assert orders.settled(5)
    assert orders.read("a") is None and orders.settled(5)
    new.fails = [Transient()]
    orders.write("a", {"n": 1})


def test_prometheus() -> None:
    client = pytest.importorskip("prometheus_client")
    registry = client.CollectorRegistry()
    metrics = prometheus_metrics(registry)
    counted(metrics)

    def value(name: str, **labels: str) -> float | None:
        found: float | None = registry.get_sample_value(name, {"migration": "orders", **labels})
        return found

    assert value("migration_reads_total", source="sql") == 2
    assert value("migration_reads_total", source="mongo") == 1
    assert value("migration_fallbacks_total", reason="error") == 2
    assert value("migration_read_latency_seconds_count", source="sql") == 3
    assert value("migration_write_errors_total", target="mongo") == 1
    assert value("migration_inconsistencies_total") == 1


def test_opentelemetry() -> None:
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    reader = InMemoryMetricReader()
    counted(otel_metrics(MeterProvider([reader]).get_meter("cutover")))
    data = reader.get_metrics_data()
    assert data is not None
    found = {metric.name: metric for metric in data.resource_metrics[0].scope_metrics[0].metrics}
    assert set(found) == {
        "migration_reads_total",
        "migration_fallbacks_total",
        "migration_read_latency_seconds",
        "migration_write_errors_total",
        "migration_inconsistencies_total",
    }


def test_neither_is_imported_unless_it_is_asked_for() -> None:
    code = "import sys, cutover.migrate; print([n for n in sys.modules if n.split('.')[0] in ('prometheus_client', 'opentelemetry')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
