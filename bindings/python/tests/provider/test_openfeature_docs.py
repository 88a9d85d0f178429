"""The page about OpenFeature runs, and every public name of the provider is documented."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path

from openfeature import api

from cutover import openfeature


def test_the_page_about_openfeature() -> None:
    page = Path(__file__).parents[4] / "docs" / "openfeature.md"
    results = doctest.testfile(str(page), module_relative=False)
    api.clear_providers()
    assert results.attempted > 6
    assert results.failed == 0


def test_every_public_name_is_documented() -> None:
    for name in openfeature.__all__:
        thing = getattr(openfeature, name)
        assert inspect.getdoc(thing), name
        for member, value in vars(thing).items():
            if not member.startswith("_") and inspect.isfunction(value):
                assert inspect.getdoc(value), f"{name}.{member}"
