#!/usr/bin/env python3
"""Writes the vectors from the tables in `generator/`, or checks that they are written.

    python3 generate.py            writes every file
    python3 generate.py --check    exits with 1 where a file differs from its table

Needs the package `xxhash`, an implementation of the hash that is independent of the engine's.
"""

import sys
from pathlib import Path

from generator import FILES
from generator.layout import write
from generator.refused import documents

HERE = Path(__file__).resolve().parent


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    files = FILES()
    texts = {f"{file.name}.json": write(file.document()) for file in files}
    texts |= {f"refused/{name}.json": write(document) for name, document in documents()}
    if arguments:
        return check(texts)
    for name, text in texts.items():
        (HERE / name).parent.mkdir(exist_ok=True)
        (HERE / name).write_text(text, encoding="utf-8", newline="\n")
    for stray in strays(texts):
        print(f"no table writes {stray}", file=sys.stderr)
    print(f"{sum(len(file.vectors) for file in files)} vectors in {len(files)} files")
    return 0


def check(texts):
    wrong = [name for name, text in texts.items() if read(HERE / name) != text]
    wrong += [f"{name} (no table writes it)" for name in strays(texts)]
    for name in wrong:
        print(f"{name} is not what the tables say: run generate.py", file=sys.stderr)
    return 1 if wrong else 0


def strays(texts):
    """Files of vectors that no table writes. `api.json` lists the names of the packages, and is none."""
    paths = [path.relative_to(HERE).as_posix() for folder in ("", "refused") for path in (HERE / folder).glob("*.json")]
    return sorted(set(paths) - texts.keys() - {"api.json"})


def read(path):
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
