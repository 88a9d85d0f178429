"""The types: what type checkers make of them, and whether the stub is that of the binary."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

ROOT = Path(__file__).parent.parent
SAMPLE = Path(__file__).parent / "typing_sample.py"


def run(*command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_says_that_it_is_typed() -> None:
    assert files("cutover").joinpath("py.typed").is_file()


def test_the_stub_is_that_of_the_binary() -> None:
    run("mypy.stubtest", "cutover", "--allowlist", str(ROOT / "stubtest.txt"), "--mypy-config-file", str(ROOT / "pyproject.toml"))


def test_mypy() -> None:
    run("mypy", "--strict", "python/cutover", "tests", "bench", "stub.py", "../../examples/population")


def test_pyright() -> None:
    run("pyright", "--pythonpath", sys.executable, str(SAMPLE), "python/cutover")


def test_the_sample_runs() -> None:
    done = subprocess.run([sys.executable, str(SAMPLE)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
