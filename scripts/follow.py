"""Follows a page of the documentation from its first line, in an empty folder, against the packages as they are packed.

    python scripts/follow.py --artefacts FOLDER docs/tutorials/typescript.md…

What a page does to a folder is written in it: a block behind `<!-- file: NAME -->` is a file; a block of `console` has commands
behind `$ ` and below each what it prints, where `…` stands for anything. A command that ends with ` &` runs on until the
page ends. The names `cutover` of `npm install` and `pip install`, and of `cargo add`, stand for what the folder of artefacts
has, and the command `cutover` is the one in its folder `bin`: nothing comes from the workspace.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"(?:<!-- file: (?P<file>\S+) -->\n)?^```(?P<kind>\w+)[^\n]*\n(?P<text>.*?)^```$", re.M | re.S)


@dataclass
class Write:
    line: int
    name: str
    text: str


@dataclass
class Run:
    line: int
    command: str
    expected: list[str]


def steps(page: str) -> list[Write | Run]:
    """What a reader does, in order."""
    found: list[Write | Run] = []
    for block in BLOCK.finditer(page):
        line = page.count("\n", 0, block.start("text")) + 1
        if block["file"]:
            found.append(Write(line, block["file"], block["text"]))
        elif block["kind"] == "console":
            for offset, text in enumerate(block["text"].splitlines()):
                if text.startswith("$ "):
                    found.append(Run(line + offset, text[2:], []))
                elif not found or not isinstance(found[-1], Run):
                    raise SystemExit(f"line {line + offset}: a block of `console` begins with a command behind `$ `")
                elif isinstance(last := found[-1], Run):
                    last.expected.append(text)
    return found


def matches(expected: list[str], printed: str) -> bool:
    """Whether what was printed is what the page shows; `…` is anything, a line of it alone any lines."""
    if not expected:
        return True
    pattern = "\n".join(
        "(?:.*\n)*?.*" if line.strip() == "…" else re.escape(line).replace("…", ".*") for line in expected
    )
    return re.fullmatch(pattern, printed.rstrip("\n")) is not None


class Artefacts:
    """What would be published."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tarball = next(iter(sorted(folder.glob("cutover-*.tgz"))), None)
        self.wheels = sorted(folder.glob("cutover-*.whl"))
        self.crates = {path.name.rsplit("-", 1)[0]: path for path in sorted(folder.glob("crates/*"))}

    def command(self, text: str) -> str:
        """The command with what is packed in the place of the name."""
        if self.tarball is not None:
            text = re.sub(r"^(npm install(?: -D)?) cutover\b", rf"\1 '{self.tarball}'", text)
        if self.wheels:
            text = re.sub(r"^(pip install) cutover\b", rf"\1 '{self.wheels[0]}'", text)
        if "cutover" in self.crates:
            text = re.sub(r"^cargo add cutover\b", f"cargo add --path '{self.crates['cutover']}'", text)
        return text

    def prepare(self, folder: Path) -> None:
        """Says to Cargo where the crates are that a packed one depends on, which no registry has yet."""
        if self.crates:
            patches = [f"{name} = {{ path = {str(path)!r} }}" for name, path in self.crates.items()]
            Path(folder, ".cargo").mkdir()
            Path(folder, ".cargo", "config.toml").write_text("\n".join(["[patch.crates-io]", *patches]) + "\n")

    def environment(self) -> dict[str, str]:
        quiet = {"npm_config_loglevel": "error", "npm_config_fund": "false", "npm_config_audit": "false", "npm_config_update_notifier": "false"}
        path = os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]])
        return {**os.environ, **quiet, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PATH": path, "NO_COLOR": "1", "PS1": ""}


def follow(page: Path, artefacts: Artefacts) -> list[str]:
    """Does what the page says; gives what went otherwise than it says."""
    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="cutover-follow-") as folder:
        artefacts.prepare(Path(folder))
        # One shell for the page, as its reader has: folders and environments stay as they were left.
        shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=artefacts.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert shell.stdin is not None and shell.stdout is not None
        try:
            for step in steps(page.read_text()):
                if isinstance(step, Write):
                    file = Path(folder, step.name)
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(step.text)
                    continue
                mark = uuid.uuid4().hex
                shell.stdin.write(f"{artefacts.command(step.command)}\nprintf '\\n%s %s\\n' {mark} $?\n")
                shell.stdin.flush()
                printed = ""
                for line in shell.stdout:
                    if line.startswith(mark):
                        code = line.split()[1]
                        break
                    printed += line
                else:
                    code = "of the shell, which ended"
                printed = printed.removesuffix("\n")
                where = f"{page}:{step.line}: $ {step.command}"
                if code != "0":
                    problems.append(f"{where}\nends with {code}:\n{printed}")
                    break
                if not matches(step.expected, printed):
                    shown = "\n".join(step.expected)
                    problems.append(f"{where}\nprints:\n{printed}\nand the page says:\n{shown}")
        finally:
            shell.stdin.close()
            try:
                os.killpg(shell.pid, 15)
            except ProcessLookupError:
                pass
            shell.wait(timeout=30)
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description="Follows pages of the documentation in an empty folder.")
    parser.add_argument("--artefacts", type=Path, required=True, help="the folder of what is packed")
    parser.add_argument("pages", type=Path, nargs="+")
    given = parser.parse_args()
    artefacts = Artefacts(given.artefacts.resolve())
    failed = False
    for page in given.pages:
        problems = follow(page, artefacts)
        count = len(steps(page.read_text()))
        print(f"{'FAILED' if problems else 'ok':7} {page} ({count} steps)", flush=True)
        for problem in problems:
            print(problem)
        failed = failed or bool(problems) or count == 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
