"""Loading, looking at a ruleset, and the verbs that decide."""

from __future__ import annotations

import json
from collections import OrderedDict, UserDict, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
from conftest import RULESET, rules

import cutover
from cutover import CutoverError, Engine


def test_text_and_bytes_load_alike() -> None:
    engines = [Engine.from_str(RULESET), Engine.from_str(RULESET.encode())]
    assert engines[0].digest == engines[1].digest
    assert len(engines[0].digest) == 32


def test_yaml_and_json_are_one_ruleset() -> None:
    yaml = Engine.from_str("cutover: 1\nflags: {a: {rules: [{serve: on}]}}")
    assert yaml.digest == Engine.from_str('{"flags":{"a":{"rules":[{"serve":"on"}]}},"cutover":1}').digest


@pytest.mark.parametrize("text", [None, 3, ["cutover: 1"], {"cutover": 1}, bytearray(b"cutover: 1")])
def test_a_document_is_text(text: Any) -> None:
    with pytest.raises(TypeError, match="a document is str or bytes, not " + type(text).__name__):
        Engine.from_str(text)


def test_a_refused_ruleset_raises_all_problems_at_once() -> None:
    with pytest.raises(CutoverError) as caught:
        Engine.from_str("cutover: 1\nflags:\n  a: { rules: [{ serve: onn }] }\n  b: { rulse: [] }\n")
    error = caught.value
    assert [(problem.code, problem.path, problem.line) for problem in error.diagnostics] == [
        ("unknown_variant", "flags.a.rules[0].serve", 3),
        ("unknown_key", "flags.b.rulse", 4),
    ]
    assert error.diagnostics[1].help == "did you mean `rules`?"
    assert str(error).startswith("the ruleset is refused: 2 errors\n  error[unknown_variant] 3:")
    # The text of the error holds each diagnostic as it writes itself.
    assert all(str(problem) in str(error) for problem in error.diagnostics)
    assert isinstance(error, ValueError)


@pytest.mark.parametrize(
    ("text", "code"),
    [(b"\xff\xfe\x00", "not_utf8"), ("", None), ("{", "json_syntax"), ("cutover: 1\na: b: c", None), ("[" * 100_000, None)],
)
def test_bad_documents_are_refused(text: str | bytes, code: str | None) -> None:
    with pytest.raises(CutoverError) as caught:
        Engine.from_str(text)
    assert caught.value.diagnostics
    if code:
        assert caught.value.diagnostics[0].code == code
    assert caught.value.diagnostics == Engine.check(text)


def test_lone_surrogates_in_a_document_are_replaced() -> None:
    assert Engine.from_str("cutover: 1\nflags: {'a\ud800': {rules: [{serve: on}]}}").flags == ["a\ufffd"]


def test_check_says_what_is_questionable() -> None:
    text = "cutover: 1\nflags:\n  a: { expires: 2026-01-31, rules: [{ serve: on }] }\n"
    assert Engine.check(text, now=0) == []
    assert [problem.code for problem in Engine.check(text, now=datetime(2027, 1, 1, tzinfo=timezone.utc))] == ["flag_expired"]
    assert [problem.severity for problem in Engine.check(text)] == ["warning"]


def test_warnings_take_the_time() -> None:
    engine = Engine.from_str("cutover: 1\nflags:\n  a: { expires: 2026-01-31, rules: [{ serve: on }] }\n")
    end = datetime(2026, 2, 1, tzinfo=timezone.utc)
    assert engine.warnings(now=end - timedelta(milliseconds=1)) == []
    assert [warning.path for warning in engine.warnings(now=end)] == ["flags.a.expires"]


def test_an_engine_tells_what_it_holds(engine: Engine) -> None:
    assert engine.flags == ["layout", "list", "night", "off", "orders", "static", "text"]
    assert engine.migrations == ["orders", "recruiters"]
    assert engine.reads("orders") == ["tenant.tier", "userId"]
    assert engine.reads("static") == engine.reads("unheard_of") == []
    assert repr(engine) == f"<cutover.Engine {engine.digest}, 7 flags, 2 migrations>"


def test_lists_of_an_engine_are_the_callers(engine: Engine) -> None:
    engine.flags.clear()
    engine.reads("orders").clear()
    assert engine.flags and engine.reads("orders")


