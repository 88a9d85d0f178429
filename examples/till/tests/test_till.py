"""The till by itself, under a control plane, and through a rollout that goes wrong."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import HERE, Chat, Plane, Till, until

RULESET = (HERE / "ruleset.yaml").read_text()
FLAG = "central_block_redesign_v1_3"
# The same plan with a second for a day, at all hours.
QUICK = re.sub(r"(?m)^    hours: .*\n", "", RULESET)
QUICK = re.sub(r"days: (\d+)-(\d+)", "bake: 2s", QUICK).replace("bake: 7d", "bake: 1h").replace("bake: 1d", "bake: 2s")


def block(screen: str) -> str:
    return re.search(r'data-block="(\w+)"', screen).group(1)  # type: ignore[union-attr]


def test_it_works_with_a_file_alone(started: Callable[..., Any], tmp_path: Path) -> None:
    ruleset = tmp_path / "ruleset.yaml"
    ruleset.write_text(RULESET)
    till = started(Till, f"--ruleset={ruleset}")
    screen = till.screen("operator_3", site="north")
    assert "recyClique" in screen and "1 €" in screen and "<kbd>" not in screen and block(screen) == "old"
    assert till.sell("operator_3", "2 x chair @ 12.50\n1 x book @ 3") == (200, till.sell("operator_3", "1 x a @ 28")[1])
    assert till.sell("operator_3", "a chair")[0] == 400
    assert "expected such as `2 x chair @ 12.50`" in till.sell("operator_3", "a chair")[1]

    changed = RULESET.replace("keyboard_shortcuts_v1_3: { owner: till-team }", "keyboard_shortcuts_v1_3: { rules: [{ serve: on }] }")
    ruleset.write_text(changed)
    until("the keys are shown", lambda: "<kbd>" in till.screen("operator_3"))


def test_a_backup_is_audited_where_the_flag_says_so(started: Callable[..., Any]) -> None:
    till = started(Till)
    till.sell("operator_1", "1 x lamp @ 9.90")
    told = till.back_up()
    assert told["audit"] == [f"{told['backup']}: ok"]
    (folder,) = {Path(str(argument).removeprefix("--data=")) for argument in till.process.args if "--data=" in str(argument)}
    with sqlite3.connect(folder / told["backup"]) as copy:
        assert copy.execute("SELECT operator, cents FROM sales").fetchall() == [("operator_1", 990)]


def test_environments_are_apart_and_a_switch_is_seen_while_it_runs(started: Callable[..., Any]) -> None:
    plane = started(Plane, RULESET)
    till, dev = (
        started(Till, f"--cutover={plane.url}", f"--env={env}", key=plane.key(env)) for env in ("production", "dev")
    )
    plane.change("dev", "visual_signals_v1_3: { owner: till-team }", "visual_signals_v1_3: { rules: [{ serve: on }] }")
    until("the signals are there in dev", lambda: "● ready" in dev.screen("operator_1"))
    assert "● ready" not in till.screen("operator_1")

    plane.ask("POST", "/admin/emergency-rollback", {"flags": ["price_buttons_v1_3"], "reason": "they stick"})
    until("the buttons are gone", lambda: "1 €" not in till.screen("operator_1"))
    assert "1 €" in dev.screen("operator_1")


@pytest.mark.parametrize("broken", [False, True], ids=["good", "broken"])
def test_the_new_screen_comes_group_by_group_and_goes_by_itself(started: Callable[..., Any], broken: bool) -> None:
    chat = started(Chat)
    plane = started(Plane, QUICK, f"--webhook={chat.url}")
    more = ["--broken"] if broken else []
    till = started(Till, f"--cutover={plane.url}", *more, key=plane.key("production"))
    path = "/v1/environments/production/plans/central_block"
    page = {"on": True, "title": {"en": "Tills"}, "plans": {"central_block": {"title": {"en": "The new screen"}, "banner": True}}}
    plane.ask("PUT", "/v1/environments/production/status-page", page)

    def sell(count: int) -> None:
        for number in range(count):
            operator = ("operator_3", "operator_8", "operator_40")[number % 3]
            till.sell(operator, "1 x book @ 3\n1 x book @ 4", site="north" if number % 2 else "river")

    def stage() -> str:
        return str(plane.ask("GET", path)["stage"])

    def approve() -> None:
        until("it waits for a person", lambda: sell(3) or stage() == "awaiting_approval")
        step = plane.ask("GET", path)["state"]["step"]
        plane.ask("POST", f"{path}/events", {"event": "approve", "step": step})

    plane.ask("POST", f"{path}/events", {"event": "start"})
    until("the team has it", lambda: block(till.screen("ada", team="product")) == "new")
    assert block(till.screen("operator_3")) == "old"
    for _ in range(40):
        till.sell("ada", "1 x book @ 3", team="product")
        till.sell("operator_40", "1 x book @ 3")
    approve()
    until("the pilots have it", lambda: block(till.screen("operator_3")) == "new")
    assert block(till.screen("operator_40", site="north")) == "old"

    if broken:
        # A sale with one thing on two lines fails on the new screen alone.
        until("the plan goes back", lambda: sell(9) or stage() in ("rolling_back", "rolled_back"))
        until("everybody has the old screen", lambda: block(till.screen("operator_3")) == "old")
        assert block(till.screen("ada", team="product")) == "old"
        assert till.sell("operator_3", "1 x book @ 3\n1 x book @ 4")[0] == 200
        incidents = [line for line in plane.ask("GET", f"{path}/report").get("incidents", [])]
        last = plane.ask("GET", path)["state"]["log"][-1]
        assert last["reason"] == "trigger", last
        # Whoever keeps incidents is told of one, with the clock of its severity.
        told = until("the incident is told", lambda: [one for one in chat.told if one["kind"] == "incident"])
        assert "critical" in str(told[0]), told
        status = plane.ask("GET", "/status/production")
        assert "The new screen" in str(status)
        return

    approve()
    until("the first site has it", lambda: sell(3) or block(till.screen("operator_40", site="north")) == "new")
    approve()
    until("everybody has it", lambda: sell(3) or block(till.screen("operator_40", site="centre")) == "new", seconds=90)
