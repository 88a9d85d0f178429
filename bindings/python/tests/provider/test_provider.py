"""What the provider does beside answering: events, changes, counts, and living with hooks and other providers."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.evaluation_context import EvaluationContext
from openfeature.event import EventDetails, ProviderEvent
from openfeature.exception import ErrorCode, ProviderFatalError
from openfeature.provider import ProviderStatus
from openfeature.track import TrackingEventDetails
from source_support import ENV, ControlPlane, ruleset, until

from cutover import CutoverError, Engine
from cutover.openfeature import CutoverProvider, Tracked, TrackedCounts
from cutover.source import AsyncSource, Source, SourceError

RULES = """cutover: 1
flags:
  checkout: { variants: { old: 1, new: 2 }, default: old, rules: [{ if: { attribute: lucky, is: true }, serve: new }] }
  beta: { rules: [{ serve: on }] }
gates:
  g: { checks: [{ metric: failures, test: share, at_most: 50%, min_samples: 2 }] }
"""

domains = itertools.count()


@pytest.fixture
def client() -> Iterator[OpenFeatureClient]:
    yield api.get_client(f"provider {next(domains)}")
    api.clear_providers()


def given(client: OpenFeatureClient, provider: CutoverProvider) -> CutoverProvider:
    api.set_provider_and_wait(provider, client.domain)
    return provider


def following(server: ControlPlane) -> Source:
    return Source.http(server.url, ENV, stale_after_ms=100, base_ms=10, cap_ms=20)


def test_it_is_ready_with_the_first_ruleset_and_says_which_flags_a_change_concerns(client: OpenFeatureClient) -> None:
    changes: list[EventDetails] = []
    client.add_handler(ProviderEvent.PROVIDER_CONFIGURATION_CHANGED, changes.append)
    with ControlPlane() as server, following(server) as source:
        server.publish(ruleset(0))
        given(client, CutoverProvider(source))
        who = EvaluationContext("a", {"id": "a"})
        before = client.get_boolean_details("beta", True, who)
        assert (before.value, before.flag_metadata["version"]) == (False, 1)
        server.publish(ruleset(100))
        until(lambda: changes)
        assert changes[0].flags_changed == ["beta"] and changes[0].metadata["version"] == 2
        after = client.get_boolean_details("beta", False, who)
        assert (after.value, after.flag_metadata["version"]) == (True, 2)


def test_it_is_stale_while_nothing_is_heard_decides_all_the_same_and_is_ready_again(client: OpenFeatureClient) -> None:
    with ControlPlane() as server:
        port = server.port
        server.publish(ruleset(0))
        with following(server) as source:
            given(client, CutoverProvider(source))
            server.kill()
            until(lambda: client.get_provider_status() == ProviderStatus.STALE)
            stale = client.get_boolean_details("steady", False)
            assert (stale.value, stale.reason) == (True, "STALE")
            with ControlPlane(port=port) as again:
                again.publish(ruleset(0))
                until(lambda: client.get_provider_status() == ProviderStatus.READY)
                assert client.get_boolean_details("steady", False).reason == "STATIC"


def test_it_is_in_error_without_a_first_ruleset_and_ready_once_there_is_one(client: OpenFeatureClient, tmp_path: Path) -> None:
    path = tmp_path / "ruleset.json"
    with Source.file(path, poll_ms=10) as source:
        with pytest.raises(SourceError, match="there is no ruleset"):
            given(client, CutoverProvider(source, ready_ms=30))
        assert client.get_provider_status() == ProviderStatus.ERROR
        assert client.get_boolean_details("steady", False).error_code == ErrorCode.PROVIDER_NOT_READY
        path.write_text(ruleset(0), encoding="utf-8")
        until(lambda: client.get_provider_status() == ProviderStatus.READY)
        assert client.get_boolean_value("steady", False) is True


def test_it_listens_no_more_once_it_is_shut_down_and_leaves_the_source_to_others(client: OpenFeatureClient) -> None:
    changes: list[EventDetails] = []
    client.add_handler(ProviderEvent.PROVIDER_CONFIGURATION_CHANGED, changes.append)
    with ControlPlane() as server, following(server) as source:
        server.publish(ruleset(0))
        provider = given(client, CutoverProvider(source))
        with pytest.raises(ValueError, match="gets its rulesets from there"):
            provider.apply("cutover: 1")
        provider.shutdown()
        server.publish(ruleset(100))
        until(lambda: source.epoch == 2)
        assert changes == []
        assert source.engine.is_enabled("beta", {"id": "a"})


def test_a_source_for_asyncio_is_followed_too(client: OpenFeatureClient) -> None:
    async def main() -> bool:
        async with AsyncSource.environment(variables={"USE_JOBS_PARTNERS_READ": "true"}) as source:
            given(client, CutoverProvider(source))
            return (await client.get_boolean_details_async("nope", True)).error_code == ErrorCode.FLAG_NOT_FOUND

    assert asyncio.run(main())


def test_a_text_that_is_refused_is_fatal_and_one_that_is_applied_is_not(client: OpenFeatureClient) -> None:
    with pytest.raises(ProviderFatalError) as refused:
        given(client, CutoverProvider("cutover: 1\nflgs: {}"))
    assert "did you mean `flags`?" in str(refused.value.error_message)
    assert client.get_provider_status() == ProviderStatus.FATAL
    provider = given(client, CutoverProvider(RULES))
    changed: list[Any] = []
    client.add_handler(ProviderEvent.PROVIDER_CONFIGURATION_CHANGED, lambda details: changed.append(details.flags_changed))
    with pytest.raises(CutoverError):
        provider.apply("cutover: 2")
    provider.apply(RULES.replace("default: old", "default: new"))
    assert client.get_integer_value("checkout", 0) == 2
    until(lambda: changed)
    assert changed == [["checkout"]]


def test_it_counts_what_is_served_and_tracked_as_a_gate_observes_it(client: OpenFeatureClient) -> None:
    counts, events = TrackedCounts(["checkout"]), list[Tracked]()
    engine = Engine.from_str(RULES)
    given(client, CutoverProvider(engine, counts=counts, track=events.append, track_flags=["beta"]))
    for lucky in (True, True, True, False):
        client.get_integer_value("checkout", 0, EvaluationContext(None, {"lucky": lucky}))
    client.get_string_value("checkout", "?", EvaluationContext(None, {"lucky": True}))
    client.get_boolean_value("beta", False)
    client.track("failed", EvaluationContext("ada", {"lucky": True}), TrackingEventDetails(9.5, {"page": "basket"}))
    observed = counts.observation("failures", flag="checkout", event="failed", old="old", new="new", share=0.75, now=1_000)
    arms = {"old": {"events": 0, "total": 1}, "new": {"events": 1, "total": 3}}
    assert observed == {"metric": "failures", "at": 1_000, "share": 0.75, **arms}
    assert events == [Tracked("failed", 9.5, {"page": "basket"}, "ada", {"checkout": "new", "beta": "on"}, engine.digest)]


def test_values_are_copies_and_types_are_those_that_were_asked_for(client: OpenFeatureClient) -> None:
    text = "cutover: 1\nflags: { box: { variants: { a: { list: [1] } }, default: a }, n: { variants: { a: 2 }, default: a } }"
    given(client, CutoverProvider(text))
    first: Any = client.get_object_value("box", {})
    first["list"].append(2)
    assert client.get_object_value("box", {}) == {"list": [1]}
    assert type(client.get_float_value("n", 0.0)) is float
    assert type(client.get_integer_value("n", 0)) is int
