"""Writes THIRD-PARTY.md of every package that is published: what it contains, under which licences, and their texts.

    scripts/notices.py [--check]

`--check` writes nothing, and fails where a file says something else than the locks. What may be linked at all is the business of
`deny.toml`.
"""

from __future__ import annotations

import difflib
import re
import sys
from pathlib import Path

from inventory import ARTEFACTS, ROOT, Artefact, Component, asked, inventory

# Of several licences that are offered, the first of these is taken. The text of the first lies beside the file as LICENSE.
CHOICE = ["Apache-2.0", "MIT", "0BSD", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Zlib", "BSL-1.0", "Unicode-3.0", "CC0-1.0", "Unlicense"]
# Words that only the text of this licence has.
WORDS = {
    "Apache-2.0": "TERMS AND CONDITIONS FOR USE, REPRODUCTION",
    "MIT": "Permission is hereby granted, free of charge",
    "0BSD": "Permission to use, copy, modify, and/or distribute",
    "ISC": "Permission to use, copy, modify, and/or distribute",
    "BSD-2-Clause": "Redistributions of source code must retain",
    "BSD-3-Clause": "Redistributions of source code must retain",
    "Zlib": "This software is provided 'as-is'",
    "BSL-1.0": "Boost Software License",
    "Unicode-3.0": "UNICODE LICENSE V3",
    "CC0-1.0": "CC0 1.0 Universal",
    "Unlicense": "unencumbered software released into the public domain",
}
# Code of others within packages, which their licence does not tell.
WITHIN = {"zstd-sys": "BSD-3-Clause for zstd", "libsqlite3-sys": "SQLite is in the public domain"}
# What is in a package, and not in what is compiled of it; or a licence beside the one that is taken.
LEFT_OUT = {("libsqlite3-sys", "sqlcipher/LICENSE"), ("zstd-sys", "zstd/COPYING")}


def chosen(expression: str) -> list[str]:
    """The licences that are taken: of alternatives one, of those joined by AND all."""
    words = re.findall(r"\(|\)|[^\s()]+", expression)

    def one() -> list[str]:
        word = words.pop(0)
        if word == "(":
            inner = either()
            words.pop(0)
            return inner
        if words[:1] == ["WITH"]:
            word = f"{word} {words.pop(0)} {words.pop(0)}"
        return [word]

    def both() -> list[str]:
        taken = one()
        while words[:1] == ["AND"]:
            words.pop(0)
            taken = taken + one()
        return taken

    def either() -> list[str]:
        offered = [both()]
        while words[:1] == ["OR"]:
            words.pop(0)
            offered.append(both())
        return min(offered, key=lambda names: [CHOICE.index(name) if name in CHOICE else len(CHOICE) for name in names])

    taken = either()
    if unknown := [name for name in taken if name not in WORDS]:
        raise SystemExit(f"{expression}: expected one of {', '.join(WORDS)}, found {unknown[0]}; add its words to scripts/notices.py")
    return taken


def texts(component: Component, licences: list[str]) -> list[str]:
    """The texts that have to go along: those of the licences that are taken but Apache-2.0, and notices."""
    needed = [name for name in licences if name != "Apache-2.0"]
    found, missing = [], list(needed)
    for file in sorted(component.place.rglob("*")):
        if not re.match(r"(?i)(licen[cs]e|copying|copyright|notice|unlicense)", file.name) or not file.is_file():
            continue
        inside = file.relative_to(component.place)
        if (component.name, inside.as_posix()) in LEFT_OUT or "node_modules" in inside.parts:
            continue
        text = "\n".join(line.rstrip() for line in file.read_text(errors="replace").strip().splitlines())
        notice = file.name.lower().startswith("notice")
        offered = [name for name, words in WORDS.items() if words.lower() in re.sub(r"\s+", " ", text).lower()]
        # Of texts at the top, the ones that were not taken; a text further down is of code of another hand.
        if not notice and (offered == ["Apache-2.0"] or (file.parent == component.place and offered and not {*offered} & {*needed})):
            continue
        missing = [name for name in missing if name not in offered]
        found.append(text)
    for name in missing:
        holders = ", ".join(re.sub(r"\s*<.*?>", "", one) for one in component.authors) or f"the authors of {component.name}"
        standard = Path(__file__).parent / "licences" / f"{name}.txt"
        if not standard.exists():
            raise SystemExit(f"{component.name}: has no text of {name}; expected one in {standard.relative_to(ROOT)}")
        found.append(standard.read_text().strip().replace("HOLDERS", holders))
    return found


def written(artefact: Artefact) -> str:
    components, _ = inventory(artefact)
    parts = len({part for one in components for part in one.parts}) > 1
    lines = [
        "# What others have made",
        "",
        "<!-- Written by `scripts/notices.py`; `scripts/check.sh` fails where it is stale. -->",
        "",
        f"The {len(components)} packages that are compiled into {artefact.said}, on all machines together,",
        "beside the standard library of Rust (MIT or Apache-2.0). Where a package offers several licences, the one in brackets is taken.",
        "The text of Apache-2.0 is in LICENSE; those of the others are below.",
        "",
        "| package | version | licence |" + (" in |" if parts else ""),
        "| --- | --- | --- |" + (" --- |" if parts else ""),
    ]
    bodies: dict[str, list[str]] = {}
    for one in components:
        taken = chosen(one.licence)
        for text in texts(one, taken):
            bodies.setdefault(text, []).append(f"{one.name} {one.version}")
        name = one.licence + (f" ({' and '.join(taken)})" if " OR " in one.licence else "")
        name += f"; {WITHIN[one.name]}" if one.name in WITHIN else ""
        where = f" {', '.join(sorted(one.parts))} |" if parts else ""
        lines.append(f"| [{one.name}]({one.source}) | {one.version} | {name} |{where}")
    if beside := asked(artefact):
        lines += ["", "## What may be installed beside it", "", "Nothing of these is contained.", ""]
        lines += ["| package | version | licence |", "| --- | --- | --- |"]
        lines += [f"| {name} | `{wanted}` | {licence} |" for name, wanted, licence in beside]
    lines += ["", "## Texts"]
    for text, names in bodies.items():
        # A fence that no text of a licence has.
        lines += ["", f"### {', '.join(names)}", "", "~~~~text", text, "~~~~"]
    return "\n".join(lines) + "\n"


def main() -> int:
    check = sys.argv[1:] == ["--check"]
    stale = 0
    for artefact in ARTEFACTS:
        file = ROOT / artefact.folder / "THIRD-PARTY.md"
        new, old = written(artefact), file.read_text() if file.exists() else ""
        if not check:
            file.write_text(new)
        elif new != old:
            name = str(file.relative_to(ROOT))
            sys.stdout.writelines(list(difflib.unified_diff(old.splitlines(True), new.splitlines(True), name, "as it would be"))[:40])
            print(f"{name} is stale: scripts/notices.py")
            stale = 1
    return stale


if __name__ == "__main__":
    raise SystemExit(main())
