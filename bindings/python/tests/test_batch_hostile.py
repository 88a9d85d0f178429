"""Tables that are made to hurt: each is refused with its place, or decided without harm."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from cutover import Engine

ENGINE = Engine.from_str("""
cutover: 1
flags:
  rollout: { rules: [{ serve: { rollout: 50%, by: userId } }] }
  has: { rules: [{ if: { attribute: tags, contains: [x] }, serve: on }] }
""")
IDS = pa.table({"userId": [f"user_{number}" for number in range(10)]})


def refused(data: Any, *words: str, flag: str = "rollout", error: type[Exception] = ValueError, **options: Any) -> None:
    with pytest.raises(error) as raised:
        ENGINE.decide_arrow(flag, data, **options)
    for word in words:
        assert word in str(raised.value), raised.value


def texts(offsets: list[int], values: bytes, of: Any = None) -> Any:
    """Texts that nobody has checked."""
    kind = pa.int64() if of == pa.large_string() else pa.int32()
    buffers = [None, pa.array(offsets, kind).buffers()[1], pa.py_buffer(values)]
    return pa.Array.from_buffers(of or pa.string(), len(offsets) - 1, buffers)


@pytest.mark.parametrize("data", [None, 1, "text", [], {"userId": ["a"]}, object()])
def test_what_is_no_table(data: Any) -> None:
    refused(data, "data is a table", type(data).__name__, error=TypeError)


def test_an_array_is_no_table() -> None:
    refused(pa.array(["a"]), "one array of", "give the column a name", error=TypeError)
    refused(pa.chunked_array([["a"]]), "one array of", error=TypeError)


@pytest.mark.parametrize("of", [pa.string(), pa.large_string()])
def test_texts_that_are_not_utf8(of: Any) -> None:
    for offsets, values in (([0, 1, 2], b"a\xff"), ([0, 1, 3], "aé".encode()[:2] + b"x"), ([0, 1, 2], "é".encode())):
        refused(pa.table({"userId": texts(offsets, values, of)}), "`userId`", "not UTF-8")
    # Below a null may be anything.
    fine = pa.Array.from_buffers(pa.string(), 2, [pa.py_buffer(b"\x01"), pa.array([0, 1, 2], pa.int32()).buffers()[1], pa.py_buffer(b"a\xff")])
    assert pa.table(ENGINE.decide_arrow("rollout", pa.table({"userId": fine})))["error"].to_pylist() == [None, "MISSING_UNIT"]


def test_texts_of_views_dictionaries_and_lists_that_are_not_utf8() -> None:
    short = pa.Array.from_buffers(pa.string_view(), 1, [None, pa.py_buffer(b"\x01\0\0\0\xff" + bytes(11))])
    refused(pa.table({"userId": short}), "`userId`", "not UTF-8")
    keys = pa.array([0, 1, 0], pa.int8())
    wrong = pa.DictionaryArray.from_arrays(keys, texts([0, 1, 2], b"a\xff"), safe=False)
    refused(pa.table({"userId": wrong}), "`userId`", "not UTF-8")
    # A dictionary that is longer than the batch is checked where it is used.
    refused(pa.table({"userId": wrong.slice(1, 1)}), "`userId`", "not UTF-8")
    assert len(ENGINE.decide_arrow("rollout", pa.table({"userId": wrong.slice(0, 1)}))) == 1
    lists = pa.ListArray.from_arrays([0, 2], texts([0, 1, 2], b"a\xff"))
    refused(pa.table({"tags": lists}), "`tags`", "not UTF-8", flag="has")


@pytest.mark.parametrize("offsets", [[0, 5, 2], [0, -4, 2], [0, 2**31 - 1, 2], [0, 2, 1, 2]])
@pytest.mark.parametrize("of", [pa.string(), pa.large_string()])
def test_offsets_that_lead_astray(offsets: list[int], of: Any) -> None:
    refused(pa.table({"userId": texts(offsets, b"abcdefgh", of)}), "`userId`", "broken")


def test_keys_and_items_that_lead_astray() -> None:
    for key in (2, 100, -1):
        keys = pa.array([0, key], pa.int8())
        refused(pa.table({"userId": pa.DictionaryArray.from_arrays(keys, pa.array(["a", "b"]), safe=False)}), "`userId`", "broken")
    # Only an offset in the middle can be wrong: pyarrow itself looks at the others.
    for offsets in ([0, 3, 2], [0, -1, 2], [0, 2**31 - 1, 2]):
        for items in (pa.array(["a", "b"]), pa.array([1, 2]), pa.array([True, False])):
            buffers = [None, pa.array(offsets, pa.int32()).buffers()[1]]
            lists = pa.Array.from_buffers(pa.list_(items.type), 2, buffers, children=[items])
            refused(pa.table({"tags": lists}), "`tags`", "broken", flag="has")


def test_a_list_of_very_many_nulls_costs_nothing() -> None:
    offsets = pa.array([0, 2**31 - 1], pa.int32()).buffers()[1]
    lists = pa.Array.from_buffers(pa.list_(pa.null()), 1, [None, offsets], children=[pa.nulls(2**31 - 1)])
    assert pa.table(ENGINE.decide_arrow("has", pa.table({"tags": lists})))["value"].to_pylist() == [False]


def test_views_that_lead_astray() -> None:
    for number, start, size in ((1, 0, 20), (0, 90, 20), (0, 0, 2**31 - 1), (2**31 - 1, 2**31 - 1, 13)):
        view = size.to_bytes(4, "little") + b"abcd" + number.to_bytes(4, "little") + start.to_bytes(4, "little")
        column = pa.Array.from_buffers(pa.string_view(), 1, [None, pa.py_buffer(view), pa.py_buffer(b"abcd" * 25)])
        refused(pa.table({"userId": column}), "`userId`", "broken")


def test_encodings_that_are_not_read() -> None:
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([3], pa.int32()), pa.array(["a"]))
    refused(pa.table({"userId": runs}), "`userId`", "run-end encoded", "cast it")
    union = pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array(["a"])])
    refused(pa.table({"userId": union}), "`userId`", "union")
    views = pa.array([["a"]], pa.list_view(pa.string()))
    refused(pa.table({"tags": views}), "`tags`", "list view", flag="has")
    # Nobody reads these columns here.
    assert len(ENGINE.decide_arrow("rollout", pa.table({"userId": ["a"], "runs": runs.slice(0, 1), "union": union, "views": views}))) == 1


def test_two_columns_of_one_name() -> None:
    twice = pa.table([pa.array(["a"]), pa.array(["b"])], names=["userId", "userId"])
    refused(twice, "two columns `userId`", "rename one")
    assert len(ENGINE.decide_arrow("has", twice)) == 1


def test_exports_that_are_none() -> None:
    class Wrong:
        def __init__(self, export: object) -> None:
            self.export = export

        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return self.export

    schema = IDS.schema.__arrow_c_schema__()
    for export in (None, 1, (1, 2), schema):
        refused(Wrong(export), "arrow_array_stream", "expected")
    once = Wrong(IDS.__arrow_c_stream__())
    assert len(ENGINE.decide_arrow("rollout", once)) == 10
    refused(once, "has been read already")

    class Pair:
        def __init__(self, *pair: object) -> None:
            self.pair = pair

        def __arrow_c_array__(self, requested_schema: object = None) -> object:
            return self.pair

    batch = IDS.to_batches()[0]
    assert len(ENGINE.decide_arrow("rollout", Pair(*batch.__arrow_c_array__()))) == 10  # type: ignore[arg-type]
    pair = Pair(*batch.__arrow_c_array__())
    ENGINE.decide_arrow("rollout", pair)  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        ENGINE.decide_arrow("rollout", pair)  # type: ignore[arg-type]
    for wrong in (Pair(), Pair(1), Pair(1, 2), Pair(schema, schema)):
        with pytest.raises((ValueError, IndexError)):
            ENGINE.decide_arrow("rollout", wrong)  # type: ignore[arg-type]


def test_what_an_export_raises_is_raised() -> None:
    class Raises:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            raise LookupError("not today")

    refused(Raises(), "not today", error=LookupError)


def test_a_stream_that_fails_says_why() -> None:
    def batches() -> Iterator[Any]:
        yield IDS.to_batches()[0]
        raise RuntimeError("the disk is gone")

    refused(pa.RecordBatchReader.from_batches(IDS.schema, batches()), "the disk is gone")


def test_arguments() -> None:
    for threads in (0, -1):
        refused(IDS, "threads is at least 1", threads=threads)
    for options in ({"threads": "two"}, {"now": 1.5}, {"now": "today"}):
        refused(IDS, error=TypeError, **options)
    with pytest.raises(TypeError, match="list of names"):
        ENGINE.decide_all_arrow(IDS, flags="rollout")
    with pytest.raises(TypeError, match="is a str"):
        ENGINE.decide_all_arrow(IDS, flags=[1])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="`rollout` is named twice"):
        ENGINE.decide_all_arrow(IDS, flags=["rollout", "rollout"])


def test_the_interpreter_is_free_meanwhile() -> None:
    table = pa.table({"userId": [f"user_{number}" for number in range(200_000)]})
    go, seen = threading.Event(), []

    def other() -> None:
        go.wait()
        seen.append(1)

    thread = threading.Thread(target=other)
    before = sys.getswitchinterval()
    try:
        thread.start()
        # Nobody takes the interpreter from this thread: it has to give it.
        sys.setswitchinterval(100)
        go.set()
        ENGINE.decide_arrow("rollout", table, threads=1)
        assert seen
    finally:
        sys.setswitchinterval(before)
        thread.join()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="a timer that sends a signal is of POSIX")
def test_ctrl_c_is_heard() -> None:
    part = pa.table({"userId": [f"user_{number}" for number in range(100_000)]})
    # Minutes of work, in little memory.
    table = pa.concat_tables([part] * 20_000)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(KeyboardInterrupt):
            ENGINE.decide_arrow("rollout", table, threads=1)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_many_threads_at_once() -> None:
    table = pa.table({"userId": [f"user_{number}" for number in range(20_000)]})
    wanted = pa.table(ENGINE.decide_arrow("rollout", table))
    answers: list[Any] = []
    workers = [threading.Thread(target=lambda: answers.append(pa.table(ENGINE.decide_arrow("rollout", table)))) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(answers) == 8 and all(answer.equals(wanted) for answer in answers)
