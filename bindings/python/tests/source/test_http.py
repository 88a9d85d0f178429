"""A source over HTTP, against a real server that can misbehave."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from source_support import ENV, ControlPlane, everybody, ruleset, until

from cutover import CutoverError, Engine
from cutover.source import Changed, NodeCounts, Source, SourceError


@contextmanager
def source_of(server: ControlPlane | str, **options: Any) -> Iterator[tuple[Source, list[SourceError], list[Changed]]]:
    """A source that is quick to come back, and what it has told."""
    url = server if isinstance(server, str) else server.url
    errors: list[SourceError] = []
    changes: list[Changed] = []
    with Source.http(url, ENV, key="s3cret", **{"base_ms": 20, "cap_ms": 100, **options}) as source:
        source.on("error", errors.append)
        source.on("changed", changes.append)
        yield source, errors, changes


def test_a_stream_brings_rulesets_as_they_are_published_and_names_what_changed() -> None:
    with ControlPlane() as server:
        server.publish(ruleset(0), 41)
        with source_of(server) as (source, errors, changes):
            source.ready(5_000)
            before = source.engine
            assert (source.epoch, source.stale, everybody(source)) == (41, False, False)
            until(lambda: server.open == 1)
            server.publish(ruleset(100))
            until(lambda: source.epoch == 42 and changes)
            assert everybody(source)
            assert changes == [Changed(42, source.engine.digest, ("beta",), ())]
            # Whoever holds an engine goes on with it.
            assert not before.is_enabled("beta", {"id": "u"})
            headers = server.streamed()[0]
            assert (headers["Authorization"], headers["Accept"]) == ("Bearer s3cret", "text/event-stream")
            assert errors == []


def test_what_is_too_long_for_an_event_is_fetched() -> None:
    with ControlPlane() as server:
        server.bare = True
        server.publish(ruleset(100))
        with source_of(server) as (source, _, _):
            source.ready(5_000)
            assert everybody(source)
            assert [path for path, _ in server.requests if path.endswith(ENV)] == [f"/v1/rulesets/{ENV}"]


def test_it_goes_on_from_where_it_was_after_the_server_was_killed_and_decides_meanwhile() -> None:
    with ControlPlane() as server:
        server.publish(ruleset(100))
        with source_of(server) as (source, errors, _):
            source.ready(5_000)
            until(lambda: server.open == 1)
            # In the middle of an event.
            server.say('id: 2\nevent: ruleset\ndata: {"version":2,')
            server.kill()
            until(lambda: errors)
            assert everybody(source)
            assert [error.code for error in errors] == ["unreachable"]
            with ControlPlane(port=server.port) as again:
                again.publish(ruleset(0), 2)
                until(lambda: source.epoch == 2)
                assert not everybody(source)
                # By a stream, or, where the server was away for longer, by a question.
                said = [(headers.get("Last-Event-ID"), headers.get("If-None-Match")) for _, headers in again.requests]
                assert next(known for known in said if any(known)) in [("1", None), (None, '"1"')]


def test_an_orderly_end_is_nobodys_business() -> None:
    with ControlPlane() as server:
        server.publish(ruleset(100))
        with source_of(server) as (source, errors, _):
            source.ready(5_000)
            until(lambda: server.open == 1)
            server.say("event: bye\ndata: {}\n\n")
            until(lambda: len(server.streamed()) == 2)
            until(lambda: server.open == 1)
            server.publish(ruleset(0))
            until(lambda: source.epoch == 2)
            assert errors == []


def test_ten_reconnects_tell_of_one_outage() -> None:
    with ControlPlane() as server:
        server.refuses = [(503, {}) for _ in range(10)]
        server.publish(ruleset(100))
        with source_of(server, base_ms=10, cap_ms=80, node="node-1") as (source, errors, _):
            source.ready(20_000)
            assert len(server.streamed()) == 11
            assert [(error.code, str(error)) for error in errors] == [("unreachable", "503 Not now: it is a test")]


def test_a_server_that_accepts_and_says_nothing_is_polled() -> None:
    with ControlPlane() as server:
        server.mute = True
        server.publish(ruleset(100))
        with source_of(server, idle_ms=100) as (source, errors, _):
            source.ready(10_000)
            assert "unreachable" in [error.code for error in errors]
            assert len(server.streamed()) == 2
            server.publish(ruleset(0))
            until(lambda: source.epoch == 2)


def test_without_streams_it_makes_long_polls() -> None:
    with ControlPlane() as server:
        server.streams = False
        server.publish(ruleset(0))
        with source_of(server) as (source, _, _):
            source.ready(5_000)
            until(lambda: any(path.endswith("?wait=50") for path, _ in server.requests))
            server.publish(ruleset(100))
            until(lambda: source.epoch == 2)
            assert everybody(source)


def test_a_key_that_is_refused_is_told_once() -> None:
    with ControlPlane() as server:
        server.refuses = [(401, {}) for _ in range(4)]
        server.publish(ruleset(100))
        with source_of(server) as (source, errors, _):
            source.ready(5_000)
            assert [error.code for error in errors] == ["not_allowed"]


def test_versions_never_go_back() -> None:
    with ControlPlane() as server:
        server.publish(ruleset(100), 9)
        with source_of(server) as (source, errors, _):
            source.ready(5_000)
            until(lambda: server.open == 1)
            server.publish(ruleset(0), 8)
            until(lambda: errors)
            assert (source.epoch, everybody(source), errors[0].code) == (9, True, "version_back")
            server.publish(ruleset(0), 10)
            until(lambda: source.epoch == 10)


def test_what_the_engine_refuses_leaves_what_runs_and_makes_it_stale() -> None:
    with ControlPlane() as server:
        server.publish(ruleset(100))
        with source_of(server, stale_after_ms=300) as (source, errors, _):
            source.ready(5_000)
            until(lambda: server.open == 1)
            server.publish('{"cutover":1,"flgs":{}}')
            until(lambda: errors)
            assert (source.epoch, errors[0].code) == (1, "broken")
            assert "did you mean `flags`?" in str(errors[0])
            # Something newer is known to be there, so that keep-alives do not help.
            for _ in range(20):
                server.say(": keep-alive\n\n")
                time.sleep(0.02)
            until(lambda: source.stale)
            assert source.engine.decide("steady", {}).reason == "STALE"
            server.publish(ruleset(0))
            until(lambda: source.epoch == 3)
            assert source.engine.decide("steady", {}).reason == "STATIC"


@pytest.mark.parametrize(("signature", "code"), [("wrong", "bad_signature"), ("none", "unsigned")])
def test_a_signature_that_is_none(signature: str, code: str) -> None:
    with ControlPlane(signs=True) as server:
        server.publish(ruleset(100))
        with source_of(server, public_keys=server.public_keys) as (source, errors, _):
            source.ready(5_000)
            until(lambda: server.open == 1)
            server.signature = signature
            server.publish(ruleset(0))
            until(lambda: errors)
            assert (source.epoch, errors[0].code) == (1, code)
            server.signature = "good"
            server.publish(ruleset(0))
            until(lambda: source.epoch == 3)


def test_a_server_that_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with source_of(f"http://127.0.0.1:{port}", connect_ms=60) as (source, errors, _):
            held = [silent.accept()[0] for _ in range(2)]
            until(lambda: errors)
            assert [error.code for error in errors] == ["unreachable"]
            for each in held:
                each.close()
            silent.close()
            with ControlPlane(port=port) as server:
                server.publish(ruleset(100))
                source.ready(5_000)


def test_an_event_that_comes_byte_by_byte() -> None:
    with ControlPlane() as server:
        server.publish(ruleset(0))
        with source_of(server) as (source, _, _):
            source.ready(5_000)
            until(lambda: server.open == 1)
            data = json.dumps({"version": 2, "ruleset": ruleset(100) + " "})
            for byte in f"event: ruleset\r\ndata: {data}\r\n\r\n":
                server.say(byte)
                time.sleep(0.0005)
            until(lambda: source.epoch == 2)
            assert everybody(source)


def test_what_is_packed_is_taken_and_its_signature_is_that_of_the_text() -> None:
    with ControlPlane(signs=True) as server:
        server.bare = server.packs = True
        server.publish(ruleset(100))
        with source_of(server, public_keys=server.public_keys) as (source, _, _):
            source.ready(5_000)
            assert everybody(source)


def test_tls_to_whom_it_trusts_alone(tmp_path: Path) -> None:
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost".split()
    more = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(["openssl", *made, *more], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with ControlPlane(tls=context) as server:
        server.publish(ruleset(100))
        url = f"https://localhost:{server.port}"
        with source_of(url, ca=ssl.create_default_context(cafile=cert)) as (source, _, _):
            source.ready(5_000)
        with source_of(url) as (source, errors, _):
            with pytest.raises(SourceError, match="no ruleset"):
                source.ready(300)
            assert "certificate" in str(errors[0])


def test_options_that_make_no_sense() -> None:
    with pytest.raises(CutoverError, match="`stale_after_ms` is 1 to"):
        Source.http("http://127.0.0.1:1", ENV, stale_after_ms=0)
    with pytest.raises(ValueError, match="an address such as"):
        Source.http("ftp://127.0.0.1", ENV)
    with pytest.raises(CutoverError, match="32 bytes as base64"):
        Source.http("http://127.0.0.1:1", ENV, public_keys={"a": ""})


def test_a_fallback_decides_until_there_is_a_ruleset() -> None:
    fallback = Engine.from_str(ruleset(100))
    with source_of("http://127.0.0.1:9", fallback=fallback) as (source, _, _):
        assert source.engine.decide("steady", {}).reason == "STALE"
        with pytest.raises(SourceError, match=r"no ruleset after 50 ms \(unreachable: .*refused"):
            source.ready(50)


def test_it_reports_what_runs_after_each_change_and_at_the_end() -> None:
    with ControlPlane() as server:
        server.publish(ruleset(0), 4)
        with source_of(server, node="pod-7", report_ms=40) as (source, _, _):
            source.ready(5_000)
            until(lambda: len(server.reports) >= 3)
            over = source.begin()
            server.publish(ruleset(100))
            until(lambda: server.reports[-1] == {"node": "pod-7", "epoch": 5, "oldest_open": 4})
            over()
            over()
            assert source.oldest_open is None
        assert server.reports[-1] == {"node": "pod-7", "epoch": 5, "oldest_open": None}
        source.ready()
        assert everybody(source)


def test_it_tells_what_was_counted_and_goes_on_without_where_that_cannot_be_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    counted: NodeCounts = {"errors": {"old": {"events": 1, "total": 90}, "new": {"events": 0, "total": 10}}}
    broken = threading.Event()

    def counts() -> NodeCounts:
        if broken.is_set():
            raise RuntimeError("no counter")
        return counted

    with ControlPlane() as server:
        server.publish(ruleset(0), 4)
        with source_of(server, node="pod-7", report_ms=20, counts=counts) as (source, _, _):
            source.ready(5_000)
            until(lambda: len(server.reports) >= 2)
            assert server.reports[-1] == {"node": "pod-7", "epoch": 4, "oldest_open": None, "counts": counted}
            broken.set()
            until(lambda: "counts" not in server.reports[-1])
        # A server that does not take them hears of the node all the same.
        server.takes_counts = False
        with source_of(server, node="pod-8", report_ms=20, counts=lambda: counted) as (source, _, _):
            source.ready(5_000)
            until(lambda: server.reports[-1] == {"node": "pod-8", "epoch": 4, "oldest_open": None})
    assert [record.getMessage() for record in caplog.records if record.name == "cutover.source"] == [
        "counts are not reported any more: no counter",
        "counts are not reported any more: the server does not take them: no such metric",
    ]


def test_a_process_ends_once_its_source_is_closed_and_no_thread_is_left() -> None:
    with ControlPlane() as server:
        server.publish(ruleset(100))
        code = f"""
