"""The script that validates a step: files of each kind, a server, and how it ends."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cutover.validate_migration import main

HOUR = 3_600_000
NOW = 48 * HOUR
RULES = """cutover: 1
flags: { use_v2: { rules: [{ serve: { rollout: 0% } }] } }
metrics:
  precision: { kind: gauge, query: 'precision{version="v2"}' }
  p95: { kind: gauge, query: response_time_p95, arms: { label: version, old: v1, new: v2 } }
  errors:
    kind: counter
    query: { events: sum by (version) (errors_total), total: sum by (version) (requests_total) }
    arms: { label: version, old: v1, new: v2 }
gates:
  step:
    checks:
      - { metric: precision, at_least: 0.95 }
      - { metric: p95, at_most: { baseline: 120% } }
      - { metric: errors, test: harm }
plans:
  v2: { flag: use_v2, steps: [25%, 50%, 100%], bake: 48h, gate: step }
"""


def observations(precision: float = 0.96, bad: int = 2) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = []
    for hour in range(47, 48):
        end = (hour + 1) * HOUR
        arms = {"old": {"events": 30, "total": 30_000}, "new": {"events": bad, "total": 10_000}}
        seen.append({"metric": "precision", "at": end, "value": precision})
        seen.append({"metric": "p95", "at": end, "value": 87.0, "baseline": 95.0})
        seen.append({"metric": "errors", "from": end - HOUR, "to": end, **arms})
    return seen


def rows(seen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    flat = []
    for one in seen:
        row = {key: value for key, value in one.items() if key not in ("old", "new")}
        for arm in ("old", "new"):
            row |= {f"{arm}_{key}": value for key, value in one.get(arm, {}).items()}
        flat.append(row)
    return flat


@pytest.fixture
def ruleset(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return path


def run(ruleset: Path, *more: str, now: int = NOW) -> int:
    usual = ["--ruleset", str(ruleset), "--percentage", "25", "--window", "48", "--now", str(now)]
    return main([*usual, *more])


def write(path: Path, seen: list[dict[str, Any]]) -> str:
    columns = "metric at from to value baseline old_events old_total new_events new_total".split()
    flat = rows(seen)
    if path.suffix == ".json":
        path.write_text(json.dumps(seen), encoding="utf-8")
    elif path.suffix == ".csv":
        lines = [",".join(columns), *(",".join(str(row.get(name, "")) for name in columns) for row in flat)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    else:
        arrow = pytest.importorskip("pyarrow")
        parquet = pytest.importorskip("pyarrow.parquet")
        parquet.write_table(arrow.table({name: [row.get(name) for row in flat] for name in columns}), path)
    return str(path)


@pytest.mark.parametrize("kind", ["json", "csv", "parquet"])
def test_each_kind_of_file_ends_as_the_gate_does(ruleset: Path, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"seen.{kind}"
    assert run(ruleset, "--metrics", write(path, observations())) == 0
    assert run(ruleset, "--metrics", write(path, observations(precision=0.94))) == 1
    assert run(ruleset, "--metrics", write(path, observations(bad=200))) == 1
    assert run(ruleset, "--metrics", write(path, observations()[:2])) == 3  # errors were not measured
    assert run(ruleset, "--metrics", path.as_posix(), now=NOW + HOUR) == 3  # stale


def test_each_check_is_printed(ruleset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "seen.json", observations(precision=0.94))
    assert run(ruleset, "--metrics", file) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "v2 at 25%: fail"
    assert said[1] == "  fail          precision: 0.94 against 0.95 (threshold): it is not where it has to be"
    assert said[2].startswith("  pass          p95: 87 against 114 (threshold)")
    assert run(ruleset, "--metrics", file, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "fail" and told["percentage"] == 25 and len(told["gates"][0]["checks"]) == 3


def test_what_is_before_the_window_is_left_out(ruleset: Path, tmp_path: Path) -> None:
    seen = observations()
    old = {"metric": "errors", "from": -HOUR, "to": 0, "old": {"events": 5, "total": 9000}, "new": {"events": 400, "total": 9000}}
    assert run(ruleset, "--metrics", write(tmp_path / "seen.json", [old, *seen])) == 0
    assert run(ruleset, "--metrics", write(tmp_path / "seen.json", [old, *seen]), "--window", "3d") == 1


def test_wrong_use_is_neither_a_pass_nor_a_fail(ruleset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "seen.json", observations())
    usual = ["--ruleset", str(ruleset), "--metrics", file]
    assert main([*usual, "--percentage", "30"]) == 2
    assert "it has 25%, 50%, 100%" in capsys.readouterr().err
    assert main([*usual, "--percentage", "25", "--plan", "v3"]) == 2
    assert "`v2`" in capsys.readouterr().err
    for name, text, says in [
        ("x.json", "{}", "a list"),
        ("x.csv", "metrik,at\n", "no column `metrik`"),
        ("x.csv", "metric,at,value\nprecision,2026-12-01T09:00:00,1\n", "no offset"),
        ("x.csv", "metric,at,value\nprecision,0,a lot\n", "row 1"),
        ("x.txt", "", "ends with .json"),
    ]:
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert run(ruleset, "--metrics", str(tmp_path / name)) == 2
        assert says in capsys.readouterr().err
    for bad in (["--percentage", "101"], ["--percentage", "25", "--window", "0"], ["--percentage", "25", "--metrics", file]):
        with pytest.raises(SystemExit) as ended:
            main(["--ruleset", str(ruleset), "--prometheus", "http://127.0.0.1:1", *bad])
        assert ended.value.code == 2


def test_it_is_a_module_to_run(ruleset: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "seen.json", observations())
    command = [sys.executable, "-m", "cutover.validate_migration", "--ruleset", str(ruleset), "--metrics", file]
    ended = subprocess.run([*command, "--percentage=25", "--window=48", f"--now={NOW}"], capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_a_server_that_cannot_be_asked_is_not_known(ruleset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    assert run(ruleset, "--prometheus", f"http://127.0.0.1:{port}") == 3
    assert "the server cannot be asked" in capsys.readouterr().out


@contextmanager
def exporter(state: dict[str, float]) -> Iterator[int]:
    """A server of metrics whose counters go on with each scrape."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state["scrapes"] = scrapes = state.get("scrapes", 0) + 1
            lines = [f'precision{{version="v2"}} {state["precision"]}']
            for version, p95, each in (("v1", 95, 3000), ("v2", 87, 1000)):
                bad = state["bad"] if version == "v2" else 0.001
                lines.append(f'response_time_p95{{version="{version}"}} {p95}')
                lines.append(f'requests_total{{version="{version}"}} {scrapes * each}')
                lines.append(f'errors_total{{version="{version}"}} {round(scrapes * each * bad)}')
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(("\n".join(lines) + "\n").encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@contextmanager
def prometheus(folder: Path, target: int) -> Iterator[str]:
    binary = shutil.which("prometheus")
    if binary is None:
        pytest.skip("prometheus is not installed")
    config = folder / "prometheus.yml"
    config.write_text(
        "global: { scrape_interval: 1s }\n"
        f"scrape_configs: [{{ job_name: app, static_configs: [{{ targets: ['127.0.0.1:{target}'] }}] }}]\n",
        encoding="utf-8",
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [binary, f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{port}"]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            until = time.monotonic() + 60
            while time.monotonic() < until:
                try:
                    with urllib.request.urlopen(f"{url}/-/ready", timeout=2):
                        break
                except OSError:
                    time.sleep(0.2)
            yield url
        finally:
            process.terminate()


@pytest.mark.parametrize(("precision", "bad", "ends"), [(0.97, 0.001, 0), (0.97, 0.02, 1), (0.9, 0.001, 1)])
def test_a_real_prometheus_is_asked(ruleset: Path, tmp_path: Path, precision: float, bad: float, ends: int) -> None:
    state: dict[str, float] = {"precision": precision, "bad": bad}
    with exporter(state) as port, prometheus(tmp_path, port) as url:
        until = time.monotonic() + 60
        while state.get("scrapes", 0) < 6 and time.monotonic() < until:
            time.sleep(0.2)
        usual = ["--ruleset", str(ruleset), "--percentage", "25", "--prometheus", url, "--step", "1s", "--window", "1m"]
        assert main(usual) == ends
        ruleset.write_text(RULES.replace("response_time_p95", "'response_time_p95('"), encoding="utf-8")
        assert main(usual) == (1 if ends else 3)  # a query that cannot be read is no pass
