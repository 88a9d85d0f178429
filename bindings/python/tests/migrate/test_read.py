"""Reads: fallbacks, deadlines, comparisons, breakers, and what is counted."""

from __future__ import annotations

import gc
import threading
import time
from contextlib import suppress
from typing import Any

import pytest
from executor_support import FALLING_BACK, Record, Store, engine, some

from cutover import Engine
from cutover._cutover import draw
from cutover.migrate import Answered, BreakerOpen, Migration, MigrationError, Shadow, Timeouts, Warned


def of(phase: str, old: Store, new: Store, **options: Any) -> Migration[Record]:
    return Migration(engine(phase), "orders", old=old, new=new, **options)


def test_a_missing_record_is_looked_for_on_the_other_side_where_the_route_says_so() -> None:
    old, new = Store(a={"n": 1}), Store()
    orders: Migration[Record] = Migration(Engine.from_str(FALLING_BACK), "orders", old=old, new=new, warn=lambda _: None)
    assert orders.read("a") == {"n": 1}
    assert (new.calls, old.calls) == (["read a"], ["read a"])
    counts = orders.counters()
    assert (some(counts.reads), some(counts.fallbacks)) == ({"sql": 1}, {"not_found": 1})
    assert counts.reads == {"sql": 1, "mongo": 0} and counts.latencies["sql"].max_ms <= counts.latencies["sql"].total_ms
    assert some({name: latency.count for name, latency in counts.latencies.items()}) == {"mongo": 1, "sql": 1}


def test_the_caller_is_told_which_store_has_answered() -> None:
    old, new = Store(a={"n": 1}), Store(b={"n": 2})
    orders: Migration[Record] = Migration(Engine.from_str(FALLING_BACK), "orders", old=old, new=new, warn=lambda _: None)
    told: list[Answered] = []

    def answered(by: Answered) -> None:
        told.append(by)
        raise ValueError("changes nothing")

    assert [orders.read("a", answered=answered), orders.read("b", answered=answered)] == [{"n": 1}, {"n": 2}]
    assert told == [Answered("sql", True), Answered("mongo", False)]
    compared = of("shadow", old, new, warn=lambda _: None)
    assert compared.read("a", answered=told.append) == {"n": 1} and told[2:] == [Answered("sql", False)]
    assert compared.settled(5)


def test_an_edit_begins_with_the_store_that_is_written_first() -> None:
    old, new = Store(a={"n": 2}), Store(a={"n": 1})
    orders: Migration[Record] = Migration(
        Engine.from_str(FALLING_BACK), "orders", old=old, new=new, warn=lambda _: None, breakers={"old": {}}
    )
    assert (orders.read_for_update("a"), orders.read_for_update("b")) == ({"n": 2}, None)
    assert new.calls == [] and some(orders.counters().reads) == {}
    old.reads = [ValueError("down")]
    with pytest.raises(ValueError, match="down"):
        orders.read_for_update("a")
    breaker = orders.breaker("old")
    assert breaker is not None
    breaker.force("forced_open", 0)
    with pytest.raises(BreakerOpen):
        orders.read_for_update("a")


def test_without_a_fallback_the_answer_is_that_of_the_side() -> None:
    old, new = Store(a={"n": 1}), Store()
    orders = of("ramp_down", old, new)
    assert orders.read("a") is None and old.calls == []
    new.reads = [ValueError("broken")]
    with pytest.raises(ValueError, match="broken"):
        orders.read("a")


def test_when_both_fail_the_error_is_of_the_side_that_is_read_from() -> None:
    old, new = Store(), Store()
    old.reads, new.reads = [KeyError("old")], [ValueError("new")]
    orders = of("live", old, new)
    with pytest.raises(ValueError, match="new") as caught:
        orders.read("a", draw=0)
    assert isinstance(caught.value.__cause__, KeyError)
    old.reads, new.reads = [KeyError("old")], [ValueError("new")]
    with pytest.raises(ValueError, match="new"):
        Migration(engine("live", sample="0%"), "orders", old=old, new=new).read("a")


def test_an_error_falls_back_and_a_timeout_too() -> None:
    old, new = Store(a={"n": 1}), Store()
    orders: Migration[Record] = Migration(engine("live", sample="0%"), "orders", old=old, new=new)
    new.reads = [ValueError(), TimeoutError()]
    assert [orders.read("a"), orders.read("a")] == [{"n": 1}] * 2
    assert some(orders.counters().fallbacks) == {"error": 1, "timeout": 1}


def test_a_read_without_an_answer_is_counted() -> None:
    old, new = Store(), Store()
    orders: Migration[Record] = Migration(engine("live", sample="0%"), "orders", old=old, new=new)
    old.reads, new.reads = [ValueError()], [ValueError()]
    with pytest.raises(ValueError):
        orders.read("a")
    assert orders.counters().failed_reads == 1


