"""The executors of TypeScript and of Python have the same words, each in the casing of its language."""

from __future__ import annotations

import json
from pathlib import Path

API = json.loads((Path(__file__).parents[4] / "conformance" / "api.json").read_text(encoding="utf-8"))
TYPESCRIPT: dict[str, list[str]] = API["typescript"]
PYTHON: dict[str, list[str]] = API["python"]
PLACES = ("cutover.migrate", "cutover.migrate.outbox")

# What one language has alone, by the reason.
TYPESCRIPT_ONLY = {
    "an object of options, where Python has keywords": (
        "ClaimOptions ConsumerOptions MigrationOptions ReadOptions RedriveOptions SqliteOptions WorkerOptions WriteOptions"
    ),
    "a shape of JSON, where Python has a mapping or a literal": (
        "BreakerConfig BreakerState Compared ComparisonCounts Current ForcedState Health HealthLimits HealthVerdict JobRun Job "
        "Observation RetryPolicy Switches"
    ),
    "a name for a type that Python writes out": "Applied EngineSource SideName",
    "the breaker itself, which Python gives but does not make": "Breaker SUCCESS FAILURE IGNORED",
    "as much of a library as is used, where Python names the library": (
        "OtelMeter PromClient PostgresClient SqliteHandle SqliteStatement"
    ),
    "`TimeoutError` is Python's own": "SideTimeout",
    "in Python `==` compares": "sameJson",
    "in Python an undoing is a `WriteCall`": "UndoCall",
    "in Python the number is in `Counts.warnings`": "CountedWarning",
}
PYTHON_ONLY = {
    "with asyncio beside without": (
        "AsyncConsumer AsyncMigration AsyncOutbox AsyncSide AsyncTarget AsyncWorker PostgresConnection PostgresPool Executes"
    ),
    "a class, where TypeScript has an object of options": "Shadow Timeouts",
    "a literal that TypeScript writes out or has elsewhere": "FieldReport Operation Outcome Variant Verdict",
    "the clock where none is given": "SystemClock",
}
MEMBERS_ONLY = {
    "an error of JavaScript has a name and a message": (
        "BreakerOpen.name BreakerOpen.message OutboxError.name OutboxError.message Permanent.name Superseded.name "
        "Transient.name WriteError.name WriteError.message"
    ),
    "an attribute of the instance, which the list of Python does not hold": "BreakerOpen.store OutboxError.code",
    "what stops a call: a signal in TypeScript, a time in Python": (
        "ReadCall.signal ReadCall.timeout_ms WriteCall.signal WriteCall.timeout_ms"
    ),
    "what Python tells a side beside": "ReadCall.store WriteCall.store WriteCall.attempt",
    "how a clock waits": "Clock.after Clock.sleep Clock.ticks",
    "in Python optional, and so not of the protocol": "Side.undo",
    "in Python it is the change's": "DeadChange.key",
    "a method that gives the sum": "Drained.plus",
    "the warnings with their texts, in Python by their number": "Migration.warnings Counts.warnings",
    "asyncio or a promise beside the other": (
        "OutboxStore.putSync OutboxStore.withdrawSync SqliteOutbox.putSync SqliteOutbox.withdrawSync PostgresOutbox.put_async "
        "PostgresOutbox.withdraw_async"
    ),
    "Python opens the file too": "SqliteOutbox.open SqliteOutbox.close",
    "in TypeScript a record of null is a deletion": "DeadLetter.kind",
}
OPTIONS_ONLY = {
    "an argument of the constructor beside its options": "Migration.engine Migration.name Worker.migration",
    "a decider does not tell the stores": "Migration.stores",
    "in TypeScript a record is JSON": "Migration.encode Migration.decode",
    "hooks, where Python has `warn`": "Worker.onError Worker.onDead",
    "`Partition` takes them": "Consumer.options Consumer.state Consumer.retry Consumer.maxParked Consumer.clock",
}


def plain(name: str) -> str:
    """A name without its casing."""
    return name.replace("_", "").lower()


def excepted(reasons: dict[str, str]) -> dict[str, str]:
    """The names that have a reason, without their casing."""
    return {plain(name): name for names in reasons.values() for name in names.split()}


def differing(one: list[str], other: list[str], of: str = "") -> set[str]:
    """The names of either that the other one has not."""
    ours, theirs = {plain(name): name for name in one}, {plain(name): name for name in other}
    return {of + (ours | theirs)[name] for name in ours.keys() ^ theirs.keys()}


def of_python(name: str) -> list[str] | None:
    """The members of a class of Python."""
    return next((PYTHON[f"{place}.{name}"] for place in PLACES if f"{place}.{name}" in PYTHON), None)


def test_the_names_are_the_same() -> None:
    ours = TYPESCRIPT["package migrate"] + TYPESCRIPT["migrate types"]
    theirs = [name for place in PLACES for name in PYTHON[place]]
    lone = {plain(name) for name in differing(ours, theirs)}
    assert {name for name in map(plain, ours) if name in lone} == excepted(TYPESCRIPT_ONLY).keys()
    assert {name for name in map(plain, theirs) if name in lone} == excepted(PYTHON_ONLY).keys()


def test_the_members_are_the_same() -> None:
    found: set[str] = set()
    for key, members in TYPESCRIPT.items():
        name = key.removeprefix("migrate ")
        theirs = of_python(name)
        if key != name and theirs is not None:
            found |= differing(members, theirs, f"{name}.")
    assert {plain(name) for name in found} == excepted(MEMBERS_ONLY).keys()


def test_the_options_are_the_same() -> None:
    found: set[str] = set()
    for name in ("Migration", "Worker", "Consumer"):
        found |= differing(TYPESCRIPT[f"migrate {name}Options"], PYTHON[f"cutover.migrate.{name}()"], f"{name}.")
    assert {plain(name) for name in found} == excepted(OPTIONS_ONLY).keys()


def test_with_asyncio_they_are_the_same() -> None:
    for name in ("Consumer", "Migration", "Worker"):
        assert of_python(f"Async{name}") == of_python(name)
        assert PYTHON[f"cutover.migrate.Async{name}()"] == PYTHON[f"cutover.migrate.{name}()"]
