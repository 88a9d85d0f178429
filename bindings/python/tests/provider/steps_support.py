"""The steps of the scenarios."""

from __future__ import annotations

from typing import Any

from world_support import Heard, World, read, step

Rows = list[list[str]]


@step("a (stable|not ready|error|fatal|stale) provider")
def a_provider(world: World, kind: str) -> None:
    world.provider(kind)


@step(r'an? (\w+)-flag with key "([^"]*)" and a (?:fallback|default) value "(.*)"')
def a_flag(world: World, kind: str, key: str, default: str) -> None:
    world.kind, world.key, world.default = kind, key, read(kind, default)


@step('a context containing a key "([^"]*)", with type "([^"]*)" and with value "(.*)"')
def a_context(world: World, key: str, kind: str, value: str) -> None:
    world.attributes[key] = read(kind, value)


@step('a context containing a key "([^"]*)" with null value')
def a_null(world: World, key: str) -> None:
    world.attributes[key] = None


@step('a context containing a targeting key with value "(.*)"')
def a_targeting_key(world: World, key: str) -> None:
    world.key_of_whom = key


@step('a context with a structure "([^"]*)" whose field "([^"]*)" is "([^"]*)"')
def a_structure(world: World, key: str, field: str, value: str) -> None:
    world.attributes[key] = {field: value}


@step("a client with added hook")
def a_hook(world: World) -> None:
    world.client.add_hooks([Heard("client", world.called)])


@step("evaluation options containing specific hooks")
def two_hooks(world: World) -> None:
    world.hooks = [Heard("first", world.called), Heard("second", world.called)]


@step("an evaluation context with modifiable data")
def a_modifiable_context(world: World) -> None:
    world.key_of_whom, world.attributes = "ada", {"list": ["a"]}


@step("the flag was evaluated with details(?: using the evaluation options)?")
def evaluated(world: World) -> None:
    world.evaluate()


@step("the flag was evaluated with details asynchronously")
def evaluated_async(world: World) -> None:
    world.evaluate(asks_async=True)


@step("the evaluation should complete without blocking")
def completed(world: World) -> None:
    assert world.found.flag_key == world.key


@step('the resolved details value should be "(.*)"')
def value_is(world: World, value: str) -> None:
    expected = read(world.kind, value)
    assert (world.found.value, type(world.found.value)) == (expected, type(expected))


@step('the resolved details value should not be "(.*)"')
def value_is_not(world: World, value: str) -> None:
    assert world.found.value != read(world.kind, value)


@step('the reason should be "(.*)"')
def reason_is(world: World, reason: str) -> None:
    assert world.found.reason == reason


@step('the error-code should be "(.*)"')
def error_is(world: World, code: str) -> None:
    assert world.found.error_code is not None and world.found.error_code.value == code


@step('the error message should contain "(.*)"')
def message_contains(world: World, message: str) -> None:
    assert message in (world.found.error_message or "")


@step('the variant should be "(.*)"')
def variant_is(world: World, variant: str) -> None:
    assert world.found.variant == variant


@step("the variant should be absent")
def variant_is_absent(world: World) -> None:
    assert world.found.variant is None


@step('the flag key should be "(.*)"')
def key_is(world: World, key: str) -> None:
    assert world.found.flag_key == key


@step('the provider status should be "(.*)"')
def status_is(world: World, status: str) -> None:
    assert world.client.get_provider_status().value == status


@step("the resolved metadata should contain")
def metadata_has(world: World, rows: Rows) -> None:
    for key, kind, value in rows[1:]:
        assert world.found.flag_metadata[key] == read(kind, value), key


@step('the "(.*)" hooks? should have been executed')
def hook_was_called(world: World, stage: str) -> None:
    assert stage in [called for _, called, _ in world.called]


@step('the "(.*)" hooks should be called with evaluation details')
def hooks_were_called_with(world: World, stages: str, rows: Rows) -> None:
    for stage in stages.split(", "):
        details: Any = next(details for _, called, details in world.called if called == stage)
        for kind, key, value in rows[1:]:
            found = getattr(details, key)
            assert getattr(found, "value", found) == (None if value == "null" else read(kind, value)), f"{stage}: {key}"


@step("the specified hooks should execute during evaluation")
def both_hooks(world: World) -> None:
    assert {name for name, _, _ in world.called} == {"first", "second"}


@step("the hook order should be maintained")
def hooks_in_order(world: World) -> None:
    def order(stage: str) -> list[str]:
        return [name for name, called, _ in world.called if called == stage]

    assert (order("before"), order("after"), order("finally")) == (["first", "second"], ["second", "first"], ["second", "first"])


@step("the original evaluation context should remain unmodified")
def context_is_the_same(world: World) -> None:
    assert (world.key_of_whom, world.attributes) == ("ada", {"list": ["a"]})