def test_an_engine_cannot_be_changed(engine: Engine) -> None:
    with pytest.raises(AttributeError):
        engine.digest = ""  # type: ignore[misc]
    with pytest.raises(AttributeError):
        engine.note = ""  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        Engine()  # type: ignore[call-arg]


def test_is_enabled(engine: Engine) -> None:
    assert engine.is_enabled("orders", {"userId": "user_123"}) is True
    assert engine.is_enabled("off", {}) is False
    assert engine.is_enabled("unheard_of", {}) is False
    # An error and a value of another type give the default.
    for key in ("unheard_of", "orders", "text", "layout"):
        assert engine.is_enabled(key, {}, default=True) is True
        assert engine.is_enabled(key, {}, default=False) is False


def test_reasons(engine: Engine) -> None:
    def reason(key: str, ctx: dict[str, object]) -> tuple[object, ...]:
        decision = engine.decide(key, ctx, now=0)
        return decision.reason, decision.variant, decision.rule, decision.error

    assert reason("static", {}) == ("STATIC", "on", 0, None)
    assert reason("off", {}) == ("DISABLED", "off", None, None)
    assert reason("orders", {"userId": "user_456"}) == ("TARGETING_MATCH", "on", 0, None)
    assert reason("orders", {"tenant": {"tier": "premium"}}) == ("TARGETING_MATCH", "on", 1, None)
    assert reason("orders", {"userId": "user_1"})[0] == "SPLIT"
    assert reason("orders", {}) == ("ERROR", None, 2, "MISSING_UNIT")
    assert reason("orders", {"userId": 0.5}) == ("ERROR", None, 2, "INVALID_CONTEXT")
    assert reason("unheard_of", {}) == ("ERROR", None, None, "FLAG_NOT_FOUND")
    assert reason("text", {}) == ("DEFAULT", None, None, None)


def test_the_default_is_what_the_caller_gave(engine: Engine) -> None:
    default = object()
    for key in ("orders", "text", "unheard_of"):
        assert engine.decide(key, {}, default=default).value is default
        assert engine.decide(key, {}).value is None
    # Where there is an answer it has no say.
    assert engine.decide("static", {}, default=default).value is True


def test_a_value_of_null_is_an_answer() -> None:
    engine = Engine.from_str("cutover: 1\nflags: {a: {variants: {none: null}, rules: [{serve: none}]}}")
    decision = engine.decide("a", {}, default=3)
    assert (decision.value, decision.variant, decision.reason) == (None, "none", "STATIC")


def test_decisions_are_reused(engine: Engine) -> None:
    first = engine.decide("orders", {"userId": "user_123"})
    assert engine.decide("orders", {"userId": "user_456"}) is first
    assert engine.decide_all({"userId": "user_123"})[4] is first
    assert engine.decide_batch("orders", [{"userId": "user_123"}])[0] is first
    assert engine.decide("orders", {"userId": "user_123"}, default=3) is first
    # A default makes a decision of its own, and none that somebody else gets.
    assert engine.decide("orders", {}, default=3).value == 3
    assert engine.decide("orders", {}).value is None


def test_decide_all_is_every_flag_in_order(engine: Engine) -> None:
    ctx = {"userId": "user_9", "tags": ["b"], "tenant": {"tier": "free"}}
    for given in (ctx, engine.context(ctx), None, {}, 3):
        decisions = engine.decide_all(given, now=5)  # type: ignore[arg-type]
        assert decisions == [engine.decide(flag, given, now=5) for flag in engine.flags]  # type: ignore[arg-type]


def test_decide_batch_is_decide_for_each(engine: Engine) -> None:
    contexts = [{"userId": f"user_{number}"} for number in range(50)]
    mixed: list[Any] = [*contexts, None, {}, engine.context(contexts[0]), 3]
    for key in ("orders", "unheard_of"):
        assert engine.decide_batch(key, iter(mixed), default="x") == [engine.decide(key, ctx, default="x") for ctx in mixed]
    assert engine.decide_batch("orders", []) == []
    with pytest.raises(TypeError):
        engine.decide_batch("orders", 3)  # type: ignore[arg-type]


