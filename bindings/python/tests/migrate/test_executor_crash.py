"""A process is killed in the midst of its writes, again and again: what it has acknowledged is there, and on both sides."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

from executor_worker import opened

KILLS = int(os.environ.get("CUTOVER_KILLS", "12"))
WORKER = Path(__file__).parent / "executor_worker.py"


def test_nothing_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    random, acknowledged, recovered = Random(1), dict[str, int](), 0
    for kill in range(KILLS):
        first = 1 + kill * 100_000
        command = [sys.executable, str(WORKER), str(tmp_path), str(first), str(kill)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said = [process.stdout.readline()]
            try:
                process.wait(random.uniform(0.0, 0.1))
            except subprocess.TimeoutExpired:
                pass
            process.send_signal(signal.SIGKILL)
            said += process.stdout.readlines()
        assert process.returncode == -signal.SIGKILL
        for line in said:
            key, version = line.split()
            acknowledged[key] = max(acknowledged.get(key, 0), int(version))
        old, new, outbox, orders = opened(tmp_path)
        recovered += orders.worker().drain().recovered
        assert outbox.counts(0).pending == 0
        held = {key: version for key, version, _ in old.all()}
        assert {key: version for key, version in acknowledged.items() if held[key] < version} == {}
        assert old.all() == new.all()
        outbox.close()
        old.rows.close()
        new.rows.close()
    assert len(acknowledged) > 10 and recovered > 0
