"""What an executor adds to a read: microseconds a call over the bare function, beside LaunchDarkly's migrator and
`laboratory`, a port of GitHub's Scientist.

`pip install -r benches/peers/requirements.txt` for these two; without them they are left out. Figures are CPU time, all
threads included, the least of several rounds in which all take turns, so that they compare. Each is asked to read one
side, then to read both and to compare what they say. Usage: python bench/migrate.py
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from cutover import Engine
from cutover.migrate import AsyncMigration, Migration, ReadCall, Shadow

CALLS, ROUNDS = 5_000, 25
RECORD = {"total": 12}


class Rows:
    """A side that costs nothing."""

    def read(self, key: str, call: ReadCall) -> Any:
        return RECORD

    def write(self, key: str, record: Any, call: Any) -> None: ...

    def delete(self, key: str, call: Any) -> None: ...


class AsyncRows:
    """The same, for asyncio."""

    async def read(self, key: str, call: ReadCall) -> Any:
        return RECORD

    async def write(self, key: str, record: Any, call: Any) -> None: ...

    async def delete(self, key: str, call: Any) -> None: ...


def engine(phase: str, sample: int = 0) -> Engine:
    compare = f"compare: {{sample: {sample}%}}"
    return Engine.from_str(
        f"cutover: 1\nmigrations: {{orders: {{old: sql, new: mongo, ladder: standard, phase: {phase}, {compare}}}}}"
    )


def launchdarkly(stage: str) -> Callable[[], object] | None:
    """A read by the migrator of LaunchDarkly, whose flag is served from memory and whose events go nowhere."""
    try:
        from ldclient import Config, Context, LDClient, Result, Stage
        from ldclient.integrations.test_data import TestData
        from ldclient.migrations import ExecutionOrder, MigratorBuilder
    except ImportError:
        return None
    data = TestData.data_source()
    data.update(data.flag("orders").variations(stage).variation_for_all(0))
    client = LDClient(Config("sdk", update_processor_class=data, send_events=False))
    result = Result.success(RECORD)
    builder = MigratorBuilder(client).read(lambda _: result, lambda _: result).write(lambda _: result, lambda _: result)
    migrator: Any = builder.read_execution_order(ExecutionOrder.SERIAL).track_latency(True).build()
    context, default = Context.create("order-7"), Stage.from_str(stage)
    return lambda: migrator.read("orders", context, default, "order-7")


def laboratory(both: bool) -> Callable[[], object] | None:
    """A read by an experiment, which is made for each call, as its documentation shows."""
    try:
        from laboratory import Experiment
    except ImportError:
        return None

    class Counted(Experiment):  # type: ignore[misc]
        def enabled(self) -> bool:
            return both

        def publish(self, result: Any) -> None:
            assert result.match

    rows, call = Rows(), ReadCall("sql", 1_000)

    @Counted.decorator(lambda key: rows.read(key, call), name="orders")  # type: ignore[untyped-decorator]
    def read(key: str) -> Any:
        return rows.read(key, call)

    return lambda: read("order-7")


def timed(call: Callable[[], object], settle: Callable[[], object] = lambda: None) -> float:
    """Microseconds a call, with what nobody waits for."""
    start = time.process_time()
    for _ in range(CALLS):
        call()
    settle()
    return (time.process_time() - start) / CALLS * 1e6


def timed_async(read: Callable[[str], Any]) -> float:
    """Microseconds an awaited call."""

    async def main() -> float:
        start = time.process_time()
        for _ in range(CALLS):
            await read("order-7")
        return (time.process_time() - start) / CALLS * 1e6

    return asyncio.run(main())


def main() -> None:
    rows, async_rows, call = Rows(), AsyncRows(), ReadCall("sql", 1_000)
    one: dict[str, Callable[[], float]] = {"the bare function": lambda: timed(lambda: rows.read("order-7", call))}
    config = {"slow_call_ms": 1_000}
    for phase in ("off", "live"):
        plain: Migration[Any] = Migration(engine(phase), "orders", old=rows, new=rows)
        kept: Migration[Any] = Migration(
            engine(phase), "orders", old=rows, new=rows, breakers={"old": config, "new": config}
        )
        one[f"Migration, {phase}"] = lambda plain=plain: timed(lambda: plain.read("order-7"))  # type: ignore[misc]
        one[f"Migration, {phase}, breakers"] = lambda kept=kept: timed(lambda: kept.read("order-7"))  # type: ignore[misc]
    both: Migration[Any] = Migration(engine("shadow", 100), "orders", old=rows, new=rows, shadow=Shadow(CALLS))
    one["Migration, both compared"] = lambda: timed(lambda: both.read("order-7"), both.settled)
    one["the bare coroutine"] = lambda: timed_async(lambda key: async_rows.read(key, call))
    with_loop: AsyncMigration[Any] = AsyncMigration(engine("live"), "orders", old=async_rows, new=async_rows)
    one["AsyncMigration, live"] = lambda: timed_async(with_loop.read)
    for stage in ("off", "live"):
        peer = launchdarkly(stage)
        if peer is not None:
            one[f"LaunchDarkly, {stage}"] = lambda peer=peer: timed(peer)  # type: ignore[misc]
    for what, wanted in (("one side", False), ("both compared", True)):
        port = laboratory(wanted)
        if port is not None:
            one[f"laboratory, {what}"] = lambda port=port: timed(port)  # type: ignore[misc]
    figures: dict[str, list[float]] = {name: [] for name in one}
    for _ in range(ROUNDS):
        for name, measured in one.items():
            figures[name].append(measured())
    assert both.counters().comparisons["match"] == ROUNDS * CALLS, both.counters().comparisons
    bare, bare_async = min(figures["the bare function"]), min(figures["the bare coroutine"])
    for name, found in figures.items():
        over = min(found) - (bare_async if "Async" in name or "coroutine" in name else bare)
        print(f"{name:32} {min(found):7.2f} µs   {over:7.2f} µs over the bare one")


if __name__ == "__main__":
    main()
