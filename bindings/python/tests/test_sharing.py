"""Engines shared: between threads, across a fork, with processes."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from conftest import RULESET

from cutover import Decision, Engine

CONTEXTS = [{"userId": f"user_{number}", "tenant.tier": "free", "tags": ["a", "b"][number % 2 :]} for number in range(500)]


def work(engine: Engine) -> list[str]:
    """Every decision of every flag, as text."""
    switches = {"FORCE_RECRUITERS_FALLBACK": True}
    lines = [decision.to_json() for ctx in CONTEXTS for decision in engine.decide_all(ctx, now=0)]
    lines += [decision.to_json() for decision in engine.decide_batch("orders", map(engine.context, CONTEXTS))]
    return [*lines, *(engine.route(name, switches=switches).to_json() for name in engine.migrations)]


@pytest.fixture
def switching_often() -> Iterator[None]:
    """Threads that take turns as often as can be."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("switching_often")
def test_threads_decide_at_once() -> None:
    expected = work(Engine.from_str(RULESET))
    # A new engine, so that the threads also meet where decisions are made for the first time.
    engine, barrier = Engine.from_str(RULESET), threading.Barrier(8)

    def run() -> list[str]:
        barrier.wait()
        return work(engine)

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(run) for _ in range(8)]:
            assert future.result() == expected


@pytest.mark.usefixtures("switching_often")
def test_threads_ask_for_flags_for_the_first_time_at_once() -> None:
    flags = {f"flag_{number}": {"rules": [{"serve": {"rollout": f"{number % 101}%", "by": "userId"}}]} for number in range(500)}
    text = json.dumps({"cutover": 1, "flags": flags})

    def work(engine: Engine) -> list[tuple[bool, Decision]]:
        # Names as a program has them, and as they come from elsewhere.
        keys = [sys.intern(key) if number % 2 else "".join(list(key)) for number, key in enumerate(flags)]
        return [(engine.is_enabled(key, CONTEXTS[number]), engine.decide(key, CONTEXTS[number])) for number, key in enumerate(keys)]

    expected = work(Engine.from_str(text))
    engine, barrier = Engine.from_str(text), threading.Barrier(8)

    def run() -> list[tuple[bool, Decision]]:
        barrier.wait()
        return work(engine)

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(run) for _ in range(8)]:
            assert future.result() == expected


@pytest.mark.usefixtures("switching_often")
def test_threads_load_at_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        engines = list(pool.map(Engine.from_str, [RULESET] * 32))
    assert len({engine.digest for engine in engines}) == 1


def test_loading_starts_no_thread_and_opens_no_file() -> None:
    tasks, files = "/proc/self/task", "/proc/self/fd"
    if not os.path.isdir(tasks):
        pytest.skip("only Linux lists the threads of a process")
    before = set(os.listdir(tasks)), set(os.listdir(files))
    work(Engine.from_str(RULESET))
    # Threads of tests before this one may be ending; none may have come.
    assert set(os.listdir(tasks)) <= before[0] and set(os.listdir(files)) <= before[1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_fork_decides_alike() -> None:
    engine = Engine.from_str(RULESET)
    # Some decisions are made before the fork, and some only in the child.
    engine.decide_all(CONTEXTS[0], now=0)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.write(writer, f"{hash(tuple(work(engine)))}".encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    assert os.waitpid(child, 0)[1] == 0
    assert int(answer) == hash(tuple(work(engine)))


def load_and_decide(text: str) -> Decision:
    return Engine.from_str(text).decide("list", {})


def test_another_process_answers_with_decisions() -> None:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        decision = pool.submit(load_and_decide, RULESET).result()
    assert decision == load_and_decide(RULESET) and decision.value == [1, 2.5, "x", None, {"y": []}]