def test_an_iterable_that_raises_is_the_callers(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError):
        engine.decide_batch("orders", ({"userId": 1 // number} for number in (1, 0)))


def test_explanations(engine: Engine) -> None:
    explanation = engine.explain("orders", {"userId": "user_9", "tenant.tier": "free"})
    assert explanation["decision"] == engine.decide("orders", {"userId": "user_9", "tenant.tier": "free"}).to_dict()
    assert [step["step"] for step in explanation["steps"]] == ["condition", "rule", "condition", "segment", "rule", "rule", "share"]
    first, last = explanation["steps"][0], explanation["steps"][-1]
    assert first["step"] == "condition" and last["step"] == "share"
    assert (first["attribute"], first["found"], first["result"]) == ("userId", "user_9", "false")
    assert last["bucket"] is not None and last["boundary"] is not None
    assert last["inside"] == (last["bucket"] < last["boundary"]) and last["buckets"] == 2**32
    json.dumps(explanation)


def test_an_explanation_never_raises_either(engine: Engine) -> None:
    assert engine.explain("unheard_of", {})["decision"]["error"] == "FLAG_NOT_FOUND"
    assert engine.explain("orders", 3)["decision"]["error"] == "INVALID_CONTEXT"  # type: ignore[arg-type]
    assert engine.explain("orders", {"userId": float("nan")})["steps"][-1]["step"] == "no_unit"
    assert engine.explain("orders", engine.context({}))["decision"]["error"] == "MISSING_UNIT"


@pytest.mark.parametrize(
    "make",
    [dict, OrderedDict, MappingProxyType, UserDict, lambda items: defaultdict(int, items)],
    ids=["dict", "OrderedDict", "MappingProxyType", "UserDict", "defaultdict"],
)
def test_any_mapping_is_a_context(engine: Engine, make: Any) -> None:
    flat, nested = make({"tenant.tier": "premium"}), make({"tenant": make({"tier": "premium"})})
    for attributes in (flat, nested):
        size = len(attributes)
        assert engine.decide("orders", attributes).rule == 1
        assert engine.decide("orders", engine.context(attributes)).rule == 1
        assert len(attributes) == size, "reading changed the mapping"


def test_a_key_spelt_like_the_whole_path_comes_first() -> None:
    engine = rules("{ if: { attribute: a.b.c, is: 1 }, serve: on }")
    table: list[tuple[dict[str, object], bool]] = [
        ({"a.b.c": 1}, True),
        ({"a": {"b": {"c": 1}}}, True),
        ({"a.b.c": 2, "a": {"b": {"c": 1}}}, False),
        ({"a.b.c": None, "a": {"b": {"c": 1}}}, False),
        ({"a.b": {"c": 1}}, False),
        ({"a": {"b.c": 1}}, False),
        ({"a": {"b": [1]}}, False),
        ({"a": 1}, False),
        ({"a": None}, False),
    ]
    for attributes, expected in table:
        assert engine.is_enabled("flag", attributes) is expected, attributes
        assert engine.is_enabled("flag", engine.context(attributes)) is expected, attributes


def test_only_what_the_flag_needs_is_read(engine: Engine) -> None:
    class Watched(UserDict[str, object]):
        asked: list[str] = []

        def __getitem__(self, key: str) -> object:
            self.asked.append(key)
            return super().__getitem__(key)

    watched = Watched({"userId": "user_123", "secret": 1, "tenant": {"tier": "premium"}})
    engine.decide("orders", watched)
    # The first rule matched, so nothing else was looked at.
    assert watched.asked == ["userId"]
    watched.asked.clear()
    engine.decide("static", watched)
    engine.decide("unheard_of", watched)
    assert watched.asked == []
    engine.context(watched)
    assert "secret" not in watched.asked


def test_a_context_of_another_ruleset_is_an_error(engine: Engine) -> None:
    other = rules("{ serve: on }")
    foreign = other.context({"userId": "user_123"})
    for key in ("orders", "static", "layout"):
        decision = engine.decide(key, foreign, default="mine")
        assert (decision.value, decision.reason, decision.error) == ("mine", "ERROR", "INVALID_CONTEXT")
    assert engine.decide("unheard_of", foreign).error == "FLAG_NOT_FOUND"
    assert engine.is_enabled("static", foreign) is False
    assert {decision.error for decision in engine.decide_all(foreign)} == {"INVALID_CONTEXT"}
    # One of an engine of the same ruleset is as good as one's own.
    same = Engine.from_str(RULESET).context({"userId": "user_123"})
    assert engine.decide("orders", same).rule == 0


@pytest.mark.parametrize("ctx", [3, "userId", ["userId"], object(), dict, {"userId"}])
def test_what_is_no_context_is_an_error_and_not_an_exception(engine: Engine, ctx: Any) -> None:
    assert engine.decide("orders", ctx, default=1).value == 1
    assert engine.decide("static", ctx).error == "INVALID_CONTEXT"
    with pytest.raises(TypeError, match="a context is a mapping of attributes"):
        engine.context(ctx)


def test_none_knows_nothing(engine: Engine) -> None:
    assert engine.decide("orders", None) == engine.decide("orders", {})
    assert engine.decide("orders", engine.context(None)) == engine.decide("orders", {})


def test_now(engine: Engine) -> None:
    day, night = 12 * 3_600_000, 23 * 3_600_000
    assert engine.is_enabled("night", {}, now=night) and not engine.is_enabled("night", {}, now=day)
    paris = timezone(timedelta(hours=2))
    assert engine.is_enabled("night", {}, now=datetime(2026, 7, 1, 0, 30, tzinfo=paris))
    assert not engine.is_enabled("night", {}, now=datetime(2026, 7, 1, 22, 30, tzinfo=paris))
    assert engine.is_enabled("night", {}) == engine.is_enabled("night", {}, now=datetime.now(timezone.utc))


def test_the_clock_is_that_of_the_system() -> None:
    now = datetime.now(timezone.utc)
    before, after = now - timedelta(minutes=1), now + timedelta(minutes=1)
    ramp = "{{ serve: {{ ramp: [{{ at: {}, to: 0% }}, {{ at: {}, to: 100% }}], by: userId }} }}"
    done = rules(ramp.format((before - timedelta(minutes=1)).isoformat(), before.isoformat()))
    coming = rules(ramp.format(after.isoformat(), (after + timedelta(minutes=1)).isoformat()))
    assert done.is_enabled("flag", {"userId": "u"}) and not coming.is_enabled("flag", {"userId": "u"})
    assert done.is_enabled("flag", done.context({"userId": "u"}))


@pytest.mark.parametrize(
    ("now", "error"),
    [
        (datetime(2026, 1, 1), TypeError),
        (1.5, TypeError),
        (True, TypeError),
        ("2026-01-01T00:00:00Z", TypeError),
        (2**63, OverflowError),
    ],
)
def test_a_now_that_names_no_instant_is_wrong_use(engine: Engine, now: Any, error: type[Exception]) -> None:
    calls: list[Callable[[], object]] = [
        lambda: engine.decide("static", {}, now=now),
        lambda: engine.is_enabled("unheard_of", {}, now=now),
        lambda: engine.decide_all({}, now=now),
        lambda: engine.decide_batch("static", [], now=now),
        lambda: engine.explain("static", {}, now=now),
        lambda: engine.route("recruiters", now=now),
        lambda: engine.warnings(now=now),
        lambda: Engine.check("cutover: 1", now=now),
    ]
    for call in calls:
        with pytest.raises(error, match="now is"):
            call()


def test_keys_are_text(engine: Engine) -> None:
    with pytest.raises(TypeError):
        engine.decide(3, {})  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        engine.decide("static")  # type: ignore[call-arg]


def test_imports() -> None:
    text = "features: [{name: beta, enabled: true, rollout_percentage: 50, conditions: [{type: time, start: 1}]}]"
    for document in (text, text.encode()):
        imported = Engine.import_ruleset("features-yml", document)
        assert imported.to_dict()["diagnostics"] == [problem.to_dict() for problem in imported.diagnostics]
    good = Engine.import_ruleset("feature-config", '[{"name":"beta","enabled":true,"rolloutPercentage":100}]')
    assert good.ruleset is not None and Engine.from_str(good.ruleset).is_enabled("beta", {})
    assert json.loads(good.to_json()) == good.to_dict()
    env = Engine.import_ruleset("env", "USE_JOBS_PARTNERS_READ=true\n")
    assert env.ruleset is not None and Engine.from_str(env.ruleset).migrations == ["recruiters"]


def test_an_import_takes_a_zone_and_refuses_an_unknown_format() -> None:
    zone = Engine.import_ruleset("features-yml", "features: []", timezone="Europe/Pari")
    assert [(problem.code, problem.severity) for problem in zone.diagnostics] == [("unknown_timezone", "error")]
    assert zone.ruleset is None
    with pytest.raises(ValueError, match=r"did you mean `features-yml`\?"):
        Engine.import_ruleset("feature-yml", "")  # type: ignore[arg-type]


def test_the_version_is_that_of_the_package() -> None:
    from importlib.metadata import version

    assert cutover.__version__ == version("cutover")
