"""Writes the pages of the reference that are made of the code: the command line, by asking it, and rulesets, by their schema.

    python scripts/reference.py COMMAND FOLDER
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

Schema = dict[str, Any]


def help_of(command: str, *path: str) -> str:
    answer = subprocess.run([command, *path, "--help"], capture_output=True, text=True, timeout=30, check=True)
    return answer.stdout.rstrip()


def commands(text: str) -> list[str]:
    """The commands that a help text lists."""
    listed = text.partition("\nCommands:\n")[2].partition("\n\n")[0]
    return [name for name in re.findall(r"^  (\S+)(?:  |$)", listed, re.M) if name != "help"]


def command_line(command: str) -> str:
    pages = ["# The command line", "", "Every command, as `cutover help` has it."]

    def page(*path: str) -> None:
        text = help_of(command, *path)
        pages.extend(["", f"{'#' * min(2 + len(path) - 1, 4) if path else '##'} `{' '.join(('cutover', *path))}`", ""])
        pages.extend(["```text", text, "```"])
        for name in commands(text):
            page(*path, name)

    page()
    return "\n".join(pages) + "\n"


def cell(text: str) -> str:
    """A text as a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;").replace("{{", "&#123;&#123;")


def kind(schema: Schema | bool) -> str:
    """What a value may be, in a few words."""
    if not isinstance(schema, dict):
        return "anything"
    if reference := schema.get("$ref"):
        name = reference.rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(kind(one) for one in schema[several]))
    type_ = schema.get("type")
    if type_ == "array":
        return f"list of {kind(schema.get('items', True))}"
    if type_ == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"by name: {kind(schema['additionalProperties'])}"
    if isinstance(type_, list):
        return " or ".join(type_)
    return str(type_ or "anything")


def properties(schema: Schema) -> list[str]:
    required = set(schema.get("required", ()))
    rows = []
    for name, of in schema.get("properties", {}).items():
        said = of.get("description", "") if isinstance(of, dict) else ""
        rows.append(f"| `{name}`{' (required)' if name in required else ''} | {cell(kind(of))} | {cell(said)} |")
    return ["| key | is | |", "|---|---|---|", *rows] if rows else []


def ruleset(schema: Schema) -> str:
    pages = ["# Rulesets", "", cell(schema.get("description", "")), "", "Made of the JSON Schema that `cutover schema` writes."]
    pages.extend(["", *properties(schema)])
    for name, of in sorted(schema["$defs"].items()):
        pages.extend(["", f"## {name}", "", cell(of.get("description", ""))])
        table = properties(of)
        if table:
            pages.extend(["", *table])
        elif not isinstance(of.get("properties"), dict):
            pages.extend(["", f"Is {cell(kind(of))}."])
            for one in of.get("oneOf", of.get("anyOf", ())):
                if "const" in one and one.get("description"):
                    pages.append(f"- `{one['const']}`: {cell(one['description'])}")
    return "\n".join(pages) + "\n"


def main() -> None:
    command, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cli.md").write_text(command_line(command))
    schema = json.loads(subprocess.run([command, "schema"], capture_output=True, text=True, check=True).stdout)
    (folder / "ruleset.md").write_text(ruleset(schema))


if __name__ == "__main__":
    main()
