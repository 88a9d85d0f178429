"""Copies the docstrings of the binary into its stub, where editors look for them: `python stub.py`.

With `--check` it changes nothing, and ends with 1 where the stub is out of date.
"""

from __future__ import annotations

import ast
import inspect
import sys
from pathlib import Path

from cutover import _cutover

STUB = Path(__file__).parent / "python" / "cutover" / "_cutover.pyi"


def docstring(node: ast.ClassDef | ast.FunctionDef, owner: object) -> str | None:
    """The docstring of what a node declares; none where it has none of its own."""
    if node.name.startswith("__"):
        return None
    doc: str | None = getattr(owner, node.name).__doc__
    return doc and inspect.cleandoc(doc)


def block(doc: str | None, indent: str) -> list[str]:
    """The lines of a body that is a docstring, or nothing."""
    if not doc:
        return [f"{indent}..."]
    first, *rest = doc.splitlines()
    if not rest:
        return [f'{indent}"""{first}"""']
    lines = [f'{indent}r"""{first}', *(f"{indent}{line}".rstrip() for line in rest), f'{indent}"""']
    return lines


def documented(source: str) -> str:
    """The stub with the docstrings of the binary."""
    lines = source.splitlines()
    targets: list[tuple[ast.ClassDef | ast.FunctionDef, object]] = []
    for node in ast.parse(source).body:
        # A private class is of the stub alone, such as a protocol.
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            targets.append((node, _cutover))
            owner = getattr(_cutover, node.name)
            targets += [(item, owner) for item in node.body if isinstance(item, ast.FunctionDef)]
    # From the end, so that the numbers of the lines before stay what they are.
    for node, owner in sorted(targets, key=lambda target: -target[0].lineno):
        doc, body = docstring(node, owner), node.body[0]
        last = body.end_lineno or body.lineno
        if doc is None:
            continue
        if not isinstance(body, ast.Expr):
            raise SystemExit(f"{node.name} has a docstring: give it a body that begins with `...`")
        head, indent = lines[body.lineno - 1][: body.col_offset], " " * (node.col_offset + 4)
        kept = [head.rstrip()] if head.strip() else []
        lines[body.lineno - 1 : last] = kept + block(doc, indent)
    return "\n".join(lines) + "\n"


def main() -> int:
    source = STUB.read_text(encoding="utf-8")
    wanted = documented(source)
    if "--check" in sys.argv[1:]:
        return int(wanted != source)
    STUB.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
