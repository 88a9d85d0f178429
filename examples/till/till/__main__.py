"""`python -m till`: a till, on the loopback. With `--cutover` its flags are those of a control plane, otherwise those of the file."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from pathlib import Path

from cutover.source import Source

from till.counts import Counts
from till.sales import Sales
from till.server import Banners, Till, serve

HERE = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(prog="till", description="The till of a second-hand shop.")
    parser.add_argument("--port", type=int, default=4330)
    parser.add_argument("--data", type=Path, default=Path("data"), help="where sales and backups are kept")
    parser.add_argument("--ruleset", type=Path, default=HERE / "ruleset.yaml")
    parser.add_argument("--cutover", metavar="URL", help="a control plane; its key is in CUTOVER_KEY")
    parser.add_argument("--env", default="production", help="dev, staging, production")
    parser.add_argument("--broken", action="store_true", help="the new screen has a mistake")
    given = parser.parse_args()

    counts, key = Counts(), os.environ.get("CUTOVER_KEY", "")
    if given.cutover is None:
        source = Source.file(given.ruleset)
    else:
        cache = given.data / "ruleset.cutover"
        given.data.mkdir(parents=True, exist_ok=True)
        source = Source.http(given.cutover, given.env, key=key, cache=cache, report_ms=500, counts=counts.told)
    source.ready(15_000)
    sales, banners = Sales(given.data), Banners(given.cutover, given.env, key)
    server = serve(Till(source, sales, counts, banners, given.broken), given.port)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"http://127.0.0.1:{server.server_address[1]}/?operator=operator_3&site=north", flush=True)
    server.serve_forever(0.05)
    banners.close()
    source.close()
    sales.close()


if __name__ == "__main__":
    main()
