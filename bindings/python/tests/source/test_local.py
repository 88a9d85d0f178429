"""Sources without a server: a file, the environment, what is kept on disk; Redis, asyncio and migrations."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from pathlib import Path

import pytest
from source_support import ENV, ControlPlane, everybody, ruleset, running, until

from cutover.migrate import AsyncMigration, Migration, MigrationError
from cutover.source import AsyncSource, Ready, Source, SourceError


def test_a_file_is_followed_when_it_is_written_over_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "ruleset.json"
    path.write_text(ruleset(0))
    with Source.file(path, poll_ms=10) as source:
        source.ready(5_000)
        path.write_text(ruleset(100))
        until(lambda: source.epoch == 2)
        assert everybody(source)
        for share, epoch in ((0, 3), (100, 4)):
            beside = tmp_path / "new"
            beside.write_text(ruleset(share))
            os.replace(beside, path)
            until(lambda: source.epoch == epoch)  # noqa: B023
            assert everybody(source) == (share == 100)


def test_a_file_that_is_broken_leaves_what_runs_says_why_and_makes_it_stale(tmp_path: Path) -> None:
    path = tmp_path / "ruleset.yaml"
    path.write_text(ruleset(100))
    errors: list[SourceError] = []
    with Source.file(path, poll_ms=10, stale_after_ms=200) as source:
        source.on("error", errors.append)
        source.ready(5_000)
        path.write_text("cutover: 1\nflgs: {}")
        until(lambda: errors)
        assert errors[0].code == "broken"
        assert "did you mean `flags`?" in str(errors[0])
        assert everybody(source)
        until(lambda: source.stale)
        path.unlink()
        until(lambda: len(errors) == 2)
        assert errors[1].code == "unreachable"
        path.write_text(ruleset(100))
        until(lambda: not source.stale)
        assert len(errors) == 2


def test_the_environment_has_the_switches_of_a_migration() -> None:
    variables = {"USE_JOBS_PARTNERS_READ": "true", "USE_JOBS_PARTNERS_WRITE": "true ", "HOME": "/it's"}
    with Source.environment(variables=variables) as source:
        source.ready(5_000)
        # Only the text `true` turns a switch on.
        assert source.engine.route("recruiters", {}).phase == "dual_read"
    with (
        Source.environment(variables={"HOME": "/root"}) as source,
        pytest.raises(SourceError, match="none of the four switches"),
    ):
        source.ready(100)


def kept(tmp_path: Path, **options: object) -> Path:
    """What a source keeps of version 7."""
    cache = tmp_path / "deep" / "last.cutover"
    with ControlPlane() as server:
        server.publish(ruleset(100), 7)
        with Source.http(server.url, ENV, cache=cache) as source:
            source.ready(5_000)
            until(cache.exists)
    return cache


def test_what_is_kept_is_one_line_and_the_exact_bytes(tmp_path: Path) -> None:
    header, _, text = kept(tmp_path).read_text().partition("\n")
    assert text == ruleset(100)
    found = json.loads(header)
    assert {key: found[key] for key in ("env", "version", "etag")} == {"env": ENV, "version": 7, "etag": '"7"'}


def test_what_is_kept_is_ready_without_the_server_and_as_old_as_it_is(tmp_path: Path) -> None:
    told: list[Ready] = []
    with Source.http("http://127.0.0.1:9", ENV, cache=kept(tmp_path), stale_after_ms=1) as source:
        source.on("ready", told.append)
        source.ready(5_000)
        until(lambda: source.stale)
        decision = source.engine.decide("beta", {"id": "u"})
        assert (decision.value, decision.reason, source.epoch) == (True, "STALE", 7)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda text: text[:-3], "hashes to"),
        (lambda text: text.replace(ENV, "staging"), "of the environment `staging`"),
        (lambda text: "\0\1", "no header of a kept ruleset"),
    ],
)
def test_what_is_spoilt_on_disk_is_told_and_not_taken(tmp_path: Path, spoil: object, why: str) -> None:
    cache = kept(tmp_path)
    cache.write_text(spoil(cache.read_text()))  # type: ignore[operator]
    source = Source.http("http://127.0.0.1:9", ENV, cache=cache, base_ms=10_000)
    errors: list[SourceError] = []
    source.on("error", errors.append)
    try:
        with pytest.raises(SourceError, match="no ruleset"):
            source.ready(100)
        until(lambda: errors)
        assert errors[0].code == "bad_cache"
        assert why in str(errors[0])
    finally:
        source.close()


def test_redis_brings_the_last_message_and_each_that_follows(tmp_path: Path) -> None:
    errors: list[SourceError] = []
    with running(tmp_path) as redis:
        redis.publish(3, ruleset(0))
        with Source.redis(redis.url, ENV, base_ms=20, cap_ms=100, idle_ms=300) as source:
            source.on("error", errors.append)
            source.ready(5_000)
            assert (source.epoch, everybody(source)) == (3, False)
            redis.publish(4, ruleset(100))
            until(lambda: source.epoch == 4)
            assert everybody(source)
            redis.kill()
            until(lambda: errors)
            assert (errors[0].code, everybody(source)) == ("unreachable", True)
            redis.run()
            redis.publish(5, ruleset(0))
            until(lambda: source.epoch == 5)
            redis.publish(2, ruleset(100))
            until(lambda: any(error.code == "version_back" for error in errors))
            assert source.epoch == 5


def test_asyncio() -> None:
    with ControlPlane() as server:
        server.publish(ruleset(0))

        async def main() -> None:
            async with AsyncSource.http(server.url, ENV, base_ms=20) as source:
                await source.ready(5_000)
                changes: asyncio.Queue[int] = asyncio.Queue()
                source.on("changed", lambda changed: changes.put_nowait(changed.epoch))
                until(lambda: server.open == 1)
                server.publish(ruleset(100))
                assert await asyncio.wait_for(changes.get(), 5) == 2
                assert everybody(source)
            assert source.epoch == 2
            async with AsyncSource.http("http://127.0.0.1:9", ENV) as source:
                with pytest.raises(SourceError, match="no ruleset after 20 ms"):
                    await source.ready(20)
                waiting = asyncio.ensure_future(source.ready())
                await asyncio.sleep(0.01)
            with pytest.raises(SourceError, match="closed"):
                await waiting

        asyncio.run(main())


def in_phase(phase: str) -> str:
    migration = {"old": "sql", "new": "mongo", "ladder": "standard", "phase": phase}
    return json.dumps({"cutover": 1, "migrations": {"orders": migration}})


class Slow:
    """A side whose writes wait."""

    def __init__(self) -> None:
        self.rows: dict[str, object] = {}
        self.gate, self.asked = threading.Event(), threading.Event()

    def read(self, key: str, call: object) -> object:
        return self.rows.get(key)

    def write(self, key: str, record: object, call: object) -> None:
        self.asked.set()
        assert self.gate.wait(10)
        self.rows[key] = record

    def delete(self, key: str, call: object) -> None:
        self.rows.pop(key, None)


def test_a_migration_lets_its_source_know_the_oldest_operation(tmp_path: Path) -> None:
    path = tmp_path / "ruleset.json"
    path.write_text(in_phase("off"))
    with Source.file(path, poll_ms=10) as source:
        source.ready(5_000)
        sql, mongo = Slow(), Slow()
        orders = Migration(source, "orders", old=sql, new=mongo, warn=lambda _: None)
        writing = threading.Thread(target=lambda: orders.write("a", {"total": 1}))
        writing.start()
        assert sql.asked.wait(5)
        path.write_text(in_phase("complete"))
        until(lambda: source.epoch == 2)
        # The write goes on by the phase that it began in.
        assert (orders.route().phase, source.oldest_open) == ("complete", 1)
        sql.gate.set()
        writing.join()
        assert (list(sql.rows), mongo.rows, source.oldest_open) == (["a"], {}, None)
        assert orders.read("a") is None
        with pytest.raises(MigrationError, match="has no job"):
            orders.job("none", {})
        assert source.oldest_open is None


def test_a_write_that_nobody_waits_for_is_open_as_well(tmp_path: Path) -> None:
    path = tmp_path / "ruleset.json"
    # The second store owes no acknowledgement in this phase.
    path.write_text(in_phase("dual_write"))

    class Rows:
        def __init__(self) -> None:
            self.rows: dict[str, object] = {}
            self.gate = asyncio.Event()

        async def read(self, key: str, call: object) -> object:
            return self.rows.get(key)

        async def write(self, key: str, record: object, call: object) -> None:
            await self.gate.wait()
            self.rows[key] = record

        async def delete(self, key: str, call: object) -> None: ...

    async def main() -> None:
        async with AsyncSource.file(path, poll_ms=10) as source:
            await source.ready(5_000)
            sql, mongo = Rows(), Rows()
            orders = AsyncMigration(source, "orders", old=sql, new=mongo, warn=lambda _: None)
            writing = asyncio.ensure_future(orders.write("a", {}))
            await asyncio.sleep(0.02)
            assert source.oldest_open == 1
            # The caller leaves; the write does not.
            writing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await writing
            assert source.oldest_open == 1
            sql.gate.set()
            mongo.gate.set()
            await orders.settled()
            await asyncio.sleep(0)
            assert source.oldest_open is None

    asyncio.run(main())
