"""The provider: what OpenFeature asks, the engine answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from openfeature.evaluation_context import EvaluationContext
from openfeature.event import ProviderEventDetails
from openfeature.exception import ErrorCode, ProviderFatalError
from openfeature.flag_evaluation import FlagResolutionDetails, FlagValueType, Reason
from openfeature.provider import AbstractProvider, Metadata
from openfeature.track import TrackingEventDetails

from cutover import CutoverError, Decision, Engine
from cutover._cutover import TARGETING_KEY, openfeature
from cutover.openfeature._counts import Tracked, TrackedCounts
from cutover.openfeature._held import Given, Held
from cutover.source import SourceError

T = TypeVar("T")
_MANY = 10_000
"""So many answers are remembered at most."""


class _Tells:
    """Says it by the events of a provider."""

    def __init__(self, provider: AbstractProvider) -> None:
        self._provider = provider

    def ready(self) -> None:
        self._provider.emit_provider_ready(ProviderEventDetails())

    def stale(self, message: str) -> None:
        self._provider.emit_provider_stale(ProviderEventDetails(message=message))

    def error(self, message: str) -> None:
        self._provider.emit_provider_error(ProviderEventDetails(message=message, error_code=ErrorCode.GENERAL))

    def changed(self, flags: list[str] | None, metadata: dict[str, bool | str | int | float]) -> None:
        self._provider.emit_provider_configuration_changed(ProviderEventDetails(flags_changed=flags, metadata=metadata))


class CutoverProvider(AbstractProvider):
    """Decides the flags of OpenFeature by an engine, a source of rulesets, or the text of one. Nothing is asked over the
    network: a decision is made in the process, by the sync and the async questions alike.

    A text that is refused makes the provider FATAL. A source makes it READY with its first ruleset, for which it has `ready_ms`;
    STALE once nothing was heard for too long; and it tells of each change which flags may decide otherwise. It is closed by
    whoever made it. `track` is told of each tracked event, with the variants that its context has of the flags in
    `track_flags` and of those that `counts` counts.

    >>> from openfeature import api
    >>> from openfeature.evaluation_context import EvaluationContext
    >>> from cutover.openfeature import CutoverProvider
    >>> ruleset = "cutover: 1\\nflags: {beta: {rules: [{serve: {rollout: 100%}}]}}"
    >>> api.set_provider_and_wait(CutoverProvider(ruleset), "provider")
    >>> flags = api.get_client("provider")
    >>> flags.get_boolean_value("beta", False, EvaluationContext("ada"))
    True
    >>> flags.get_string_details("beta", "?", EvaluationContext("ada")).error_code.value
    'TYPE_MISMATCH'
    """

    def __init__(
        self,
        given: Given,
        *,
        ready_ms: int | None = 30_000,
        track: Callable[[Tracked], object] | None = None,
        counts: TrackedCounts | None = None,
        track_flags: Iterable[str] = (),
    ) -> None:
        super().__init__()
        self._held = Held(given, _Tells(self))
        self._ready_ms = ready_ms
        self._track = track
        self._counts = counts
        self._looked_at = tuple(dict.fromkeys((*(() if counts is None else counts.flags), *track_flags)))
        self._known: dict[tuple[object, ...], dict[str, Any]] = {}

    def get_metadata(self) -> Metadata:
        """The name of the provider, `cutover`."""
        return Metadata(name="cutover")

    def initialize(self, evaluation_context: EvaluationContext) -> None:
        """Called by the SDK."""
        try:
            self._held.open(self._ready_ms)
        except CutoverError as error:
            raise ProviderFatalError(str(error)) from error

    def shutdown(self) -> None:
        """Called by the SDK. A source that was given goes on."""
        self._held.close()

    def apply(self, text: str | bytes) -> None:
        """Decides by another text from now on, and tells which flags may decide otherwise.

        Raises `CutoverError` where it is refused, and what decides stays; `ValueError` where the provider follows a source.
        """
        self._held.apply(text)

    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[bool]:
        """Called by the SDK."""
        return self._answer("boolean", flag_key, default_value, evaluation_context)

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        """Called by the SDK."""
        return self._answer("string", flag_key, default_value, evaluation_context)

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        """Called by the SDK."""
        return self._answer("integer", flag_key, default_value, evaluation_context)

    def resolve_float_details(
        self, flag_key: str, default_value: float, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[float]:
        """Called by the SDK."""
        # The engine knows 1.0 as 1, and an SDK that asked for a float wants one.
        return self._answer("float", flag_key, default_value, evaluation_context, float)

    def resolve_object_details(
        self,
        flag_key: str,
        default_value: Sequence[FlagValueType] | Mapping[str, FlagValueType],
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[Sequence[FlagValueType] | Mapping[str, FlagValueType]]:
        """Called by the SDK."""
        return self._answer("object", flag_key, default_value, evaluation_context)

    def track(
        self,
        tracking_event_name: str,
        evaluation_context: EvaluationContext | None = None,
        tracking_event_details: TrackingEventDetails | None = None,
    ) -> None:
        """Called by the SDK: counts the event, and tells it to who is to be told."""
        engine, context = self._held.engine, _attributes(evaluation_context)
        variants = {flag: engine.decide(flag, context).variant for flag in self._looked_at}
        if self._counts is not None:
            self._counts.tracked(tracking_event_name, variants)
        if self._track is not None:
            details = tracking_event_details or TrackingEventDetails()
            whose = None if evaluation_context is None else evaluation_context.targeting_key
            self._track(Tracked(tracking_event_name, details.value, details.attributes, whose, variants, engine.digest))

    def _answer(
        self,
        asked: str,
        flag: str,
        default: T,
        context: EvaluationContext | None,
        as_asked: Callable[[Any], T] = lambda value: value,
    ) -> FlagResolutionDetails[T]:
        try:
            engine = self._held.engine
        except (LookupError, SourceError) as error:
            return FlagResolutionDetails(
                default, ErrorCode.PROVIDER_NOT_READY, error_message=str(error), reason=Reason.ERROR
            )
        decision = engine.decide(flag, _attributes(context))
        told = self._told(engine, asked, decision)
        if self._counts is not None and told["variant"] is not None:
            self._counts.served(flag, told["variant"])
        return FlagResolutionDetails(
            as_asked(decision.value) if told["served"] else default,
            error_code=None if told["error_code"] is None else ErrorCode(told["error_code"]),
            error_message=told["error_message"],
            reason=Reason(told["reason"]),
            variant=told["variant"],
            flag_metadata=dict(told["metadata"]),
        )

    def _told(self, engine: Engine, asked: str, decision: Decision) -> dict[str, Any]:
        """The decision in OpenFeature's words, which the engine says once for each answer and type."""
        version = self._held.version
        answer = {
            "flag": decision.flag,
            "variant": decision.variant,
            "reason": decision.reason,
            "rule": decision.rule,
            "error": decision.error,
        }
        key = (decision.digest, version, asked, *answer.values())
        told = self._known.get(key)
        if told is None:
            told = json.loads(openfeature(engine, json.dumps({**answer, "asked": asked, "version": version})))
            if len(self._known) >= _MANY:
                self._known.clear()
            self._known[key] = told
        return told


def _attributes(context: EvaluationContext | None) -> Mapping[str, Any]:
    if context is None:
        return {}
    key = {} if context.targeting_key is None else {TARGETING_KEY: context.targeting_key}
    return {**context.attributes, **key}
