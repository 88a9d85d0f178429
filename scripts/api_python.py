"""Writes api/python.txt: what the modules of the Python package export, without documentation and bodies.

    scripts/api_python.py [--check]

It is read from the sources and the stub alone, so that nothing has to be built.
"""

from __future__ import annotations

import ast
import difflib
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "bindings/python/python"
REPORT = ROOT / "api/python.txt"


@cache
def module(name: str) -> ast.Module | None:
    """A module of the package, of which a stub says what is compiled."""
    path = PACKAGE / name.replace(".", "/")
    for file in (path / "__init__.py", path.with_suffix(".pyi"), path.with_suffix(".py")):
        if file.exists():
            return ast.parse(file.read_text())
    return None


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Those that declare something, also where a condition or an `except` is around them."""
    for node in body:
        if isinstance(node, ast.If | ast.Try):
            yield from statements(node.body)
            yield from statements(node.orelse)
        else:
            yield node


def names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def found(where: str, name: str) -> tuple[str, list[ast.stmt]]:
    """The module that declares what `where` calls `name`, and its declarations: several where there are overloads."""
    tree = module(where)
    for node in statements(tree.body) if tree else ():
        if isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").startswith("cutover"):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return found(node.module or "", alias.name)
    return where, [node for node in statements(tree.body) if name in names(node)] if tree else []


def exported(tree: ast.Module) -> list[str]:
    """What `__all__` says, and what is public where there is none."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and names(node) == ["__all__"]:
            return sorted(ast.literal_eval(node.value))
    declared = {name for node in tree.body for name in names(node)}
    return sorted(name for name in declared if not name.startswith("_"))


def public(name: str) -> bool:
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__") and name != "__slots__")


def bare(node: ast.stmt) -> ast.stmt | None:
    """A declaration without documentation, bodies and what is private; none where nothing is left."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        node.body = [ast.Expr(ast.Constant(...))]
    elif isinstance(node, ast.ClassDef):
        inner = [one for one in node.body if any(public(name) for name in names(one))]
        node.body = [one for one in map(bare, inner) if one] or [ast.Expr(ast.Constant(...))]
    elif isinstance(node, ast.AnnAssign | ast.Assign) and isinstance(node.value, ast.Call):
        # What a field is made of says nothing; that it has a default says something.
        node.value = ast.Constant(...)
    return node


def report() -> str:
    lines = ["# What the Python package exports; written by scripts/api.sh --update."]
    printed: set[tuple[str, str]] = set()

    def declare(where: str, name: str) -> None:
        home, nodes = found(where, name)
        if not nodes or (home, name) in printed:
            return
        printed.add((home, name))
        for node in nodes:
            for base in node.bases if isinstance(node, ast.ClassDef) else ():
                # What a class has of a private one is its own for everybody else.
                if isinstance(base := base.value if isinstance(base, ast.Subscript) else base, ast.Name):
                    declare(home, base.id)
            if shown := bare(node):
                text = re.sub(r":\n *\.\.\.", ": ...", ast.unparse(ast.fix_missing_locations(shown)))
                lines.append(f"\n# {home}\n" + re.sub(r"\n\n+", "\n", text))

    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        tree = module(name)
        if tree is None or any(part.startswith("_") and part != "__init__" for part in parts):
            continue
        lines += [f"\n\n# module {name}:", *(f"#   {one}" for one in exported(tree))]
        for one in exported(tree):
            declare(name, one)
    return "\n".join(lines) + "\n"


def main() -> int:
    new, old = report(), REPORT.read_text() if REPORT.exists() else ""
    if "--check" not in sys.argv[1:]:
        REPORT.write_text(new)
        return 0
    sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), new.splitlines(True), str(REPORT.relative_to(ROOT)), "as it is"))
    return int(new != old)


if __name__ == "__main__":
    raise SystemExit(main())
