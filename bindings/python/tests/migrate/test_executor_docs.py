"""Every public name of the executors is documented and comes from where it says."""

from __future__ import annotations

import doctest
import inspect
import typing
from pathlib import Path

from cutover import migrate


def test_the_page_about_delivery() -> None:
    page = Path(__file__).parents[4] / "docs" / "delivery.md"
    results = doctest.testfile(str(page), module_relative=False)
    assert results.attempted > 15
    assert results.failed == 0


def test_every_public_name_is_documented() -> None:
    for name in migrate.__all__:
        thing = getattr(migrate, name)
        if not (inspect.isclass(thing) or inspect.isfunction(thing)) or typing.get_origin(thing):
            continue
        assert inspect.getdoc(thing), name
        for member, value in vars(thing).items():
            if not member.startswith("_") and inspect.isfunction(value):
                assert inspect.getdoc(value), f"{name}.{member}"


def test_the_machines_are_private() -> None:
    import cutover

    assert not {"Breaker", "draw", "read_machine", "step", "stores"} & set(dir(cutover))