def test_an_enforced_deadline_lets_the_caller_go_on() -> None:
    old, new = Store(a={"n": 1}), Store()
    new.seconds = 0.5
    timeouts = Timeouts(read_ms=20, enforce=True)
    orders: Migration[Record] = Migration(engine("live", sample="0%"), "orders", old=old, new=new, timeouts=timeouts)
    began = time.perf_counter()
    assert orders.read("a") == {"n": 1}
    assert time.perf_counter() - began < 0.4
    assert some(orders.counters().fallbacks) == {"timeout": 1}


@pytest.mark.parametrize(
    ("control", "candidate", "verdict"),
    [
        ({"n": 1, "m": 2}, {"m": 2, "n": 1}, "match"),
        ({"n": 1}, {"n": 2}, "mismatch"),
        (None, {"n": 2}, "mismatch"),
        (None, None, "match"),
        (ValueError(), {"n": 1}, "control_error"),
        ({"n": 1}, ValueError(), "candidate_error"),
        (ValueError(), ValueError(), "both_error"),
        ({"n": 1}, TimeoutError(), "timed_out"),
    ],
)
def test_comparisons(control: object, candidate: object, verdict: str) -> None:
    def store(said: object) -> Store:
        made = Store()
        if isinstance(said, Exception):
            made.reads = [said]
        elif isinstance(said, dict):
            made.records["a"] = said
        return made

    orders = of("shadow", store(control), store(candidate))
    if isinstance(control, Exception):
        with pytest.raises(ValueError):  # noqa: PT011
            orders.read("a")
    else:
        assert orders.read("a") == control
    assert orders.settled(5)
    assert some(orders.counters().comparisons) == {verdict: 1}


def test_a_shadow_never_slows_the_caller_and_is_capped() -> None:
    old, new, gate = Store(a={"n": 1}), Store(), threading.Event()
    read = new.read
    new.read = lambda key, call: (gate.wait(5), read(key, call))[1]  # type: ignore[method-assign]
    said: list[Warned] = []
    orders = of("shadow", old, new, shadow=Shadow(concurrency=2), warn=said.append)
    assert [orders.read("a") for _ in range(5)] == [{"n": 1}] * 5
    assert some(orders.counters().comparisons) == {"skipped": 3}
    gate.set()
    assert orders.settled(5)
    assert some(orders.counters().comparisons) == {"skipped": 3, "mismatch": 2}
    # Said once, and counted.
    assert [warning.code for warning in said if warning.code == "shadow_full"] == ["shadow_full"]
    assert orders.counters().warnings["shadow_full"] == 3


def test_a_late_shadow_has_timed_out() -> None:
    old, new = Store(a={"n": 1}), Store(a={"n": 1})
    new.seconds = 0.05
    orders = of("shadow", old, new, timeouts=Timeouts(other_ms=10))
    assert orders.read("a") == {"n": 1}
    assert orders.settled(5)
    assert some(orders.counters().comparisons) == {"timed_out": 1}


def test_a_comparator_that_raises_is_a_verdict() -> None:
    def compare(control: object, candidate: object) -> bool:
        raise ZeroDivisionError

    orders = of("shadow", Store(a={}), Store(a={}), compare=compare, warn=lambda _: None)
    assert orders.read("a") == {} and orders.settled(5)
    assert some(orders.counters().comparisons) == {"comparator_error": 1}


def test_the_shadow_is_the_fallback_and_is_not_asked_twice() -> None:
    old, new = Store(a={"n": 1}), Store()
    new.reads, old.seconds = [ValueError()], 0.02
    orders = of("live", old, new)
    assert orders.read("a") == {"n": 1}
    assert old.calls == ["read a"] and orders.settled(5)
    assert some(orders.counters().comparisons) == {"control_error": 1}


def test_the_sample_is_drawn_by_the_key() -> None:
    orders: Migration[Record] = Migration(engine("shadow", sample="30%"), "orders", old=Store(), new=Store())
    for at in range(200):
        orders.read(f"key-{at}")
        assert orders.settled(5)
    drawn = sum(draw(f"key-{at}") < 300_000 for at in range(200))
    assert 30 < drawn < 90 and some(orders.counters().comparisons) == {"match": drawn}


