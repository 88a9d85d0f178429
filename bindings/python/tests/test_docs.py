"""Examples run, every public name is documented, and the stub says what the binary says."""

from __future__ import annotations

import dataclasses
import doctest
import inspect
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, is_typeddict

import pytest

import cutover
import cutover.asgi
import cutover.migrate
import cutover.migrate.outbox
import cutover.source
import cutover.testing

ROOT = Path(__file__).parent.parent


def documented() -> Iterator[tuple[str, object]]:
    """The package, its classes, and what they define."""
    yield "cutover", cutover
    for name in cutover.__all__:
        thing = getattr(cutover, name)
        if not inspect.isclass(thing):
            continue
        yield name, thing
        for member, value in vars(thing).items():
            if not member.startswith("_") and (callable(value) or inspect.isdatadescriptor(value) or isinstance(value, staticmethod)):
                yield f"{name}.{member}", getattr(thing, member)


@pytest.mark.parametrize(("name", "thing"), list(documented()), ids=lambda value: value if isinstance(value, str) else "")
def test_documentation(name: str, thing: object) -> None:
    doc = inspect.getdoc(thing)
    assert doc and doc.strip(), f"{name} has no docstring"
    test = doctest.DocTestParser().get_doctest(doc, {}, name, None, 0)
    # Each verb of the engine shows how it is used.
    assert test.examples or not (name.startswith("Engine.") and callable(thing)), f"{name} has no example"
    runner = doctest.DocTestRunner()
    output: list[str] = []
    runner.run(test, out=output.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(output)


PACKAGES = [cutover.migrate, cutover.migrate.outbox, cutover.asgi, cutover.source, cutover.testing]
MODULES = [
    name
    for package in (cutover.migrate, cutover.asgi, cutover.source, cutover.testing)
    for name in (package.__name__, *(found.name for found in walk_packages(package.__path__, f"{package.__name__}.")))
]


def carried_out() -> Iterator[tuple[str, Any, Any]]:
    """What carries decisions out: public classes and functions, and the public methods of classes with their class."""
    for package in PACKAGES:
        for name in package.__all__:
            thing = getattr(package, name)
            if inspect.isfunction(thing) or (inspect.isclass(thing) and thing.__module__.startswith("cutover.")):
                yield f"{package.__name__}.{name}", thing, None
                if inspect.isclass(thing):
                    for member, value in inspect.getmembers(thing, callable):
                        if not member.startswith("_") and (getattr(value, "__module__", None) or "").startswith("cutover."):
                            yield f"{package.__name__}.{name}.{member}", value, thing


def shows_itself(thing: Any) -> bool:
    """Whether it is a class that is only raised, filled in, or a shape of what others bring."""
    return inspect.isclass(thing) and (
        issubclass(thing, BaseException)
        or dataclasses.is_dataclass(thing)
        or is_typeddict(thing)
        or getattr(thing, "_is_protocol", False)
    )


def examples(thing: Any, module: Any) -> tuple[list[doctest.Example], dict[str, Any]]:
    """The examples in a docstring, and what they see."""
    doc = inspect.getdoc(thing) or ""
    return doctest.DocTestParser().get_examples(doc), dict(vars(module))


@pytest.mark.parametrize(("name", "thing", "owner"), [pytest.param(*found, id=found[0]) for found in carried_out()])
def test_what_carries_decisions_out(name: str, thing: Any, owner: Any) -> None:
    """The example of a method goes on from that of its class."""
    own, sees = examples(thing, import_module((owner or thing).__module__))
    if owner is None:
        assert own or shows_itself(thing), f"{name} has no example"
    elif owner is cutover.migrate.Migration:
        assert own, f"{name} has no example"
    if not own:
        return
    before = [] if owner is None else examples(owner, sys.modules[owner.__module__])[0]
    runner = doctest.DocTestRunner()
    output: list[str] = []
    runner.run(doctest.DocTest([*before, *own], sees, name, None, 0, None), out=output.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(output)


@pytest.mark.parametrize("name", MODULES)
def test_what_is_private(name: str) -> None:
    """Examples of what no other module has a use for run too."""
    module = import_module(name)
    runner = doctest.DocTestRunner()
    output: list[str] = []
    for test in doctest.DocTestFinder().find(module):
        if test.name.count(".") <= name.count(".") + 1 and test.examples:
            runner.run(test, out=output.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(output)


def test_the_readme() -> None:
    results = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert results.attempted > 5 and results.failed == 0


def test_the_stub_has_the_docstrings_of_the_binary() -> None:
    run = subprocess.run([sys.executable, ROOT / "stub.py", "--check"], capture_output=True, text=True)
    assert run.returncode == 0, f"run `python stub.py`{run.stderr}"
