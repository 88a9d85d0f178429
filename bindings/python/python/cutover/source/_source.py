"""A source of rulesets: does what the engine's machine says, and holds the engine of the moment."""

from __future__ import annotations

import base64
import binascii
import json
import os
import queue
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Literal, overload

from cutover import CutoverError, Engine
from cutover._cutover import changed, ed25519_verify, step
from cutover.source._cache import Cache
from cutover.source._environment import EnvironmentTransport
from cutover.source._epochs import Epochs
from cutover.source._file import FileTransport
from cutover.source._http import HttpTransport, Server
from cutover.source._listeners import EventName, Listeners
from cutover.source._redis import RedisTransport
from cutover.source._transport import Listener, Offer, Transport, started
from cutover.source._types import Changed, Fresh, NodeCounts, Ready, SourceError, SourceErrorCode, Stale


_BEGAN_MS = time.time_ns() // 1_000_000 - time.monotonic_ns() // 1_000_000


def now() -> int:
    """The time, which does not jump with the clock of the machine."""
    return _BEGAN_MS + time.monotonic_ns() // 1_000_000


class Source:
    """Where rulesets come from while a process runs, in threads of its own. It begins at once; `ready` waits for the first
    ruleset. Times are milliseconds.

    The engine of the moment is `engine`: ask for it at each decision, or give the source to a `Migration`. Whoever holds an
    engine goes on with it undisturbed; another ruleset is another engine. What is refused leaves what runs.

    >>> from cutover.source import Source
    >>> source = Source.environment(variables={"USE_JOBS_PARTNERS_READ": "true", "USE_JOBS_PARTNERS_WRITE": "false"})
    >>> source.ready()
    >>> source.engine.route("recruiters", {}).phase
    'dual_read'
    >>> source.close()
    """

    def __init__(
        self,
        config: dict[str, Any],
        makes: Callable[[Listener], Transport],
        *,
        fallback: Engine | None = None,
        cache: str | os.PathLike[str] | None = None,
        node: str | None = None,
    ) -> None:
        """Made by `http`, `redis`, `file` and `environment`."""
        self.node = node or f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        """The name of this process in reports."""
        self._config = json.dumps({**config, "node": self.node})
        self._state = ""
        # Wrong numbers are told to whoever has written them, and not later.
        self._step({"event": "woke", "now": 0})
        self._state = ""
        self._cache = None if cache is None else Cache(cache, config.get("env", ""))
        self._engine = None if fallback is None else fallback.stale()
        self._fresh: Engine | None = None
        self._loaded: Engine | None = None
        self._offer: Offer | None = None
        self._text: bytes | None = None
        self._epoch: int | None = None
        self._stale = False
        self._error: SourceError | None = None
        self._epochs = Epochs()
        self._listeners = Listeners()
        self._ended: list[Callable[[], object]] = []
        self._wake_at: int | None = None
        self._told = threading.Event()
        self._queue: queue.SimpleQueue[tuple[dict[str, Any], Offer | None]] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._transport = makes(self)
        self._thread = started("source machine", self._run)

    @classmethod
    def http(
        cls,
        url: str,
        env: str,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        ca: ssl.SSLContext | None = None,
        cache: str | os.PathLike[str] | None = None,
        public_keys: Mapping[str, str] | None = None,
        fallback: Engine | None = None,
        stale_after_ms: int | None = 60_000,
        report_ms: int | None = 10_000,
        connect_ms: int = 10_000,
        idle_ms: int = 45_000,
        base_ms: int = 500,
        factor: int = 2,
        cap_ms: int = 30_000,
        wait_s: int = 50,
        max_bytes: int = 64 << 20,
        node: str | None = None,
        counts: Callable[[], NodeCounts] | None = None,
    ) -> Source:
        """A control plane, by server-sent events; by long polls where those do not get through.

        `key` is the key of this client, `ca` a context with other authorities than the system's. `cache` is a file that keeps
        the last good ruleset, to start from where the server is not to be had. `public_keys` are 32 bytes of Ed25519 as
        base64, by their ids: where there are any, what none has signed is refused. After `stale_after_ms` without a word every
        decision says `STALE`; `None` is never. `fallback` decides until the first ruleset is there. A connection may take
        `connect_ms` to open and be silent for `idle_ms`; the next is made after a while at random, of at most `base_ms` times
        `factor` for each failure, up to `cap_ms`. `report_ms` is how often the server is told what runs here.
        `counts` gives what this process has counted since it began, by metric, such as `{"errors": {"old": {"events": 1, "total":
        90}, "new": {"events": 0, "total": 10}}}`: the server sums the counts of all nodes, and plans measure by them. Where it
        raises, or the server does not take it, that is warned of, and the rest is told without it.

        Raises `CutoverError` where a number makes no sense, and `ValueError` where the address is none.

        >>> from cutover import Engine
        >>> from cutover.source import Source
        >>> fallback = Engine.from_str("cutover: 1")
        >>> with Source.http("http://127.0.0.1:9", "production", fallback=fallback) as source:
        ...     source.stale
        True
        """
        server = Server(url, env, key, headers, ca)
        config = {
            "kind": "http",
            "env": env,
            "public_keys": dict(public_keys or {}),
            "stale_after_ms": stale_after_ms,
            "report_ms": report_ms,
            "connect_ms": connect_ms,
            "idle_ms": idle_ms,
            "base_ms": base_ms,
            "factor": factor,
            "cap_ms": cap_ms,
            "wait_s": wait_s,
        }
        return cls(
            config,
            lambda listener: HttpTransport(server, connect_ms, max_bytes, listener, counts),
            fallback=fallback,
            cache=cache,
            node=node,
        )

    @classmethod
    def redis(
        cls,
        url: str,
        env: str,
        *,
        cache: str | os.PathLike[str] | None = None,
        public_keys: Mapping[str, str] | None = None,
        fallback: Engine | None = None,
        stale_after_ms: int | None = 60_000,
        connect_ms: int = 10_000,
        idle_ms: int = 45_000,
        base_ms: int = 500,
        factor: int = 2,
        cap_ms: int = 30_000,
        node: str | None = None,
    ) -> Source:
        """A channel of Redis, `cutover:<env>`, and the key of that name, which holds its last message. The package `redis` has
        to be there.

        >>> from cutover import Engine
        >>> from cutover.source import Source
        >>> fallback = Engine.from_str("cutover: 1")
        >>> with Source.redis("redis://127.0.0.1:9", "production", fallback=fallback) as source:
        ...     print(source.epoch)
        None
        """
        config = {
            "kind": "redis",
            "env": env,
            "public_keys": dict(public_keys or {}),
            "stale_after_ms": stale_after_ms,
            "connect_ms": connect_ms,
            "idle_ms": idle_ms,
            "base_ms": base_ms,
            "factor": factor,
            "cap_ms": cap_ms,
        }
        return cls(
            config,
            lambda listener: RedisTransport(url, env, connect_ms, idle_ms, listener),
            fallback=fallback,
            cache=cache,
            node=node,
        )

    @classmethod
    def file(
        cls,
        path: str | os.PathLike[str],
        *,
        poll_ms: int = 250,
        fallback: Engine | None = None,
        stale_after_ms: int | None = 60_000,
        node: str | None = None,
    ) -> Source:
        r"""A file, YAML or JSON, that is looked at every `poll_ms`.

        >>> import tempfile, pathlib
        >>> from cutover.source import Source
        >>> path = pathlib.Path(tempfile.mkdtemp(), "ruleset.yaml")
        >>> _ = path.write_text("cutover: 1\nflags: {beta: {rules: [{serve: on}]}}")
        >>> with Source.file(path) as source:
        ...     source.ready()
        ...     source.engine.is_enabled("beta", {})
        True
        """
        config = {"kind": "file", "stale_after_ms": stale_after_ms}
        return cls(config, lambda listener: FileTransport(path, poll_ms, listener), fallback=fallback, node=node)

    @classmethod
    def environment(
        cls,
        *,
        variables: Mapping[str, str] | None = None,
        fallback: Engine | None = None,
        node: str | None = None,
    ) -> Source:
        """The switches of a migration in the environment of the process, read once.

        >>> from cutover.source import Source
        >>> with Source.environment(variables={"FORCE_RECRUITERS_FALLBACK": "true"}) as source:
        ...     source.ready()
        ...     source.engine.route("recruiters", {}).emergency
        True
        """
        given = dict(os.environ if variables is None else variables)
        config = {"kind": "environment"}
        return cls(config, lambda listener: EnvironmentTransport(given, listener), fallback=fallback, node=node)

    @property
    def engine(self) -> Engine:
        """The engine of the moment. Raises `SourceError` where there is no ruleset yet, and no fallback."""
        engine = self._engine
        if engine is None:
            message = f"there is no ruleset yet: wait for ready(), or give a `fallback`{_because(self._error)}"
            raise SourceError("no_ruleset", message)
        return engine

    @property
    def epoch(self) -> int | None:
        """The version that runs; `None` before the first. Those of a file are counted from 1."""
        return self._epoch

    @property
    def stale(self) -> bool:
        """Whether what runs may be out of date."""
        return self._stale or self._epoch is None

    @property
    def oldest_open(self) -> int | None:
        """The version under which the oldest operation began that is still open; `None` where none is."""
        return self._epochs.oldest

    def ready(self, timeout_ms: int | None = None) -> None:
        """Waits until there is a ruleset, be it the one from the disk.

        Raises `SourceError` where there is none within `timeout_ms`, with what went wrong last, or where the source is closed.
        """
        self._told.wait(None if timeout_ms is None else timeout_ms / 1_000)
        if (error := self._unready(timeout_ms)) is not None:
            raise error

    def _unready(self, timeout_ms: int | None) -> SourceError | None:
        if self._epoch is not None:
            return None
        if self._closed:
            return SourceError("closed", "the source is closed")
        return SourceError("no_ruleset", f"there is no ruleset after {timeout_ms} ms{_because(self._error)}")

    @overload
    def on(self, name: Literal["ready"], listener: Callable[[Ready], object]) -> Callable[[], None]: ...
    @overload
    def on(self, name: Literal["changed"], listener: Callable[[Changed], object]) -> Callable[[], None]: ...
    @overload
    def on(self, name: Literal["stale"], listener: Callable[[Stale], object]) -> Callable[[], None]: ...
    @overload
    def on(self, name: Literal["fresh"], listener: Callable[[Fresh], object]) -> Callable[[], None]: ...
    @overload
    def on(self, name: Literal["error"], listener: Callable[[SourceError], object]) -> Callable[[], None]: ...
    def on(self, name: EventName, listener: Callable[[Any], object]) -> Callable[[], None]:
        """Listens; what is given ends that. Listeners are called in the thread of the source, and what one raises is a
        warning. A `changed` names the flags and migrations that may decide otherwise. What was told before anybody listened,
        the first listener is told: the source has begun already.
        """
        off = self._listeners.add(name, listener)
        self._queue.put(({"event": "listened"}, None))
        return off

    def begin(self) -> Callable[[], None]:
        """An operation begins under the version that runs: call what is given when it is over. A `Migration` of this source
        does so by itself. What the oldest is, the server is told.
        """
        return self._epochs.begin(lambda: self._epoch or 0)

    def close(self) -> None:
        """Tells the server for the last time what runs here, and ends. The engine stays."""
        with self._closing:
            first, self._closed = not self._closed, True
        if first:
            self._queue.put(({"event": "closed"}, None))
        if self._thread is not threading.current_thread():
            self._thread.join(5)

    def __enter__(self) -> Source:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def say(self, event: str, **fields: Any) -> None:
        """What a transport tells."""
        self._queue.put(({"event": event, **fields}, None))

    def offered(self, offer: Offer) -> None:
        """What a transport offers."""
        event = {"version": offer.version, "signature": offer.signature, "has_text": offer.text is not None}
        self._queue.put(({"event": "offered", **event}, offer))

    def _step(self, event: dict[str, Any]) -> list[dict[str, Any]]:
        try:
            answer = json.loads(step("source", self._config, self._state, json.dumps(event)))
        except ValueError as error:
            raise CutoverError(str(error)) from None
        self._state = json.dumps(answer["state"])
        effects: list[dict[str, Any]] = answer["effects"]
        return effects

    def _run(self) -> None:
        """The thread of the machine: one event after the other."""
        self._start()
        while True:
            wait = None if self._wake_at is None else max(0, self._wake_at - now()) / 1_000
            try:
                event, offer = self._queue.get(timeout=wait)
            except queue.Empty:
                event, offer = {"event": "woke"}, None
            if event["event"] == "listened":
                self._listeners.catch_up()
                continue
            if offer is not None and offer.text is not None:
                self._offer = offer
            self._say(event)
            if event["event"] == "closed":
                break
        self._transport.close()
        self._settle()

    def _start(self) -> None:
        kept = None if self._cache is None else self._cache.read()
        cached = None
        if isinstance(kept, str):
            assert self._cache is not None
            self._failed("bad_cache", f"{self._cache.path} is not taken: {kept}")
        elif kept is not None:
            text, cached = kept
            self._offer = Offer(cached["version"], cached["signature"], text)
        self._say({"event": "started", "cached": cached})

    def _say(self, event: dict[str, Any]) -> None:
        events = [event]
        while events:
            for effect in self._step({**events.pop(0), "now": now()}):
                said = self._perform(effect)
                if said is not None:
                    events.append(said)

    def _perform(self, effect: dict[str, Any]) -> dict[str, Any] | None:
        kind = effect.pop("effect")
        if kind == "connect":
            self._transport.connect(effect["how"], effect["version"], effect["wait_s"])
        elif kind == "disconnect":
            self._transport.disconnect()
        elif kind == "fetch":
            self._transport.fetch(effect["version"])
        elif kind == "verify":
            return {"event": "verified", "version": effect["version"], "good": self._is_signed(**effect)}
        elif kind == "load":
            return self._load(effect["version"])
        elif kind == "adopt":
            self._adopt(**effect)
        elif kind == "save":
            self._save(effect["version"])
        elif kind == "stale":
            self._stale = True
            self._engine = self._engine if self._fresh is None else self._fresh.stale()
            self._listeners.tell("stale", Stale(effect["since"]))
        elif kind == "fresh":
            self._stale, self._engine = False, self._fresh
            self._listeners.tell("fresh", Fresh())
        elif kind == "error":
            self._failed(effect["code"], effect["message"])
        elif kind == "report":
            report = {"node": self.node, "epoch": effect["epoch"], "oldest_open": self.oldest_open}
            self._transport.report(report)
        elif kind == "wake_at":
            self._wake_at = effect["at"]
        return None

    def _is_signed(self, version: int, key: str, signature: str, prefix: str) -> bool:
        text = self._offer.text if self._offer is not None else None
        try:
            decoded = base64.b64decode(signature, validate=True)
        except binascii.Error:
            return False
        return ed25519_verify(base64.b64decode(key), prefix.encode() + (text or b""), decoded)

    def _load(self, version: int) -> dict[str, Any]:
        text = (self._offer.text if self._offer is not None else None) or b""
        try:
            self._loaded = Engine.from_str(text) if self._fresh is None else self._fresh.apply(text)
        except CutoverError as error:
            return {"event": "broken", "version": version, "why": str(error)}
        return {"event": "loaded", "version": version}

    def _adopt(self, version: int, first: bool, cached: bool) -> None:
        engine, before = self._loaded, self._text
        assert engine is not None and self._offer is not None and self._offer.text is not None
        self._fresh, self._loaded, self._text = engine, None, self._offer.text
        # The engine first: who begins in between counts as older than it is, never as younger.
        self._engine = engine
        self._epoch, self._error = version, None
        if first:
            self._listeners.tell("ready", Ready(version, cached))
            self._settle()
        elif self._listeners.any("changed"):
            texts = {
                "from": (before or b"").decode("utf-8", "replace"),
                "to": self._offer.text.decode("utf-8", "replace"),
            }
            names = json.loads(changed(engine, json.dumps(texts)))
            told = Changed(version, engine.digest, tuple(names["flags"]), tuple(names["migrations"]))
            self._listeners.tell("changed", told)

    def _save(self, version: int) -> None:
        if self._cache is None or self._offer is None or self._offer.text is None:
            return
        try:
            self._cache.write(self._offer.text, version, self._offer.signature, now())
        except OSError as error:
            self._failed("bad_cache", f"{self._cache.path} is not written: {error}")

    def _failed(self, code: SourceErrorCode, message: str) -> None:
        self._error = SourceError(code, message)
        self._listeners.tell("error", self._error)

    def _settle(self) -> None:
        """Tells those who wait that there is a ruleset, or never will be."""
        self._told.set()
        for ended in list(self._ended):
            ended()


def _because(error: SourceError | None) -> str:
    return "" if error is None else f" ({error.code}: {error})"