def test_a_refused_side_has_failed() -> None:
    old, new = Store(a={"n": 1}), Store()
    config = {"window": {"count": {"calls": 2}}, "min_calls": 2, "open_for_ms": 60_000}
    options: dict[str, Any] = {"breakers": {"new": config}}
    orders: Migration[Record] = Migration(engine("live", sample="0%"), "orders", old=old, new=new, **options)
    new.reads = [ValueError(), ValueError()]
    assert [orders.read("a") for _ in range(4)] == [{"n": 1}] * 4
    assert new.calls == ["read a"] * 2
    # A store that was not asked has taken no time.
    assert {name: latency.count for name, latency in orders.counters().latencies.items()} == {"mongo": 2, "sql": 4}
    breaker = orders.breaker("new")
    assert breaker is not None and '"open"' in breaker.state
    breaker.force("closed", 0)
    assert orders.read("a") is None
    breaker.force("forced_open", 0)
    alone: Migration[Record] = Migration(engine("ramp_down"), "orders", old=old, new=new, **options)
    found = alone.breaker("new")
    assert found is not None
    found.force("forced_open", 0)
    with pytest.raises(BreakerOpen, match="mongo"):
        alone.read("a")


def test_one_operation_keeps_its_route_and_the_next_has_another() -> None:
    engines = [engine("off"), engine("complete")]
    old, new = Store(a={"n": 1}), Store(a={"n": 2})
    orders: Migration[Record] = Migration(lambda: engines[0], "orders", old=old, new=new)
    assert orders.read("a") == {"n": 1}
    engines.pop(0)
    assert orders.read("a") == {"n": 2}


def test_switches_are_asked_for_each_time() -> None:
    ruleset = FALLING_BACK.replace("phase: dual_read", "phase: dual_read, switches: { emergency: STOP }")
    environment: dict[str, str] = {}
    old, new = Store(a={"n": 1}), Store(a={"n": 2})
    made: Migration[Record] = Migration(
        Engine.from_str(ruleset), "orders", old=old, new=new, switches=lambda: environment, warn=lambda _: None
    )
    assert made.read("a") == {"n": 2}
    environment["STOP"] = "true"
    assert made.read("a") == {"n": 1}


def test_hazards_are_said_once() -> None:
    said: list[Warned] = []
    orders: Migration[Record] = Migration(
        Engine.from_str(FALLING_BACK), "orders", old=Store(), new=Store(), warn=said.append
    )
    for _ in range(3):
        orders.read("a")
    assert "stale_read" in {warning.code for warning in said} and len(said) == len({w.code for w in said})


def test_what_hooks_raise_is_nobodys_business() -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise RuntimeError(name)

    def warn(warning: Warned) -> None:
        raise RuntimeError

    metrics: Any = Broken()
    orders = of("off", Store(a={"n": 1}), Store(), metrics=metrics, warn=warn)
    assert orders.read("a") == {"n": 1} and orders.counters().warnings == {"metrics_failed": 2}


def test_no_such_migration() -> None:
    with pytest.raises(MigrationError, match="no migration `other`"):
        Migration(engine(), "other", old=Store(), new=Store())


def test_threads_share_one() -> None:
    orders = of("shadow", Store(a={"n": 1}), Store(a={"n": 1}), shadow=Shadow(concurrency=1_000))
    threads = [threading.Thread(target=lambda: [orders.read("a") for _ in range(100)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert orders.settled(10)
    counts = orders.counters()
    assert some(counts.reads) == {"sql": 800} and sum(counts.comparisons.values()) == 800
    assert counts.latencies["sql"].count == 800


def test_comparisons_are_reported_by_their_labels() -> None:
    old, new = Store(a={"n": 1}), Store(a={"n": 1})
    orders = Migration(engine("shadow"), "orders", old=old, new=new, warn=lambda _: None)

    def read(label: str, one: BaseException | None = None, other: BaseException | None = None) -> None:
        old.reads, new.reads = [one], [other]
        with suppress(ValueError):
            orders.read("a", label=label)
        assert orders.settled(5)

    for _ in range(600):
        read("get_offer")
    new.records["a"] = {"n": 2}
    read("get_offer")
    for other in (None, ValueError("a"), ValueError("b")):
        read("list", ValueError("a"), other)
    report = orders.report()
    assert report["divergence"] == {"count": 3, "of": 604, "rate": 3 / 604}
    assert report["counts"]["both_error_same"] == report["counts"]["both_error_different"] == 1
    assert [operation["operation"] for operation in report["top_by_count"]] == ["list", "get_offer"]
    assert report["top_fields"] == [{"operation": "get_offer", "field": "n", "count": 1}]
    assert (report["latency"]["control"]["count"], report["latency"]["candidate"]["count"]) == (601, 602)
    assert "604 judged" in report["text"] and len(orders.report(1)["top_by_rate"]) == 1


def test_an_engine_that_was_replaced_is_let_go() -> None:
    def alive() -> int:
        gc.collect()
        return sum(isinstance(found, Engine) for found in gc.get_objects())

    now = engine("shadow")
    orders = Migration(lambda: now, "orders", old=Store(k={"n": 1}), new=Store(k={"n": 1}))
    before = alive()
    for sample in range(1, 60):
        now = engine("shadow", sample=f"{sample}%")
        assert orders.read("k") == {"n": 1}
    assert orders.settled(5)
    assert alive() <= before + 1
