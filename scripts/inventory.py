"""What is linked into the packages that are published, asked of the locks: `notices.py` and `sbom.py` write it down."""

from __future__ import annotations

import json
import re
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WASM = ["wasm32-unknown-unknown"]
GNU = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"]
MUSL = ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"]
OTHERS = ["x86_64-apple-darwin", "aarch64-apple-darwin", "x86_64-pc-windows-msvc", "aarch64-pc-windows-msvc"]


@dataclass(frozen=True)
class Root:
    """A crate that becomes a file of a package, and the machines that it is built for."""

    crate: str
    called: str
    targets: list[str]


@dataclass(frozen=True)
class Artefact:
    """A package as it is published: whose file of notices lies in `folder`, and what it is made of."""

    name: str
    said: str
    folder: str
    kind: str
    roots: list[Root]
    # An npm package that is compiled into it, by its folder.
    page: str | None = None


ARTEFACTS = [
    Artefact(
        "npm",
        "the npm packages `cutover` and `cutover-<target>`",
        "bindings/js",
        "npm",
        [
            Root("cutover-node", "addon", GNU + MUSL + OTHERS),
            Root("cutover-wasm", "modules", WASM),
            Root("cutover-decider-module", "modules", WASM),
        ],
    ),
    Artefact(
        "python",
        "the wheels of `cutover`",
        "bindings/python",
        "pypi",
        [Root("cutover-python", "module", GNU + MUSL + OTHERS)],
    ),
    Artefact(
        "cli",
        "the command `cutover` and its image",
        "crates/cutover-cli",
        "cargo",
        [Root("cutover-cli", "command", GNU + MUSL + OTHERS), Root("cutover-wasm", "page", WASM)],
        page="page",
    ),
]
# What only a bill of materials is about: it is published as sources, and so contains nothing of others.
CRATES = Artefact("crate", "the crate `cutover`", "crates/cutover", "cargo", [Root("cutover", "crate", GNU + MUSL + OTHERS)])


@dataclass
class Component:
    """A package of somebody else, at its version, and where its files lie."""

    kind: str
    name: str
    version: str
    licence: str
    place: Path
    authors: list[str]
    source: str
    # Of the archive in the registry, as the lock has it: the function, and what it says in hexadecimal digits.
    checked: tuple[str, str]
    # The parts of the artefact that have it, and the names of what it needs, as `purl`.
    parts: set[str] = field(default_factory=set)
    needs: set[str] = field(default_factory=set)

    @property
    def purl(self) -> str:
        return f"pkg:{self.kind}/{self.name.replace('@', '%40')}@{self.version.replace('+', '%2B')}"


def told(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE).stdout


@cache
def crates() -> dict[tuple[str, str], dict[str, Any]]:
    about = json.loads(told("cargo", "metadata", "--locked", "--format-version", "1"))
    return {(package["name"], package["version"]): package for package in about["packages"]}


@cache
def checksums() -> dict[tuple[str, str], str]:
    # By hand, for Python reads TOML from 3.11 on.
    entry = r'name = "(.+)"\nversion = "(.+)"\nsource = ".+"\nchecksum = "(.+)"'
    return {(name, version): checksum for name, version, checksum in re.findall(entry, (ROOT / "Cargo.lock").read_text())}


def npm_hash(integrity: str) -> tuple[str, str]:
    function, digits = integrity.split("-", 1)
    return function.replace("sha", "SHA-"), b64decode(digits).hex()


def spdx(expression: str) -> str:
    """Early crates write `MIT/Apache-2.0` where they mean `OR`."""
    return re.sub(r"\s*/\s*", " OR ", expression)


def crate(name: str, version: str) -> Component:
    about = crates()[name, version]
    if about["license"] is None:
        raise SystemExit(f"{name} {version}: expected a licence in its Cargo.toml, found none; see whether it may stay")
    place = Path(about["manifest_path"]).parent
    source = about["repository"] or f"https://crates.io/crates/{name}"
    checked = ("SHA-256", checksums()[name, version])
    return Component("cargo", name, version, spdx(about["license"]), place, about["authors"], source, checked)


