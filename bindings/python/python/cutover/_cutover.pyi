# The signatures are written by hand, the docstrings copied from the binary by `python stub.py`, and both checked
# against the binary by the tests.

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn, Protocol, TypeAlias, final

from typing_extensions import Self, disjoint_base

from cutover._diagnostic import Diagnostic, Imported
from cutover._route import Route
from cutover._types import (
    AlertRulesDict,
    ArmResultsDict,
    ComparisonDict,
    DecisionDict,
    DeliveryPolicy,
    DiffReport,
    ErrorCode,
    Explanation,
    GateReplayDict,
    GateStateDict,
    GateStepDict,
    HandbookDict,
    ImportKind,
    JudgementDict,
    PathFoundDict,
    PlanReportDict,
    PlanSimulationDict,
    PlanSpecDict,
    PlanStateDict,
    PlanStepDict,
    Reason,
    ReconcileCounters,
    ReplayReport,
    RunbookDict,
    SafetyReport,
    SaidDict,
)

__all__ = [
    "Breaker",
    "Context",
    "Decision",
    "Decisions",
    "Engine",
    "Reconciliation",
    "TARGETING_KEY",
    "__version__",
    "changed",
    "draw",
    "ed25519_verify",
    "openfeature",
    "overlay",
    "read_machine",
    "reconcile",
    "step",
    "stores",
]

__version__: str
TARGETING_KEY: str

_Attributes: TypeAlias = Mapping[str, object]
_Now: TypeAlias = int | datetime | None

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

_Table: TypeAlias = _ArrowStream | _ArrowArray

def changed(engine: Engine, arguments: str, /) -> str: ...
def draw(key: str, /) -> int: ...
def ed25519_verify(key: bytes, message: bytes, signature: bytes, /) -> bool: ...
def openfeature(engine: Engine, arguments: str, /) -> str: ...
def overlay(engine: Engine, arguments: str, /) -> str: ...
def read_machine(fallback_on: int, /) -> str: ...
def step(machine: str, config: str, state: str, event: str, /) -> str: ...
def stores(engine: Engine, migration: str, /) -> tuple[str, str] | None: ...

@final
class Breaker:
    """Whether a store is asked at all. Threads may share one."""

    def __new__(cls, config: str, /) -> Breaker: ...
    def ask(self, now: int, /) -> int | None:
        """Leave for one call, to be given back by `report`; `None` where it is refused."""
    def report(self, permit: int, outcome: str, duration_ms: int, now: int, /) -> bool:
        """What came of a call: `success`, `failure` or `ignored`. It is false where it came too late to be counted."""
    @property
    def state(self) -> str:
        """The state as of the last call, in JSON."""
    @property
    def counts(self) -> str:
        """What was done since it was made, in JSON."""
    def force(self, to: str, now: int, /) -> None:
        """Puts it into a state by hand."""

@final
class Context:
    r"""What is known of a request, prepared for one engine: each attribute that its ruleset reads, looked up and
    converted once, for any number of decisions.

    Made by `Engine.context`. It keeps the values of the moment that it was made at, and is good for every engine of
    the same digest; with another one, decisions have the error `INVALID_CONTEXT`.

    >>> from cutover import Engine
    >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: {rollout: 50%, by: userId}}]}}")
    >>> context = engine.context({"userId": "user_123"})
    >>> engine.decide("beta", context) == engine.decide("beta", {"userId": "user_123"})
    True
    """
    def __copy__(self, /) -> Context: ...
    def __deepcopy__(self, _memo: dict[int, Any], /) -> Context: ...
    def __reduce__(self, /) -> NoReturn: ...

@final
class Decision:
    r"""The answer for a flag, and why. It cannot be changed; an engine hands the same one out again for the same answer.

    Where there is an `error`, and where no variant was served, `value` is the caller's default. A value that is a
    list or a mapping is a new copy each time that it is asked for, to do with as you like.

    Engines make decisions. They can be made by hand for tests, compared, hashed, copied and pickled.

    >>> from cutover import Engine
    >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: on}]}}")
    >>> decision = engine.decide("beta", {})
    >>> decision.value, decision.variant, decision.reason, decision.rule, decision.error
    (True, 'on', 'STATIC', 0, None)
    """
    def __new__(
        cls,
        flag: str,
        value: Any,
        variant: str | None,
        reason: Reason,
        rule: int | None,
        error: ErrorCode | None,
        digest: str,
    ) -> Decision: ...
    @property
    def flag(self) -> str:
        """The flag asked for."""
    @property
    def value(self) -> Any:
        """The value served, or the caller's default."""
    @property
    def variant(self) -> str | None:
        """The name of the variant served; `None` where none was."""
    @property
    def reason(self) -> Reason:
        """Why: `STATIC`, `DEFAULT`, `TARGETING_MATCH`, `SPLIT`, `DISABLED` or `ERROR`."""
    @property
    def rule(self) -> int | None:
        """The index of the rule that decided, from 0; `None` where none did."""
    @property
    def error(self) -> ErrorCode | None:
        r"""Why there is no answer: `FLAG_NOT_FOUND`, `TYPE_MISMATCH`, `MISSING_UNIT` or `INVALID_CONTEXT`; `None` where
        there is one.
        """
    @property
    def digest(self) -> str:
        """The digest of the ruleset that decided."""
    def to_dict(self) -> DecisionDict:
        r"""The decision as a new dict, its keys in the order that every language writes them in.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1")
        >>> engine.decide("beta", {}, default=False).to_dict()["error"]
        'FLAG_NOT_FOUND'
        """
    def to_json(self) -> str:
        r"""The decision as one line of JSON, byte for byte that of the other languages.

        Raises `TypeError` where the value is a default that JSON has no value for, and `ValueError` where that
        default is nested in itself.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {}}")
        >>> engine.decide("beta", {}).to_json()[:62]
        '{"flag":"beta","value":false,"variant":"off","reason":"STATIC"'
        """
    def __bool__(self) -> NoReturn: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self, /) -> Decision: ...
    def __deepcopy__(self, _memo: dict[int, Any], /) -> Decision: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...