import os, threading
from cutover.source import Source
for _ in range(10):
    with Source.http({server.url!r}, "production") as source:
        source.ready(5000)
print([thread.name for thread in threading.enumerate()], len(os.listdir("/proc/self/fd")) < 12)
"""
        done = subprocess.run([sys.executable, "-X", "dev", "-c", code], capture_output=True, text=True, timeout=30)
        assert (done.stdout.strip(), done.stderr) == ("['MainThread'] True", "")
        until(lambda: server.open == 0)


def test_an_emergency_reaches_fifty_clients() -> None:
    with ControlPlane() as server:
        server.publish(ruleset(0))
        clients = [Source.http(server.url, ENV, report_ms=None) for _ in range(50)]
        try:
            for client in clients:
                client.ready(20_000)
            until(lambda: server.open == len(clients))
            times: list[float] = []
            lock, all_there = threading.Lock(), threading.Event()

            def arrived(_: Changed) -> None:
                with lock:
                    times.append((time.monotonic() - began) * 1_000)
                    if len(times) == len(clients):
                        all_there.set()

            for client in clients:
                client.on("changed", arrived)
            began = time.monotonic()
            server.publish(ruleset(100))
            assert all_there.wait(20)
            times.sort()
            print(f"an emergency in 50 clients: median {times[25]:.1f} ms, last {times[-1]:.1f} ms")
            assert all(everybody(client) for client in clients)
        finally:
            for client in clients:
                client.close()