def linked(root: Root) -> Iterator[tuple[int, str, str]]:
    """Lines of a tree, as depth, name and version: macros, build scripts and tests are run, and not linked."""
    targets = [word for target in root.targets for word in ("--target", target)]
    shape = ["--edges", "normal,no-proc-macro", "--prefix", "depth", "--format", " {p}"]
    for line in told("cargo", "tree", "--locked", "--package", root.crate, *targets, *shape).splitlines():
        if found := re.match(r"(\d+) (\S+) v(\S+)", line):
            yield int(found[1]), found[2], found[3]


def ours(name: str, version: str) -> bool:
    return crates()[name, version]["source"] is None


def modules(folder: str) -> Iterator[Component]:
    """What the npm package in `folder` is made of, by its lock; the packages have to be installed."""
    lock = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    seen: set[str] = set()
    for path, about in lock.items():
        name = path.rpartition("node_modules/")[2]
        # Types are read by the compiler, and gone after it.
        if not path.startswith("node_modules/") or "dev" in about or "link" in about or name.startswith("@types/"):
            continue
        licence, source = about["license"].strip("()"), f"https://www.npmjs.com/package/{name}"
        one = Component("npm", name, about["version"], licence, ROOT / folder / path, [], source, npm_hash(about["integrity"]))
        one.needs = {*about.get("dependencies", {})}
        if one.name in seen:
            raise SystemExit(f"{folder}/package-lock.json has two versions of {one.name}: expected one, which is told apart by name")
        seen.add(one.name)
        yield one


def inventory(artefact: Artefact) -> tuple[list[Component], set[str]]:
    """
    Everything of somebody else in an artefact, in the order of names, and the `purl` of what ours need of it: crates of this
    repository are no parts of their own.
    """
    found: dict[str, Component] = {}
    direct: set[str] = set()
    for root in artefact.roots:
        above: list[Component | None] = []
        for depth, name, version in linked(root):
            if ours(name, version):
                one = None
            else:
                made = crate(name, version)
                one = found.setdefault(made.purl, made)
                one.parts.add(root.called)
            above[depth:] = [one]
            if one:
                user = above[depth - 1]
                (user.needs if user else direct).add(one.purl)
    if artefact.page:
        packages = {one.name: one for one in modules(artefact.page)}
        left = [*json.loads((ROOT / artefact.page / "package.json").read_text())["dependencies"]]
        direct |= {packages[name].purl for name in left if name in packages}
        while left:
            one = packages.pop(left.pop(), None)
            if one:
                left += one.needs
                one.parts.add("page")
                found[one.purl] = one
        names = {one.name: one.purl for one in found.values() if one.kind == "npm"}
        for one in found.values():
            if one.kind == "npm":
                one.needs = {names[need] for need in one.needs if need in names}
    return sorted(found.values(), key=lambda one: (one.name.lower(), one.version)), direct


def asked(artefact: Artefact) -> list[tuple[str, str, str]]:
    """What a user may install beside a package, as name, range and licence; the package contains none of it."""
    if artefact.kind == "npm":
        about = json.loads((ROOT / artefact.folder / "package.json").read_text())
        lock = json.loads((ROOT / artefact.folder / "package-lock.json").read_text())["packages"]
        beside = {**about.get("dependencies", {}), **about.get("peerDependencies", {})}
        return [(name, wanted, lock[f"node_modules/{name}"]["license"]) for name, wanted in sorted(beside.items())]
    if artefact.kind == "pypi":
        project = (ROOT / artefact.folder / "pyproject.toml").read_text()
        extras = project.partition("[project.optional-dependencies]\n")[2].partition("\n[")[0]
        wanted = {*re.findall(r'"([\w-]+)([^"]*)"', extras)}
        return [(name, version, PYPI[name]) for name, version in sorted(wanted)]
    return []


# No lock tells what licence these have: not every one of them is installed where this is run.
PYPI = {
    "duckdb": "MIT",
    "httpx": "BSD-3-Clause",
    "openfeature-sdk": "Apache-2.0",
    "pandas": "BSD-3-Clause",
    "polars": "MIT",
    "pyarrow": "Apache-2.0",
    "pyspark": "Apache-2.0",
    "redis": "MIT",
}


def version() -> str:
    return next(version for name, version in crates() if name == "cutover")
