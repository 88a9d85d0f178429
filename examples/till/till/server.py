"""The till as a server: `GET` is its screen, `POST` rings up a sale, `POST /backup` makes a backup."""

from __future__ import annotations

import json
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cutover.source import Source

from till.counts import Counts
from till.page import screen
from till.sales import BadSale, Sales, of_text, total_before, total_redesigned

FLAGS = (
    "price_buttons_v1_3",
    "category_visibility_v1_3",
    "scrollable_tickets_v1_3",
    "keyboard_shortcuts_v1_3",
    "visual_signals_v1_3",
    "central_block_redesign_v1_3",
    "recyclique_branding_v1_3",
    "backup_audit_v1_3",
)
REDESIGN = "central_block_redesign_v1_3"


class Banners:
    """What the control plane has to say to whoever stands at a till. Asked every second; what cannot be asked is old news."""

    def __init__(self, url: str | None, env: str, key: str) -> None:
        self.now: list[dict[str, str]] = []
        self._url, self._key = f"{url}/v1/environments/{env}/banners", key
        self._ended = threading.Event()
        if url is not None:
            threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while not self._ended.wait(0.5):
            request = urllib.request.Request(self._url, headers={"Authorization": f"Bearer {self._key}"})
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    told = json.load(answer)
            except OSError:
                continue
            self.now = [{"level": one["level"], "text": one["text"].get("en") or next(iter(one["text"].values()))} for one in told]

    def close(self) -> None:
        self._ended.set()


class Till:
    """What the handlers share."""

    def __init__(self, source: Source, sales: Sales, counts: Counts, banners: Banners, broken: bool) -> None:
        self.source, self.sales, self.counts, self.banners, self.broken = source, sales, counts, banners, broken

    def features(self, who: dict[str, str]) -> dict[str, bool]:
        """What is on for somebody: asked of the engine of the moment, each time."""
        engine = self.source.engine
        return {flag: engine.is_enabled(flag, who) for flag in FLAGS}

    def ring_up(self, who: dict[str, str], text: str) -> str:
        lines = of_text(text)
        redesigned = self.features(who)[REDESIGN]
        failed = True
        try:
            cents = total_redesigned(lines, self.broken) if redesigned else total_before(lines)
            self.sales.ring_up(who["operatorId"], who["site"], cents)
            failed = False
        finally:
            self.counts.note(redesigned, failed)
        return f"{cents // 100}.{cents % 100:02} €"


def serve(till: Till, port: int) -> ThreadingHTTPServer:
    """A server that listens on the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._screen("", 200)

        def do_POST(self) -> None:
            body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 65_536)).decode(errors="replace")
            if urlsplit(self.path).path == "/backup":
                place = till.sales.back_up(till.features(self._who())["backup_audit_v1_3"])
                return self._send(200, "application/json", json.dumps({"backup": place.name, "audit": till.sales.audit()}))
            try:
                said, status = till.ring_up(self._who(), parse_qs(body).get("lines", [""])[0]), 200
            except BadSale as error:
                said, status = str(error), 400
            except ArithmeticError:
                said, status = "this sale could not be rung up: write it down, and call for help", 500
            self._screen(said, status)

        def _who(self) -> dict[str, str]:
            asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            who = {"operatorId": asked.get("operator", "operator_1"), "site": asked.get("site", "centre")}
            return {**who, "team": asked["team"]} if "team" in asked else who

        def _screen(self, said: str, status: int) -> None:
            who = self._who()
            html = screen(who["operatorId"], who["site"], till.features(who), till.banners.now, said, till.source.epoch)
            self._send(status, "text/html; charset=utf-8", html)

        def _send(self, status: int, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Sales are no news."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


