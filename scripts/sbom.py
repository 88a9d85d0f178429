"""Writes the bills of materials of what is published, as CycloneDX 1.6 in JSON: one file for each package.

    scripts/sbom.py FOLDER

They say what is linked into a package, as its THIRD-PARTY.md does, with the hashes of the locks and with what needs what. The same
commit gives the same files.
"""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path
from typing import Any

from inventory import ARTEFACTS, CRATES, Artefact, Component, inventory, told, version

NAMES = {"npm": "cutover", "python": "cutover", "cli": "cutover-cli", "crate": "cutover"}


def licence(expression: str) -> dict[str, Any]:
    return {"expression": expression} if " " in expression else {"license": {"id": expression}}


def part(component: Component) -> dict[str, Any]:
    function, digits = component.checked
    group, _, name = component.name.rpartition("/")
    return {
        "type": "library",
        "bom-ref": component.purl,
        **({"group": group} if group else {}),
        "name": name,
        "version": component.version,
        "hashes": [{"alg": function, "content": digits}],
        "licenses": [licence(component.licence)],
        "purl": component.purl,
        "externalReferences": [{"type": "website", "url": component.source}],
        "properties": [{"name": "cutover:part", "value": one} for one in sorted(component.parts)],
    }


def bill(artefact: Artefact) -> dict[str, Any]:
    components, direct = inventory(artefact)
    name = NAMES[artefact.name]
    purl = f"pkg:{artefact.kind}/{name}@{version()}"
    needs = [{"ref": purl, "dependsOn": sorted(direct)}]
    needs += [{"ref": one.purl, "dependsOn": sorted(one.needs)} for one in components]
    commit, time = told("git", "log", "-1", "--format=%H %cI").split()
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{purl}#{commit}')}",
        "version": 1,
        "metadata": {
            "timestamp": time,
            "component": {
                "type": "application" if artefact.name == "cli" else "library",
                "bom-ref": purl,
                "name": name,
                "version": version(),
                "description": artefact.said.replace("`", ""),
                "licenses": [licence("Apache-2.0")],
                "purl": purl,
            },
            "properties": [{"name": "cutover:commit", "value": commit}],
        },
        "components": [part(one) for one in components],
        "dependencies": needs,
    }


def main() -> int:
    if len(sys.argv) != 2:
        print("expected: scripts/sbom.py FOLDER", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for artefact in [*ARTEFACTS, CRATES]:
        made = bill(artefact)
        file = folder / f"cutover-{artefact.name}.cdx.json"
        file.write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n")
        print(f"{file}: {len(made['components'])} components")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