@final
class Decisions:
    r"""The decisions for many rows, as Arrow columns: whatever takes the Arrow PyCapsule interface takes them, without a
    copy, as in `pyarrow.table(decisions)` and `polars.DataFrame(decisions)`.

    Made by `Engine.decide_arrow`, with the columns

    - `variant`: the name of the variant served, a dictionary of texts; null where none was.
    - `reason`: why, a dictionary of texts.
    - `rule`: the index of the rule that decided, 16 bits; null where none did.
    - `error`: why there is no answer, a dictionary of texts; null where there is one.
    - `value`, only where the values of all variants have one scalar type (null is of every type): booleans, 64-bit
      integers, 64-bit floats where any number has a fraction, or a dictionary of texts. It is null where the ruleset
      serves null or nothing: the place for a default.

    or by `Engine.decide_all_arrow`, with a struct of these for each flag. The rows are in the order of the data, in
    batches as long as those of the data.

    >>> import pyarrow as pa
    >>> from cutover import Engine
    >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{if: {attribute: tier, is: premium}, serve: on}]}}")
    >>> decisions = engine.decide_arrow("beta", pa.table({"tier": ["premium", None]}))
    >>> len(decisions), pa.table(decisions).column_names
    (2, ['variant', 'reason', 'rule', 'error', 'value'])
    """
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...
    def __len__(self) -> int: ...

