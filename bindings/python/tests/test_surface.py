"""The public names are those of `conformance/api.json`, where they stand beside those of the other languages."""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections.abc import Callable
from pathlib import Path

import cutover
import cutover.asgi
import cutover.migrate
import cutover.migrate.outbox
import cutover.source
import cutover.testing
import cutover.typed

API = json.loads((Path(__file__).parents[3] / "conformance" / "api.json").read_text(encoding="utf-8"))["python"]


PACKAGES = [cutover.migrate, cutover.migrate.outbox, cutover.asgi, cutover.source, cutover.testing, cutover.typed]


def members(thing: type) -> list[str]:
    """The public members that a class defines itself."""
    names = {name for name in vars(thing) if not name.startswith("_")}
    if dataclasses.is_dataclass(thing):
        names |= {field.name for field in dataclasses.fields(thing)}
    return sorted(names | {name for name in inspect.get_annotations(thing) if not name.startswith("_")})


def inherited(thing: type) -> list[str]:
    """The public members of a class and of those that it is made of."""
    return sorted({name for each in thing.__mro__ if each.__module__.startswith("cutover") for name in members(each)})


def parameters(function: Callable[..., object]) -> list[str]:
    """What a function takes; of a class, to be made."""
    return [name for name in inspect.signature(function).parameters if name != "self"]


def surface() -> dict[str, list[str]]:
    """What there is."""
    # A module, such as `cutover.polars`, is there once somebody has imported it.
    public = {name for name in dir(cutover) if not name.startswith("_") and not inspect.ismodule(getattr(cutover, name))}
    public |= {"__version__"}
    classes = {name: getattr(cutover, name) for name in sorted(public) if inspect.isclass(getattr(cutover, name))}
    found = {"cutover": sorted(public)} | {name: members(thing) for name, thing in classes.items()}
    found["cutover.reconcile()"] = parameters(cutover.reconcile)
    for package in PACKAGES:
        place = package.__name__
        found[place] = sorted(name for name in dir(package) if not name.startswith("_") and not inspect.ismodule(getattr(package, name)))
        for name in found[place]:
            thing = getattr(package, name)
            if inspect.isfunction(thing):
                found[f"{place}.{name}()"] = parameters(thing)
            elif inspect.isclass(thing) and thing.__module__.startswith("cutover."):
                found[f"{place}.{name}"] = inherited(thing)
                made = inspect.isfunction(thing.__init__) and not dataclasses.is_dataclass(thing)
                if made and not getattr(thing, "_is_protocol", False):
                    found[f"{place}.{name}()"] = parameters(thing)
    return found


def test_the_names_are_those_of_the_list() -> None:
    assert surface() == API


def test_all_is_all() -> None:
    assert sorted(cutover.__all__) == API["cutover"]
    for package in PACKAGES:
        assert sorted(package.__all__) == API[package.__name__]
