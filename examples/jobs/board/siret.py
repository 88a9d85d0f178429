"""The register of companies: a service by HTTP, and what asks it. `GET /SIRET` is its answer as JSON, 404 where it knows none."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Company = dict[str, Any]


def ask(url: str, siret: str) -> Company | None:
    """What the register says of a company: `raison_sociale`, `address`, `closed`. `None` where it knows none. Raises `OSError`
    where it does not answer."""
    try:
        with urllib.request.urlopen(f"{url}/{siret}", timeout=5) as answer:
            found: Company = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 404:
                return None
        raise


@contextmanager
def register(companies: dict[str, Company]) -> Iterator[str]:
    """A register of these companies on the loopback: its address. One without a word, `{}`, is one that it cannot tell about just now."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = companies.get(self.path.lstrip("/"))
            body = json.dumps(found).encode()
            self.send_response(404 if found is None else 200 if found else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Questions are no news."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