@disjoint_base
class Engine:
    r"""A loaded ruleset, which decides flags and migrations. It cannot be changed, and is free to be shared between
    threads.

    What is wrong with a ruleset is found while it is loaded; a decision never raises for it. Every decision takes a
    context: a dict or another mapping of attributes, flat or nested, or a `Context` that was prepared; `None` knows
    nothing. Attributes are read when the flag asks for them:

    - `str`, `bool`, `int`, `float`, `None`, lists and tuples of them, and aware `datetime`s are what conditions take;
      objects of their subclasses count as what they derive from. Anything else is there, but matches nothing.
    - `None` is a missing attribute. An `int` of more than 64 bits is the nearest float, a `datetime` is its
      milliseconds since the epoch, and a lone surrogate is U+FFFD.
    - An attribute `tenant.tier` is the key `"tenant.tier"`, else the key `"tier"` of the mapping `"tenant"`.
    - An attribute whose mapping raises is missing.

    `now` is an `int` of milliseconds since the epoch or an aware `datetime`; without it the system's clock is read,
    once, and only where the answer depends on the time. Anything else raises `TypeError`.

    >>> from cutover import Engine
    >>> engine = Engine.from_str('''
    ... cutover: 1
    ... flags:
    ...   orders_mongodb:
    ...     rules:
    ...       - { if: { attribute: userId, in: [user_123, user_456] }, serve: on }
    ...       - { serve: { rollout: 50%, by: userId } }
    ... ''')
    >>> decision = engine.decide("orders_mongodb", {"userId": "user_123"})
    >>> decision.value, decision.reason
    (True, 'TARGETING_MATCH')
    """
    def __new__(cls, engine: Engine, /) -> Self: ...
    def apply(self, text: str | bytes) -> Engine:
        r"""The engine of another version of the same ruleset. Where the text differs from that of this engine in one flag,
        only that flag is compiled, which takes less than a millisecond however many flags there are; otherwise all is.
        This engine stays as it is: whoever uses it goes on undisturbed.

        Raises `CutoverError` as `from_str` does.

        >>> from cutover import Engine
        >>> text = '{"cutover": 1, "flags": {"beta": {"rules": [{"serve": "off"}]}}}'
        >>> engine = Engine.from_str(text)
        >>> engine.apply(text.replace("off", "on")).is_enabled("beta", {})
        True
        """
    def stale(self) -> Engine:
        r"""This engine as one whose ruleset may be out of date, because nothing was heard of it for too long: it decides the
        same, and the reason of every answer is `STALE`. What is applied to it is not stale.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: on}]}}").stale()
        >>> decision = engine.decide("beta", {})
        >>> decision.value, decision.reason
        (True, 'STALE')
        """
    def to_compiled(self) -> bytes:
        r"""The program as bytes: the same on every platform, and loaded again without parsing by `from_compiled`, here and
        in the other languages.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: on}]}}")
        >>> Engine.from_compiled(engine.to_compiled()).is_enabled("beta", {})
        True
        """
    @staticmethod
    def from_compiled(data: bytes) -> Engine:
        r"""Loads a program from the bytes of `to_compiled`. It decides as the engine that it came from; its warnings were
        given when it was compiled, and it has none.

        Raises `CutoverError` where the bytes are no program of this version, or changed since they were written.

        >>> from cutover import CutoverError, Engine
        >>> try:
        ...     Engine.from_compiled(b"cutover: 1")
        ... except CutoverError as error:
        ...     print(error)
        this is no compiled program: expected bytes that begin with `CUTP`; compile the ruleset first
        """
    @staticmethod
    def from_str(text: str | bytes) -> Engine:
        r"""Loads a ruleset from YAML or JSON.

        Raises `CutoverError`, with every problem of the document at once in its `diagnostics`.

        >>> from cutover import CutoverError, Engine
        >>> Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: on}]}}").flags
        ['beta']
        >>> try:
        ...     Engine.from_str("cutover: 1\nflgas: {}")
        ... except CutoverError as error:
        ...     print(error.diagnostics[0].code, error.diagnostics[0].help)
        unknown_key did you mean `flags`?
        """
    @staticmethod
    def check(text: str | bytes, *, now: _Now = None) -> list[Diagnostic]:
        r"""Loads a ruleset and says all that is wrong with it or questionable about it at `now`. It raises for no
        ruleset.

        >>> from cutover import Engine
        >>> [problem.path for problem in Engine.check("cutover: 1\nflags: {beta: {rules: [{serve: 1}, {serve: 2}]}}")]
        ['flags.beta.rules[0].serve', 'flags.beta.rules[1].serve']
        """
    @staticmethod
    def import_ruleset(kind: ImportKind, text: str | bytes, *, timezone: str | None = None) -> Imported:
        r"""Turns the document of another system into a ruleset that decides the same.

        `kind` is `features-yml`, `feature-config` or `env`; `timezone` the IANA name of the zone that hours in the
        document mean. Problems are in the answer's `diagnostics`, and where one is an error there is no `ruleset`.
        Raises `ValueError` for a kind that there is not.

        >>> from cutover import Engine
        >>> imported = Engine.import_ruleset("features-yml", "features: [{name: beta, enabled: true}]")
        >>> Engine.from_str(imported.ruleset).flags
        ['beta']
        """
    @property
    def digest(self) -> str:
        r"""The digest of the ruleset's content, 32 hexadecimal digits: the same for YAML and JSON, and whatever the order
        of keys. It is in every decision.
        """
    @property
    def flags(self) -> list[str]:
        """The names of the flags, sorted."""
    @property
    def migrations(self) -> list[str]:
        """The names of the migrations, sorted."""
    def warnings(self, *, now: _Now = None) -> list[Diagnostic]:
        r"""What somebody should look at, although the ruleset loads. At `now`, flags past their `expires` are among it.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {expires: 2026-12-31}}")
        >>> [warning.code for warning in engine.warnings(now=1_900_000_000_000)]
        ['flag_expired']
        """
    def reads(self, flag: str) -> list[str]:
        r"""The paths of the attributes that deciding a flag may read, those of its prerequisites included; none for a flag
        that there is not.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: {rollout: 50%, by: userId}}]}}")
        >>> engine.reads("beta")
        ['userId']
        """
    def context(self, attributes: _Attributes | None) -> Context:
        r"""Prepares a context: attributes are read once, for any number of decisions of this engine.

        Raises `TypeError` where `attributes` is no mapping.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{if: {attribute: tenant.tier, is: premium}, serve: on}]}}")
        >>> context = engine.context({"tenant": {"tier": "premium"}})
        >>> engine.is_enabled("beta", context)
        True
        """
    def is_enabled(
        self, key: str, ctx: _Attributes | Context | None, *, now: _Now = None, default: bool = False
    ) -> bool:
        r"""Whether a flag serves `True`. Where it has no answer, or none of that type, it is `default`.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: on}]}}")
        >>> engine.is_enabled("beta", {}), engine.is_enabled("gamma", {}), engine.is_enabled("gamma", {}, default=True)
        (True, False, True)
        """
    def decide(
        self, key: str, ctx: _Attributes | Context | None, *, now: _Now = None, default: object = None
    ) -> Decision:
        r"""Decides a flag. Where it has no answer, the decision has an `error`, and its value is `default`.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: {rollout: 50%, by: userId}}]}}")
        >>> engine.decide("beta", {"userId": "user_1"}).reason
        'SPLIT'
        >>> decision = engine.decide("beta", {}, default=False)
        >>> decision.value, decision.reason, decision.error
        (False, 'ERROR', 'MISSING_UNIT')
        """
    def decide_all(self, ctx: _Attributes | Context | None, *, now: _Now = None) -> list[Decision]:
        r"""Decides every flag, in the order of their names. The clock and each attribute are read once at the most.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nflags: {b: {}, a: {}}")
        >>> [decision.flag for decision in engine.decide_all({})]
        ['a', 'b']
        """
    def decide_batch(
        self,
        key: str,
        contexts: Iterable[_Attributes | Context | None],
        *,
        now: _Now = None,
        default: object = None,
    ) -> list[Decision]:
        r"""Decides a flag for many contexts, in their order. The clock is read once at the most.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: {rollout: 50%, by: userId}}]}}")
        >>> users = ({"userId": f"user_{number}"} for number in range(1000))
        >>> 450 < sum(decision.value for decision in engine.decide_batch("beta", users)) < 550
        True
        """
    def decide_arrow(
        self, key: str, data: _Table, *, now: _Now = None, threads: int | None = None
    ) -> Decisions:
        r"""Decides a flag for every row of a table, as `decide` does for each.

        `data` is whatever has the Arrow PyCapsule interface: a pyarrow `Table` or `RecordBatch`, a Polars
        `DataFrame`, a pandas `DataFrame` (2.2 or later), a DuckDB relation. It is read without a copy, and only the
        columns that the flag reads:

        - An attribute `tenant.tier` is the column `tenant.tier`, else the field `tier` of the struct column `tenant`;
          without either it is missing for every row. Null is missing.
        - Booleans, integers, floats, texts, timestamps with a time zone (as milliseconds since the epoch) and lists of
          them are what conditions take, also where they are encoded as a dictionary. An unsigned integer that needs all
          64 bits is the nearest float.
        - All other types are there, but match nothing: dates, timestamps without a time zone, decimals, binary.

        `now` is for all rows; without it the clock is read once at the most. The work is divided among `threads`
        threads, by default one for each core, which end with the call. The interpreter is free meanwhile, and Ctrl-C
        is heard. A table larger than memory is decided batch by batch: call this for each of its batches.

        Raises `TypeError` where `data` is no table, and `ValueError` where a column is broken, doubled, or of an
        encoding that has to be decoded first (run-end encoded, union, list view).

        >>> import pyarrow as pa
        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: {rollout: 50%, by: userId}}]}}")
        >>> users = pa.table({"userId": [f"user_{number}" for number in range(100_000)]})
        >>> beta = pa.table(engine.decide_arrow("beta", users))
        >>> 49_000 < beta["value"].to_pylist().count(True) < 51_000
        True
        >>> beta["variant"][7].as_py() == engine.decide("beta", {"userId": "user_7"}).variant
        True
        """
    def decide_all_arrow(
        self,
        data: _Table,
        *,
        flags: Iterable[str] | None = None,
        now: _Now = None,
        threads: int | None = None,
    ) -> Decisions:
        r"""Decides several flags for every row of a table, by default all of them in the order of their names: the
        answers are one struct column for each flag, of the fields that `decide_arrow` gives as columns.

        Arguments are those of `decide_arrow`. Raises `ValueError` where a flag is named twice.

        >>> import pyarrow as pa
        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nflags: {b: {rules: [{serve: on}]}, a: {}}")
        >>> table = pa.table(engine.decide_all_arrow(pa.table({"userId": ["user_1"]})))
        >>> table.column_names, table["b"][0].as_py()["variant"]
        (['a', 'b'], 'on')
        """
    def explain(self, key: str, ctx: _Attributes | Context | None, *, now: _Now = None) -> Explanation:
        r"""Decides a flag and tells how it came about: a dict with the `decision`, as a dict, and the `steps`, in order.
        What is not among the steps was not looked at.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{if: {attribute: tier, is: premium}, serve: on}]}}")
        >>> step = engine.explain("beta", {"tier": "free"})["steps"][0]
        >>> step["step"], step["expected"], step["found"], step["result"]
        ('condition', ['premium'], 'free', 'false')
        """
    def select(
        self,
        key: str,
        ctx: _Attributes | Context | None,
        *,
        unavailable: Iterable[str],
        default: object = None,
        now: _Now = None,
    ) -> dict[str, Any]:
        r"""Decides a flag whose variants cannot all be served just now: what a breaker holds back is skipped for the next of
        the flag's `fallbacks`. A dict like that of the decision, with the variants that were `skipped`; where none can be
        served, `variant` is `None` and `value` the default.

        >>> from cutover import Engine
        >>> engine = Engine.from_str('''
        ... cutover: 1
        ... flags:
        ...   matcher: { variants: { nexten: 1, smart: 2, enhanced: 3 }, default: nexten, fallbacks: [nexten, smart, enhanced] }
        ... ''')
        >>> served = engine.select("matcher", {}, unavailable=["nexten"])
        >>> served["variant"], served["value"], served["skipped"]
        ('smart', 2, ['nexten'])
        """
    def diff(
        self,
        to: str,
        population: Iterable[Mapping[str, object]] | None = None,
        *,
        original: str | None = None,
        switches: Mapping[str, object] | None = None,
        accept: Sequence[str] | None = None,
        examples: int = 3,
        traffic: Mapping[str, float] | None = None,
        now: int | datetime | None = None,
    ) -> DiffReport:
        r"""Whom a change of this ruleset moves, from what to what, and which hazards that has. `to` is the text of the ruleset
        after the change, `original` the text that this engine was loaded from: with it, the report says what changed in the
        document. `traffic` is a dict with `writes_per_second`, `lag_ms` and `adoption_ms`.

        Raises `CutoverError` where `to` is refused or an option is of no use, and `TypeError` for a prepared context.

        >>> from cutover import Engine
        >>> ruleset = "cutover: 1\nflags: {beta: {rules: [{serve: {rollout: %d%%, by: userId}}]}}"
        >>> population = [{"userId": "ada"}, {"userId": "grace"}, {"userId": "ada"}]
        >>> report = Engine.from_str(ruleset % 0).diff(ruleset % 100, population)
        >>> report["flags"][0]["moved"], report["flags"][0]["keys"]
        (3, {'count': 2, 'exact': True})
        """

    def log_decision(self, key: str, ctx: Mapping[str, object], *, now: int | datetime | None = None) -> str:
        r"""Decides a flag, and gives a line of a decision log: what was asked, when, and what was answered. `replay` and
        `cutover replay` decide it again. The context is a mapping, and all of it is in the line.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: on}]}}")
        >>> engine.log_decision("beta", {"userId": "ada"}, now=0)[:77]
        '{"log":1,"now":0,"context":{"userId":"ada"},"decision":{"flag":"beta","value"'
        """

    def log_route(
        self,
        migration: str,
        ctx: Mapping[str, object],
        *,
        switches: Mapping[str, object] | None = None,
        now: int | datetime | None = None,
    ) -> str:
        r"""Decides a migration, and gives a line of a decision log. Of the switches, only those of the migration are in it.

        >>> import json
        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nmigrations: {m: {old: a, new: b, ladder: standard, phase: sync}}")
        >>> json.loads(engine.log_route("m", {}, now=0))["route"]["phase"]
        'sync'
        """

    def replay(self, lines: Iterable[str], *, original: str | None = None) -> ReplayReport:
        r"""Decides the lines of a log again: which come out the same, which would have come out otherwise and why, and which
        cannot be replayed. `original` is the text of the ruleset that made the log.

        Raises `CutoverError` where `original` is refused.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: on}]}}")
        >>> report = engine.replay([engine.log_decision("beta", {}), "{"])
        >>> report["identical"], report["unreplayable"]
        (1, 1)
        """

    def runbook(
        self,
        migration: str,
        *,
        phase: str | None = None,
        emergency: bool = False,
        start: str | None = None,
        end: str | None = None,
        language: str = "en",
        file: str = "ruleset.yaml",
    ) -> RunbookDict:
        r"""The way back out of the phases of a migration: each step, its command, how to verify it, and what it costs. All of
        them, or those of a `phase` (with `emergency=True`, its emergency alone), or the way back from the phase `start` to the
        phase `end`.

        Raises `CutoverError` where there is no such migration or phase, or the way does not lead back.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nmigrations: {orders: {old: sql, new: mongo, ladder: standard, phase: live}}")
        >>> engine.runbook("orders", phase="live")["markdown"].splitlines()[0]
        '# Runbook: orders'
        """

    def handbook(
        self,
        of: str,
        name: str,
        *,
        at: str | None = None,
        language: str = "en",
        file: str = "ruleset.yaml",
    ) -> HandbookDict:
        r"""The procedures of a plan, of a plan of work, or of incidents (`of` is `plan`, `work` or `incidents`): a dict with
        `runbook`, the procedures as data, and `markdown`. `at` says where a plan stands: a share such as `60%`, or a segment
        that a step reaches; its last step without it.

        Raises `CutoverError` where there is none of that name, or the plan never stands at `at`.

        >>> from cutover import Engine
        >>> ruleset = '{"cutover":1,"flags":{"f":{"rules":[{"serve":{"rollout":"0%"}}]}},"gates":{"g":{"checks":'
        >>> ruleset += '[{"metric":"m","test":"harm"}]}},"plans":{"p":{"flag":"f","steps":["5%"],"bake":"1h","gate":"g"}}}'
        >>> Engine.from_str(ruleset).handbook("plan", "p")["runbook"]["procedures"][0]["title"]
        'Immediate rollback: `f` to 0%'
        """

    def alerts(self, *, file: str = "ruleset.yaml", rules_file: str = "alerts.yaml") -> AlertRulesDict:
        r"""The alert rules of the migrations, and of the triggers of plans that watch a metric: a dict with `rules`, a text for
        Prometheus, `tests`, a text for `promtool test rules`, and `groups`, the rules as data. `file` is what the ruleset is
        called, `rules_file` where its rules are, seen from their tests.

        Raises `CutoverError` where a trigger watches a metric without a query, or there is nothing to be alerted of.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nmigrations: {orders: {old: sql, new: mongo, ladder: standard, phase: live}}")
        >>> engine.alerts()["groups"][0]["rules"][1]["name"]
        'MongoWriteErrors'
        """

    def delivery(self, policy: str) -> DeliveryPolicy:
        r"""A delivery policy of the ruleset: a dict with what it says, and the defaults of what it does not say.

        Raises `CutoverError` where there is no such policy.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\ndelivery: {patient: {attempts: 9, breaker: {failure_rate: 25%}}}")
        >>> policy = engine.delivery("patient")
        >>> policy["retry"]["attempts"], policy["breakers"]["old"]["failure_rate"]
        (9, 250000)
        """

    def delivery_of(self, migration: str) -> DeliveryPolicy:
        r"""The delivery policy of a migration: the one that it names, or the defaults.

        Raises `CutoverError` where there is no such migration.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nmigrations: {orders: {old: sql, new: mongo, ladder: standard, phase: sync}}")
        >>> policy = engine.delivery_of("orders")
        >>> policy["policy"], policy["timeouts"]["write_ms"]
        (None, 5000)
        """

    def compare(self, comparator: str, control: object, candidate: object) -> ComparisonDict:
        r"""Compares two values by a comparator of the ruleset: a dict with the `count` of the differences and the first of
        them. Values are taken as JSON has them, a `Decimal` as a number of all its digits, a `datetime` as its ISO text;
        `bytes` are JSON already.

        Raises `CutoverError` where there is no such comparator, or bytes are no JSON.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\ncomparators: {offers: {ignore: [_id], rename: snake_to_camel}}")
        >>> engine.compare("offers", {"_id": 7, "user_id": 1}, {"userId": 1})["count"]
        0
        >>> engine.compare("offers", {"user_id": 1}, {"userId": 2})["differences"][0]["path"]
        'userId'
        """
    def judge(self, comparator: str | None, control: SaidDict, candidate: SaidDict) -> JudgementDict:
        r"""What comes of two sides, by a comparator or, with `None`, exactly. A side is a dict with one of `value`, `error` (a
        dict with `class` and `message`), `timed_out` and `not_run`.

        Raises `CutoverError` where there is no such comparator, or a side is none of these.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1")
        >>> engine.judge(None, {"value": 1}, {"timed_out": True})["verdict"]
        'timed_out'
        """
    def compare_arms(
        self,
        old: Mapping[str, int],
        new: Mapping[str, int],
        *,
        better: str = "lower",
        alpha: float = 0.05,
        slow_old: Mapping[str, int] | None = None,
        slow_new: Mapping[str, int] | None = None,
        share: float | None = None,
    ) -> ArmResultsDict:
        r"""Whether the new arm is better, worse, or whether that is not yet known, by what was counted in all: dicts with
        `events` and `total`. It may be asked as often as one likes; `alpha` is the probability of a wrong answer over all
        looks together. `share` is the share of the requests that the new arm was to get.

        Raises `CutoverError` where counts or options make no sense.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1")
        >>> engine.compare_arms({"events": 100, "total": 10_000}, {"events": 200, "total": 10_000})["answer"]
        'worse'
        """
    def gate(
        self,
        name: str,
        state: GateStateDict | None,
        observations: Iterable[Mapping[str, Any]],
        *,
        now: _Now = None,
    ) -> GateStepDict:
        r"""What a gate comes to by what was measured since the last time: a dict with the `report` and the `state` to give the
        next time; the first time that is `None`. It may be kept as JSON meanwhile. Observations are dicts: a value
        (`metric`, `at`, `value`), what was counted in a window (`metric`, `from`, `to`, `old`, `new`), what counters stand
        at (`metric`, `at`, `old`, `new`), or an error (`metric`, `at`, `error`); instants are milliseconds since the epoch.

        Raises `CutoverError` where there is no such gate, the state is of another one, or observations are none.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\ngates: {step: {checks: [{metric: error_rate, below: 1%}]}}")
        >>> step = engine.gate("step", None, [{"metric": "error_rate", "at": 0, "value": 0.002}], now=0)
        >>> step["report"]["verdict"]
        'pass'
        >>> engine.gate("step", step["state"], [], now=600_001)["report"]["verdict"]
        'stale'
        """
    def gate_replay(self, name: str, state: GateStateDict) -> GateReplayDict:
        r"""Decides once more, from the measurements alone, what a state of `gate` keeps: a dict that says whether all of it is
        the `same`, to the bit.

        Raises `CutoverError` where there is no such gate, or the state is of another one.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\ngates: {step: {checks: [{metric: error_rate, below: 1%}]}}")
        >>> step = engine.gate("step", None, [{"metric": "error_rate", "at": 0, "value": 0.002}], now=0)
        >>> engine.gate_replay("step", step["state"])["same"]
        True
        """
    def advance(
        self,
        name: str,
        state: PlanStateDict | None,
        event: Mapping[str, Any],
        *,
        now: _Now = None,
    ) -> PlanStepDict:
        r"""What becomes of a rollout when something happens, and what is to be done: a dict with the `state` to give the next
        time, the first time that is `None`, the `effects`, and the `reports` of gates. An event is a dict, such as
        `{"event": "start", "actor": "ada"}` or `{"event": "observe", "observations": [...]}`. A host writes the state,
        performs the effects, and tells of each that has an `id` that it is done.

        Raises `CutoverError` where there is no such plan, or the state or the event cannot be read.

        >>> from cutover import Engine
        >>> ruleset = '{"cutover":1,"flags":{"f":{"rules":[{"serve":{"rollout":"0%"}}]}},"gates":{"g":{"checks":'
        >>> ruleset += '[{"metric":"m","test":"harm"}]}},"plans":{"p":{"flag":"f","steps":["5%"],"bake":"1h","gate":"g"}}}'
        >>> engine = Engine.from_str(ruleset)
        >>> step = engine.advance("p", None, {"event": "start", "actor": "ada"}, now=0)
        >>> step["state"]["stage"], step["state"]["millionths"]
        ('progressing', 50000)
        """
    def simulate(
        self, name: str, *, scenario: str | Mapping[str, Any] | None = None, seed: int = 1
    ) -> PlanSimulationDict:
        r"""Follows a plan from its start to its end: a dict with its `log` and its `state` in the end. A scenario is a name, such
        as `healthy`, `harmful@2` or `no_data`, or `{"world": {"metrics": ...}}`, which the plan's gates judge. The same seed
        gives the same rollout.

        Raises `CutoverError` where there is no such plan or scenario.

        >>> from cutover import Engine
        >>> ruleset = '{"cutover":1,"flags":{"f":{"rules":[{"serve":{"rollout":"0%"}}]}},"gates":{"g":{"checks":'
        >>> ruleset += '[{"metric":"m","test":"harm"}]}},"plans":{"p":{"flag":"f","steps":["5%"],"bake":"1h","gate":"g"}}}'
        >>> engine = Engine.from_str(ruleset)
        >>> engine.simulate("p", scenario="harmful", seed=3)["state"]["stage"]
        'rolled_back'
        """
    def report(
        self,
        name: str,
        state: PlanStateDict | None,
        observations: Iterable[Mapping[str, Any]],
        *,
        now: _Now = None,
        alpha: float = 0.05,
    ) -> PlanReportDict:
        r"""Reports a rollout: a dict with where it stands, what was measured in both arms, whether the new one is better, what the
        gates say, and a `recommendation`. Observations are those of `gate`. Nothing changes by it. Intervals miss the truth with
        a probability of at most `alpha`, over all looks together.

        Raises `CutoverError` where there is no such plan, or something is no observation.

        >>> from cutover import Engine
        >>> ruleset = '{"cutover":1,"flags":{"f":{"rules":[{"serve":{"rollout":"0%"}}]}},"gates":{"g":{"checks":'
        >>> ruleset += '[{"metric":"m","test":"harm"}]}},"plans":{"p":{"flag":"f","steps":["5%"],"bake":"1h","gate":"g"}}}'
        >>> engine = Engine.from_str(ruleset)
        >>> state = engine.advance("p", None, {"event": "start", "actor": "ada"}, now=0)["state"]
        >>> arms = {"old": {"events": 1, "total": 9000}, "new": {"events": 40, "total": 1000}}
        >>> report = engine.report("p", state, [{"metric": "m", "from": 0, "to": 60_000, **arms}], now=60_000)
        >>> report["recommendation"]["advice"], report["metrics"][0]["answer"]
        ('roll_back', 'worse')
        """
    def plan_spec(self, name: str) -> PlanSpecDict:
        r"""What a plan says: a dict with its `spec`, the metrics of its `gates`, and the `metrics` that the ruleset declares, for
        whoever measures.

        Raises `CutoverError` where there is no such plan.

        >>> from cutover import Engine
        >>> ruleset = '{"cutover":1,"flags":{"f":{"rules":[{"serve":{"rollout":"0%"}}]}},"gates":{"g":{"checks":'
        >>> ruleset += '[{"metric":"m","test":"harm"}]}},"plans":{"p":{"flag":"f","steps":["5%"],"bake":"1h","gate":"g"}}}'
        >>> Engine.from_str(ruleset).plan_spec("p")["gates"]
        {'g': ['m']}
        """
    def path(
        self,
        table: str,
        target: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        attributes: Mapping[str, str | int] | None = None,
        now: _Now = None,
    ) -> PathFoundDict | None:
        r"""Who serves a request, by a path table: a dict, or `None` where no entry takes it.

        Raises `CutoverError` where there is no such table, or the path could be read in two ways: answer with 400.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\npaths: {api: [{path: /api/orders, service: orders-sql, side: old}]}")
        >>> engine.path("api", "/api/orders/7?full")["service"]
        'orders-sql'
        >>> engine.path("api", "/health") is None
        True
        """
    def work(self, name: str, state: Mapping[str, Any] | None, event: Mapping[str, Any]) -> dict[str, Any]:
        r"""A step of a plan of work: a dict with the `state` after an event, and the `effects` to perform. Save the state before
        performing anything; `None` is the state at the beginning. An event without `now` happens now.

        Raises `CutoverError` where there is no such plan, the state belongs to another plan, or the event is none.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nwork: {w: {phases: [{name: load, actions: [copy], validations: [counts], rollback: drop}]}}")
        >>> step = engine.work("w", None, {"event": "start", "run": "r1"})
        >>> step["effects"][0]["id"]
        'r1/1/load/copy'
        >>> engine.work_status("w", step["state"])["standing"]
        'running'
        """
    def work_status(self, name: str, state: Mapping[str, Any] | None) -> dict[str, Any]:
        r"""Where a run of a plan of work stands: a dict.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nwork: {w: {phases: [{name: load, actions: [copy], validations: [counts], rollback: drop}]}}")
        >>> engine.work_status("w", engine.work("w", None, {"event": "start", "run": "r1"})["state"])["standing"]
        'running'
        """
    def incident(self, name: str, state: Mapping[str, Any] | None, event: Mapping[str, Any]) -> dict[str, Any]:
        r"""A step of an incident: a dict with the `state` after an event, and the `effects` to perform. `None` is the state
        where none is open. An event without `now` happens now.

        Raises `CutoverError` where there is no such policy, or the event is none.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nincidents: {till: {severities: {critical: {objective: 1h}}}}")
        >>> opened = {"event": "open", "id": "i1", "title": "no sale", "severity": "critical", "actor": "ann", "now": 0}
        >>> state = engine.incident("till", None, opened)["state"]
        >>> engine.incident_standing("till", state, now=60_000)["clock"]["left_ms"]
        3540000
        """
    def incident_standing(
        self, name: str, state: Mapping[str, Any] | None, *, now: _Now = None
    ) -> dict[str, Any]:
        r"""Where an incident stands at a time: a dict with its clock, and what is still to be checked.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nincidents: {till: {severities: {critical: {objective: 1h}}}}")
        >>> opened = {"event": "open", "id": "i1", "title": "no sale", "severity": "critical", "actor": "ann", "now": 0}
        >>> state = engine.incident("till", None, opened)["state"]
        >>> engine.incident_standing("till", state, now=60_000)["clock"]["left_ms"]
        3540000
        """
    def post_mortem(self, name: str, state: Mapping[str, Any]) -> str:
        r"""The draft of a post-mortem, in Markdown.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nincidents: {till: {severities: {critical: {objective: 1h}}}}")
        >>> opened = {"event": "open", "id": "i1", "title": "no sale", "severity": "critical", "actor": "ann", "now": 0}
        >>> "no sale" in engine.post_mortem("till", engine.incident("till", None, opened)["state"])
        True
        """
    def drill(self, name: str, scenario: Mapping[str, Any] | None = None) -> dict[str, Any]:
        r"""Rehearses a rollback of a plan of work, and says whether it would be over in time: a dict. A scenario has durations
        as texts.

        Raises `CutoverError` where there is no such plan, or the scenario makes no sense.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nwork: {w: {objective: 1h, phases: [{name: load, validations: [counts], rollback: [{name: drop, takes: 5m}]}]}}")
        >>> report = engine.drill("w", {"detection": "5m"})
        >>> report["answer"], report["longest_ms"]
        ('met', 600000)
        """
    def safety(self, migration: str, *, nodes: int = 2, writes: int = 2) -> SafetyReport:
        r"""What the phases, moves, switches and emergencies of a migration can cost: a model of its two stores looks at
        everything that can happen to one record.

        Raises `CutoverError` where there is no such migration, or a number is not from 1 to 3.

        >>> from cutover import Engine
        >>> engine = Engine.from_str("cutover: 1\nmigrations: {orders: {old: sql, new: mongo, ladder: standard, phase: sync}}")
        >>> report = engine.safety("orders")
        >>> report["safe"], report["last_reversible"]
        (True, 'ramp_down')
        """
    def route(
        self,
        name: str,
        ctx: _Attributes | Context | None = None,
        *,
        switches: Mapping[str, bool | str | None] | None = None,
        now: _Now = None,
    ) -> Route:
        r"""Decides a migration: where to read, where to write, and what that may cost.

        `switches` says how the migration's switches stand: a mapping of their names to `bool`, or to `str` as in
        `os.environ`, of which only those names are looked up. A migration that there is not gives a route with the
        error `FLAG_NOT_FOUND`, nothing to read and nothing to write. Raises `TypeError` where `switches` is no mapping.

        >>> from cutover import Engine
        >>> engine = Engine.from_str('''
        ... cutover: 1
        ... migrations:
        ...   recruiters:
        ...     old: recruiters
        ...     new: jobs_partners
        ...     ladder: recruiters_four_phase
        ...     phase: dual_read
        ...     switches: { emergency: FORCE_FALLBACK }
        ... ''')
        >>> engine.route("recruiters").read.from_
        'jobs_partners'
        >>> engine.route("recruiters", switches={"FORCE_FALLBACK": "true"}).read.from_
        'recruiters'
        """
    def __copy__(self, /) -> Engine: ...
    def __deepcopy__(self, _memo: dict[int, Any], /) -> Engine: ...
    def __reduce__(self, /) -> NoReturn: ...

@final
class Reconciliation:
    r"""The corrections that one set of records is owed, as a stream of Arrow batches, and how many there are.

    Made by `cutover.reconcile`. Whatever takes the Arrow PyCapsule interface reads it, once, as in
    `pyarrow.RecordBatchReader.from_stream(it)` or `polars.DataFrame(it)`; what was spilled is gone when the stream ends
    or is dropped, or with `close`.
    """
    @property
    def counters(self) -> ReconcileCounters:
        r"""How many records were compared, and what is owed, as far as the stream was read; `complete` says whether that
        is to its end.

        - `owner`, `owing`: records of each side.
        - `compared`: keys that both have once; `equal`: those of them with nothing owed.
        - `missing`, `extra`: keys that the owner alone has, or the owing side, owed or not.
        - `kinds`: corrections by kind; `fields`: updates by field.
        - `spilled`: bytes that went to the disk.
        """
    def close(self) -> None:
        """Drops what was not read, and what was spilled."""
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...

def reconcile(
    owner: Any,
    owing: Any,
    key: tuple[str, str],
    fields: list[tuple[str, str]],
    missing: str,
    extra: str,
    times: str,
    folder: str | None,
    memory: int,
    partitions: int,
) -> Reconciliation: ...
