"""The environment of the process: the switches of a migration, as a `.env` file would have them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cutover import Engine
from cutover.source._transport import Idle, Listener, Offer

_UNFIT = re.compile(r"['\r\n]")
_NAME = re.compile(r"\w+", re.ASCII)


class EnvironmentTransport(Idle):
    """Reads the variables once."""

    def __init__(self, variables: Mapping[str, str], listener: Listener) -> None:
        super().__init__(listener)
        self._variables = variables

    def connect(self, how: str, version: int | None, wait_s: int) -> None:
        imported = Engine.import_ruleset("env", _text(self._variables))
        if imported.ruleset is None:
            why = "; ".join(f"{problem.message}: expected {problem.expected}" for problem in imported.diagnostics)
            self._listener.say("failed", why=why, status=None, retry_after_ms=None)
        else:
            self._listener.offered(Offer(None, None, imported.ruleset.encode()))


def _text(variables: Mapping[str, str]) -> str:
    """The variables as the lines of a file. In single quotes a text stands as it is; what cannot stand there is no switch."""
    lines = [
        f"{name}='{value}'\n" for name, value in variables.items() if _NAME.fullmatch(name) and not _UNFIT.search(value)
    ]
    return "".join(lines)
