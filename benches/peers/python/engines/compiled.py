"""The row that loads compiled programs, as far as the package has them; it is in the table of loading alone."""

from __future__ import annotations

from types import SimpleNamespace

from engines import Opened
from engines.cutover_ import cutover, plain

NAMES = ("to_compiled", "compiled")


def compiled(text: str) -> bytes | None:
    """The program of a ruleset; None where the package cannot load one."""
    if not hasattr(cutover.Engine, "from_compiled"):
        return None
    engine = cutover.Engine.from_str(text)
    name = next((one for one in NAMES if hasattr(engine, one)), None)
    return None if name is None else bytes(getattr(engine, name)())


def open(program: bytes, file: str) -> Opened:
    engine = cutover.Engine.from_compiled(program)
    return Opened(context=plain, is_on="engine.is_enabled(flag, context)", variant="", names={"engine": engine})


def engine() -> SimpleNamespace:
    return SimpleNamespace(
        packages=[f"cutover {cutover.__version__}"],
        how="Engine.from_compiled(bytes)",
        open=open,
        binary=True,
        compiled=compiled,
    )
