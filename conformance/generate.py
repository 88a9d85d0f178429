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

HERE = Path(__file__).resolve().parent


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    files = FILES()
    texts = {f"{file.name}.json": write(file.document()) for file in files}
    if arguments:
        return check(texts)
    for name, text in texts.items():
        (HERE / name).write_text(text, encoding="utf-8", newline="\n")
    for stray in strays(texts):
        print(f"no table writes {stray.name}", file=sys.stderr)
    print(f"{sum(len(file.vectors) for file in files)} vectors in {len(files)} files")
    return 0


def check(texts):
    wrong = [name for name, text in texts.items() if read(HERE / name) != text]
    wrong += [f"{path.name} (no table writes it)" for path in strays(texts)]
    for name in wrong:
        print(f"{name} is not what the tables say: run generate.py", file=sys.stderr)
    return 1 if wrong else 0


def strays(texts):
    return [path for path in sorted(HERE.glob("*.json")) if path.name not in texts]


def read(path):
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
