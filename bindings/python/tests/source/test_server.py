"""A source against the real control plane: `CUTOVER_SERVER` is the command `cutover`, where `target` has none."""

from __future__ import annotations

from pathlib import Path

import pytest
from plane import COMMAND, serving
from source_support import ENV, everybody, ruleset, running, until

from cutover.source import Source, SourceError


@pytest.mark.skipif(COMMAND is None, reason="there is no command `cutover` that serves")
def test_it_signs_publishes_knows_who_has_adopted_what_and_is_gone_and_back(tmp_path: Path) -> None:
    errors: list[SourceError] = []
    with serving(tmp_path) as server:
        server.publish(ruleset(0))
        keys = {key["id"]: key["public"] for key in server.ask("GET", "/v1/signing-keys")}
        with Source.http(
            server.url, ENV, key=server.key, public_keys=keys, node="pod-1", base_ms=20, cap_ms=200
        ) as source:
            source.on("error", errors.append)
            source.ready(10_000)
            assert (everybody(source), errors) == (False, [])
            first = source.epoch or 0
            server.publish(ruleset(100))
            until(lambda: source.epoch == first + 1)
            assert everybody(source)
            until(
                lambda: [node["epoch"] for node in server.ask("GET", f"/v1/rulesets/{ENV}/nodes")["all"]] == [first + 1]
            )
            server.kill()
            until(lambda: errors)
            assert (errors[0].code, everybody(source)) == ("unreachable", True)
            server.run()
            server.publish(ruleset(0))
            until(lambda: source.epoch == first + 2)
            assert not everybody(source)


@pytest.mark.skipif(COMMAND is None, reason="there is no command `cutover` that serves")
def test_a_source_of_redis_hears_what_the_server_publishes_there(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("redis", "server")]
    for folder in folders:
        folder.mkdir()
    with running(folders[0]) as redis, serving(folders[1], "--redis", redis.url) as server:
        server.publish(ruleset(0))
        keys = {key["id"]: key["public"] for key in server.ask("GET", "/v1/signing-keys")}
        with Source.redis(redis.url, ENV, public_keys=keys, base_ms=20, cap_ms=100) as source:
            source.ready(10_000)
            assert (source.epoch, everybody(source)) == (1, False)
            server.publish(ruleset(100))
            until(lambda: everybody(source))
            assert source.epoch == 2
            # The emergency comes this way too.
            said = server.ask("POST", f"/admin/emergency-rollback?env={ENV}&flag=beta", "")
            assert said["changed"]
            until(lambda: not everybody(source))
