"""Whoever listens to a source."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Literal

from cutover.source._transport import message_of

EventName = Literal["ready", "changed", "stale", "fresh", "error"]
NAMES: tuple[EventName, ...] = ("ready", "changed", "stale", "fresh", "error")

_UNTOLD = 16
"""So many events are kept for the first listener."""


class Listeners:
    """Events are told in the thread of the source; any thread may listen."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[Callable[[Any], object]]] = {name: [] for name in NAMES}
        self._untold: list[tuple[EventName, object]] = []
        """What nobody has listened to yet."""

    def add(self, name: EventName, listener: Callable[[Any], object]) -> Callable[[], None]:
        """What is given ends it. Raises `ValueError` where there is no such event."""
        if name not in self._by_name:
            raise ValueError(f"a source has no event {name!r}")
        listeners = self._by_name[name]
        listeners.append(listener)

        def off() -> None:
            if listener in listeners:
                listeners.remove(listener)

        return off

    def any(self, name: EventName) -> bool:
        """Whether anybody listens."""
        return bool(self._by_name[name])

    def catch_up(self) -> None:
        """Tells what nobody had listened to."""
        untold, self._untold = self._untold, []
        for name, event in untold:
            self._one(name, event)

    def tell(self, name: EventName, event: object) -> None:
        """Tells everybody, in the order in which things happened; what one raises is a warning."""
        self.catch_up()
        self._one(name, event)

    def _one(self, name: EventName, event: object) -> None:
        listeners = list(self._by_name[name])
        if not listeners:
            self._untold = [*self._untold, (name, event)][-_UNTOLD:]
        for listener in listeners:
            try:
                listener(event)
            except Exception as error:
                warnings.warn(f"a listener of `{name}` has raised: {message_of(error)}", RuntimeWarning, stacklevel=2)
