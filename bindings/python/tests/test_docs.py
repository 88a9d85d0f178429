"""Examples run, every public name is documented, and the stub says what the binary says."""

from __future__ import annotations

import doctest
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import cutover

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


def test_the_readme() -> None:
    results = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert results.attempted > 5 and results.failed == 0


def test_the_stub_has_the_docstrings_of_the_binary() -> None:
    run = subprocess.run([sys.executable, ROOT / "stub.py", "--check"], capture_output=True, text=True)
    assert run.returncode == 0, f"run `python stub.py`{run.stderr}"
