"""The machines of the engine: what to do next is read from them, and nowhere decided here."""

from __future__ import annotations

import json
from typing import Any

from cutover._cutover import read_machine, step

Effects = list[dict[str, Any]]

_MACHINE: dict[str, list[str]] = json.loads(read_machine(0))
EVENTS = len(_MACHINE["events"])
"""How many events a table of reads knows."""

STARTED, COMPARING = map(_MACHINE["events"].index, ("started", "started_comparing"))
COMPARED, CANCELLED = map(_MACHINE["events"].index, ("compared", "cancelled"))
FROM = {said: _MACHINE["events"].index(f"from_{said}") for said in ("found", "missing", "error", "timeout")}
OTHER = {said: _MACHINE["events"].index(f"other_{said}") for said in FROM}

NAMES = _MACHINE["effects"]
ASK_FROM, ASK_OTHER, SHADOW = map(NAMES.index, ("ask_from", "ask_other", "shadow_other"))
ANSWER_FROM, COMPARE, REPORT = map(NAMES.index, ("answer_from", "compare", "report"))
FALLBACKS = {at: name.removeprefix("answer_other_") for at, name in enumerate(NAMES) if name.startswith("answer_other_")}
"""The effects that answer from the other side, and why."""
REPORTS = {at: name.removeprefix("report_") for at, name in enumerate(NAMES) if name.startswith("report_")}
"""The effects that report a verdict which is known without a comparison."""

_BITS = {"not_found": 1, "error": 2, "timeout": 4}


_TABLES: dict[tuple[str, ...], list[int]] = {}


def read_table(fallback_on: tuple[str, ...]) -> list[int]:
    """The table of reads that fall back on these answers: `table[state * EVENTS + event]`, with the next state in bits 0
    to 7 and two effects in bits 8 to 12 and 13 to 17."""
    table = _TABLES.get(fallback_on)
    if table is None:
        mask = sum(_BITS[reason] for reason in fallback_on)
        table = _TABLES[fallback_on] = json.loads(read_machine(mask))["table"]
    return table


class Machine:
    """One run of a machine.

    >>> run = Machine("dual_write", {"operation": "op-1", "writes": [{"to": "sql", "ack": "required"}]})
    >>> [effect["effect"] for effect in run.say({"event": "started"})]
    ['write']
    """

    def __init__(self, name: str, config: object, state: object = None) -> None:
        self.name, self.state = name, state
        self._config = json.dumps(config)

    def say(self, event: dict[str, Any]) -> Effects:
        """What is to be done, now that this has happened."""
        state = "" if self.state is None else json.dumps(self.state)
        answer = json.loads(step(self.name, self._config, state, json.dumps(event)))
        self.state = answer["state"]
        effects: Effects = answer["effects"]
        return effects
