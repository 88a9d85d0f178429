"""Headers on their way through: what belongs to one connection stays there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cutover.asgi._types import Scope

Headers = list[tuple[bytes, bytes]]

# What RFC 9110, 7.6.1, has an intermediary remove beside the names in `Connection`, and what else is for one hop.
_HOP_BY_HOP = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)


def _end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    lower = [(name.lower(), value) for name, value in headers]
    named = b",".join(value for name, value in lower if name == b"connection").lower()
    dropped = _HOP_BY_HOP.union(name.strip() for name in named.split(b","))
    return [(name, value) for name, value in lower if name not in dropped]


def values(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> list[bytes]:
    """All values of a header."""
    return [value for name, value in headers if name.lower() == wanted]


def has_body(scope: Scope) -> bool:
    """Whether a request has a body, by its framing."""
    headers = scope["headers"]
    lengths = values(headers, b"content-length")
    return bool(values(headers, b"transfer-encoding")) or any(length.strip(b"0 ") for length in lengths)


def asked(scope: Scope) -> dict[str, str]:
    """The headers as a path table asks for them: of several values the first counts, and cookies are one."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        if key == "cookie" and key in found:
            found[key] = f"{found[key]}; {text}"
        else:
            found.setdefault(key, text)
    return found


def request_headers(scope: Scope, host: bytes, *, keep_host: bool, trust_forwarded: bool) -> Headers:
    """The headers of a request for the service at `host`."""
    kept = _end_to_end(scope["headers"])
    given = b"".join(values(scope["headers"], b"host")[:1])
    client = (scope.get("client") or ["unknown"])[0].encode()
    scheme = scope.get("scheme", "http").encode()
    node = b"[%b]" % client if b":" in client else client
    quoted = given.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    forwarded = b'for="%b";host="%b";proto=%b' % (node, quoted, scheme)

    def known(name: bytes) -> list[bytes]:
        return values(kept, name) if trust_forwarded else []

    added = {
        b"host": given if keep_host and given else host,
        b"x-forwarded-for": b", ".join([*known(b"x-forwarded-for"), client]),
        b"x-forwarded-proto": b"".join(known(b"x-forwarded-proto")[:1]) or scheme,
        b"x-forwarded-host": b"".join(known(b"x-forwarded-host")[:1]) or given,
        b"forwarded": b", ".join([*known(b"forwarded"), forwarded]),
        b"via": b", ".join([*values(kept, b"via"), scope["http_version"].encode() + b" cutover"]),
    }
    # The server has answered `Expect` already.
    kept = [(name, value) for name, value in kept if name not in added and name != b"expect"]
    # The framing is that of the body as it goes out, whatever `Connection` named.
    if has_body(scope) and not values(kept, b"content-length"):
        kept.append((b"transfer-encoding", b"chunked"))
    return [*added.items(), *kept]


def answer_headers(headers: Iterable[tuple[bytes, bytes]], table: Mapping[str, str]) -> Headers:
    """The headers of a service's answer, with those of the table. `Link` is added to, the others are the table's."""
    said = [(name.lower().encode(), value.encode()) for name, value in table.items()]
    replaced = {name for name, _ in said if name != b"link"}
    return [*((name, value) for name, value in _end_to_end(headers) if name not in replaced), *said]
