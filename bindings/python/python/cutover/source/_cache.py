"""The last good ruleset on disk. What the file holds is the business of the engine."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from cutover._cutover import step


class Cache:
    """One file."""

    def __init__(self, path: str | os.PathLike[str], env: str) -> None:
        self.path = Path(path)
        self._config = json.dumps({"env": env})

    def _ask(self, event: dict[str, Any]) -> dict[str, Any]:
        effects: list[dict[str, Any]] = json.loads(step("source_cache", self._config, "", json.dumps(event)))["effects"]
        return effects[0]

    def read(self) -> tuple[bytes, dict[str, Any]] | str | None:
        """What is kept, or a sentence that says why it is not taken; `None` where there is no file."""
        try:
            header, _, text = self.path.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        except OSError as error:
            return str(error)
        said = {"event": "read", "header": header.decode("utf-8", "replace"), "text": text.decode("utf-8", "replace")}
        found = self._ask(said)
        if found.pop("effect") != "found":
            return str(found["why"])
        return text, found

    def write(self, text: bytes, version: int, signature: str | None, now: int) -> None:
        """Keeps a ruleset: beside the file, synced, and then in its place, so that there is always a whole one.

        Raises `OSError` where the disk does not take it.
        """
        kept = text.decode("utf-8", "replace")
        said = self._ask({"event": "keep", "now": now, "version": version, "signature": signature, "text": kept})
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        try:
            with open(beside, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.write(f"{said['header']}\n".encode())
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, self.path)
        except OSError:
            with suppress(OSError):
                beside.unlink()
            raise
