"""What was asked for, and what to say where it was not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cutover import Context, Decision, Route

_TOLD = 10


@dataclass(frozen=True)
class Asked:
    """A decision or a route that was asked for."""

    kind: Literal["flag", "migration"]
    name: str
    """The flag or migration."""
    context: Mapping[str, object] | Context | None
    """The context, as it was given."""
    answer: Decision | Route


def meant(asked: Asked, name: str, context: Mapping[str, object] | None) -> bool:
    """Whether this is such a question."""
    return asked.name == name and (context is None or _has(asked.context, context))


def _has(whole: object, part: object) -> bool:
    if isinstance(part, Mapping) and isinstance(whole, Mapping):
        return all(key in whole and _has(whole[key], value) for key, value in part.items())
    return whole == part


def told(name: str, context: Mapping[str, object] | None, times: int | None, found: int, asked: Sequence[Asked]) -> str:
    """What should have been asked for, and what was."""
    often = "at least once" if times is None else f"{times} times"
    so = "" if context is None else f" with {_shown(context)}"
    lines = [f"  {each.name} {_shown(each.context)}" for each in asked[:_TOLD]] or ["  nothing"]
    if len(asked) > _TOLD:
        lines.append(f"  and {len(asked) - _TOLD} more")
    return "\n".join([f"`{name}` should have been asked for {often}{so}, and was {found} times. Asked for:", *lines])


def _shown(context: object) -> str:
    try:
        return json.dumps(context)
    except (TypeError, ValueError):
        return repr(context)
