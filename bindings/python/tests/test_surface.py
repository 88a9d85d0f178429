"""The public names are those of `conformance/api.json`, where they stand beside those of the other languages."""

from __future__ import annotations

import dataclasses
import inspect
import json
from pathlib import Path

import cutover

API = json.loads((Path(__file__).parents[3] / "conformance" / "api.json").read_text(encoding="utf-8"))["python"]


def members(thing: type) -> list[str]:
    """The public members that a class defines itself."""
    names = {name for name in vars(thing) if not name.startswith("_")}
    if dataclasses.is_dataclass(thing):
        names |= {field.name for field in dataclasses.fields(thing)}
    return sorted(names | {name for name in inspect.get_annotations(thing) if not name.startswith("_")})


def surface() -> dict[str, list[str]]:
    """What there is."""
    # A module, such as `cutover.polars`, is there once somebody has imported it.
    public = {name for name in dir(cutover) if not name.startswith("_") and not inspect.ismodule(getattr(cutover, name))}
    public |= {"__version__"}
    classes = {name: getattr(cutover, name) for name in sorted(public) if inspect.isclass(getattr(cutover, name))}
    return {"cutover": sorted(public)} | {name: members(thing) for name, thing in classes.items()}


def test_the_names_are_those_of_the_list() -> None:
    assert surface() == API


def test_all_is_all() -> None:
    assert sorted(cutover.__all__) == API["cutover"]
