"""What goes wrong: jobs on the wrong side by force, before their week, twice at once, and killed in the middle."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from conftest import World

from board.record import text_of
from board.runner import Ran, Refused, Runner
from board.work import JOBS

REMIND, CANCEL = "recruiterOfferExpirationReminderJob", "cancelOfferJob"


def test_a_job_is_not_run_on_the_wrong_side_and_by_force_it_does_no_harm(world: World) -> None:
    world.at(9, "dual_read")
    world.user("user_shop")
    world.offer("a", "shop", days=6.5)
    world.offer("b", "shop", days=-1)
    world.caught_up()
    # `jobs_partners` has not heard yet that one was prolonged, and the other one filled.
    world.board.edit("offer/a", lambda _: {"offer_expiration": text_of(world.clock.time().replace(year=2027))})
    world.board.edit("offer/b", lambda _: {"offer_status": "Filled"})
    with pytest.raises(Refused, match="in dual_read its side is old, and not new") as caught:
        world.runner.run(REMIND, force="new")
    assert caught.value.hazards == ["wrong_side"]
    assert world.query("SELECT side, outcome FROM runs") == [("-", "refused")]
    # Whoever insists finds both there, and the store that decides says no.
    for job in (REMIND, CANCEL):
        assert world.runner.run(job, force="new", accept=["wrong_side"]).rows == {"new": 0}
    assert world.mails("user_shop") == []
    world.caught_up()
    assert world.differences() == []
    assert world.seen("new", "offer/b")["offer_status"] == "Filled"
    assert world.query("SELECT accepted FROM runs WHERE outcome = 'done'") == [(["wrong_side"],)] * 2


def test_jobs_whose_week_has_not_come_are_refused_where_the_phase_is_ahead(world: World) -> None:
    world.at(6, "direct_write_3a")
    world.user("user_shop")
    world.offer("a", "shop", days=8)
    # With its backup, the old store is good enough for them.
    assert all(isinstance(each, Ran) for each in world.runner.tick())
    world.at(7, "direct_write_3b")
    world.offer("b", "shop", days=-1)
    ticked = dict(zip(JOBS, world.runner.tick(), strict=True))
    refused = {name for name, each in ticked.items() if isinstance(each, Refused) and each.hazards == ["job_behind"]}
    assert refused == {
        *("recruiterOfferExpirationReminderJob", "cancelOfferJob", "fixJobExpirationDateJob", "updateMissingStartDateJob"),
        *("fixRecruiterDataValidationJob", "updateSiretInfosInErrorJob", "sendMiseEnRelation"),
        *("streamProcessor", "obfuscateCollections", "anonymizeIndividual"),
    }
    assert all(isinstance(each, Ran) for name, each in ticked.items() if name not in refused)
    # By force the one for the old store runs: what it does not find there is left, and what it finds is done where writes go.
    assert world.runner.run(CANCEL, accept=["job_behind"]).rows == {"old": 0}
    world.at(8, "direct_write_3b")
    assert world.runner.run(CANCEL).rows == {"new": 2}
    assert world.seen("new", "offer/a")["offer_status"] == world.seen("new", "offer/b")["offer_status"] == "Cancelled"
    assert world.seen("old", "offer/a")["offer_status"] == "Active"


def test_in_an_emergency_without_a_backup_nothing_runs_until_somebody_has_said_so(world: World) -> None:
    world.at(16, "direct_write_3b", emergency=True)
    refusals = [each for each in world.runner.tick() if isinstance(each, Refused)]
    assert len(refusals) == 15 and {*refusals[0].hazards} == {"split_brain", "unbacked_emergency"} & {*refusals[0].hazards}
    assert world.query("SELECT DISTINCT outcome FROM runs") == [("refused",)]
    accepted = world.runner.tick(accept=refusals[0].hazards)
    assert [each for each in accepted if not isinstance(each, Ran)] == []


def test_of_two_workers_at_once_one_runs_a_job(world: World) -> None:
    world.at(11, "direct_write_3a")
    users = [f"user_shop_{number}" for number in range(20)]
    for number, user in enumerate(users):
        world.user(user)
        world.offer(f"offer_{number}", f"shop_{number}", days=6.5)
    runners = [Runner(world.another(), world.database, f"worker {number}") for number in range(4)]
    with ThreadPoolExecutor() as pool:
        ticks = list(pool.map(lambda runner: runner.tick(), runners))
    assert [each for tick in ticks for each in tick if not isinstance(each, Ran)] == []
    done = world.query("SELECT job, side FROM runs WHERE job <> 'streamProcessor' AND outcome = 'done'")
    assert len(done) == len({*done}) and {job for job, _ in done} == {*JOBS} - {"streamProcessor"}
    assert [world.mails(user) for user in users] == [[("J7", 1)]] * 20
    # Nor does a flip between two workers let a job run a second time, on the other side.
    world.at(11, "dual_read", hours=2)
    again = [each for each in runners[0].tick() if isinstance(each, Ran) and each.job != "streamProcessor"]
    assert {each.outcome for each in again} == {"done already"}


def test_two_edits_of_one_record_are_both_there(world: World) -> None:
    world.at(11, "direct_write_3a")
    world.offer("a", "shop", offer_opening_count=0)
    boards = [world.another() for _ in range(4)]

    def more(offer: dict[str, Any]) -> dict[str, Any]:
        return {"offer_opening_count": offer["offer_opening_count"] + 1}

    with ThreadPoolExecutor() as pool:
        assert all(pool.map(lambda number: boards[number % 4].edit("offer/a", more), range(40)))
    world.caught_up()
    assert world.seen("new", "offer/a")["offer_opening_count"] == 40
    assert world.differences() == []


@pytest.mark.parametrize(("phase", "then"), [("dual_read", "direct_write_3a"), ("direct_write_3a", "direct_write_3a")])
def test_a_worker_that_is_killed_is_followed_by_another_and_no_mail_goes_out_twice(world: World, phase: str, then: str) -> None:
    world.at(11, phase)
    count = 40
    for number in range(count):
        world.user(f"user_shop_{number}")
        world.offer(f"a_{number}", f"shop_{number}", days=6.5)
        world.offer(f"b_{number}", f"shop_{number}", days=6.5)
    world.caught_up()
    with world.worker("run", REMIND) as killed, psycopg.connect(world.database, autocommit=True) as watch:
        while watch.execute("SELECT count(*) FROM mails").fetchone()[0] < 10:  # type: ignore[index]
            assert killed.poll() is None, killed.communicate()
            time.sleep(0.001)
        # While it runs, nobody else does.
        assert world.runner.run(REMIND).outcome == "busy"
        killed.kill()
    assert killed.returncode == -9
    sent = world.query("SELECT count(*) FROM mails")[0][0]
    assert 10 <= sent < count and world.query("SELECT outcome FROM runs") == [("running",)]

    # What the dead worker has begun is due a minute later; the phase may have changed meanwhile.
    world.clock.set(world.clock.time() + timedelta(minutes=2))
    if then != phase:
        world.at(11, then, minutes=3)
    with world.worker("run", REMIND) as other:
        told, wrong = other.communicate(timeout=60)
    assert other.returncode == 0, wrong
    assert f"{REMIND}: done in {then}" in told
    assert [world.mails(f"user_shop_{number}") for number in range(count)] == [[("J7", 2)]] * count
    assert world.query("SELECT count(*) FROM mails") == [(count,)]
    assert world.query("SELECT outcome FROM runs ORDER BY id") == [("killed",), ("done",)]
    world.caught_up()
    assert world.differences() == []
    assert world.query("""SELECT 1 FROM jobs_partners WHERE "relance_mail_expiration_J7" IS NULL""") == []


def test_a_mail_that_was_sent_and_not_noted_is_noted_and_not_sent_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.user("user_shop")
    world.offer("a", "shop", days=6.5)

    def breaks(*_: Any) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(world.board, "edit", breaks)
        world.runner.run(REMIND)
    assert world.seen("old", "offer/a")["relance_mail_expiration_J7"] is None
    for rows in (1, 0):
        assert world.runner.run(REMIND).rows == {"old": rows}
        assert world.query("SELECT kind FROM mails") == [("J7",)]


def test_a_kill_between_the_two_sides_of_a_job_leaves_the_second_one_to_do(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.at(11, "direct_write_3a")
    world.user("user_gone", years_ago=3)
    world.offer("a", "gone")
    world.caught_up()
    job = "anonimizeUsersWithAccounts"
    whole = JOBS[job]

    def breaks(board: Any, side: Any) -> int:
        if side == "new":
            raise KeyboardInterrupt
        return whole(board, side)

    monkeypatch.setitem(JOBS, job, breaks)
    with pytest.raises(KeyboardInterrupt):
        world.runner.run(job)
    assert world.traces("gone@person.example") == ["jobs_partners"]
    monkeypatch.setitem(JOBS, job, whole)
    assert world.runner.run(job, daily=True).rows == {"old": 0, "new": 1}
    assert world.traces("gone@person.example") == []


def test_what_comes_late_does_not_bring_a_person_back(world: World) -> None:
    """The backup is owed a write with an address; the person is forgotten before it is delivered."""
    world.at(11, "direct_write_3a")
    world.offer("a", "asks")
    world.caught_up()
    write = world.board.old.write

    def down(*_: Any) -> None:
        raise ConnectionError("no backup just now")

    world.board.old.write = down  # type: ignore[assignment, method-assign]
    world.board.edit("recruiter/asks", lambda _: {"workplace_legal_name": "Other"})
    world.board.migration.settled(10)
    assert "asks@person.example" in world.query("SELECT payload FROM cutover_outbox")[0][0]
    world.forget_me("asks@person.example")
    world.board.old.write = write  # type: ignore[method-assign]
    for _ in range(2):
        world.runner.run("anonymizeIndividual")
        world.clock.set(world.clock.time().replace(hour=23))
        assert world.board.settle() == 0
    assert world.traces("asks@person.example") == []
    assert world.differences() == []


def test_a_deleted_offer_stays_deleted_whatever_the_batch_finds_in_the_old_store(world: World) -> None:
    world.at(15, "direct_write_3a")
    world.offer("a", "shop")
    world.offer("b", "shop")
    world.at(15, "direct_write_3b", hours=1)
    world.board.delete("a")
    world.board.edit("recruiter/shop", lambda _: {"recruiter_status": "ARCHIVE"})
    world.offer("c", "shop_c")
    assert world.runner.run("lbaJobToJobsPartners").rows == {"old": 0}
    assert world.board.offer("a") is None and world.board.offer("c") is not None
    assert world.seen("new", "recruiter/shop")["recruiter_status"] == "ARCHIVE"


def test_the_status_of_a_backup_that_is_behind_is_not_carried(world: World) -> None:
    world.at(11, "direct_write_3a")
    world.offer("a", "shop")
    world.caught_up()
    world.execute("""UPDATE recruiters SET document = document || '{"status": "EN_ATTENTE_VALIDATION", "version": 1}'""")
    assert world.runner.run("syncRecruiterStatusToJobsPartners").rows == {"old": 0}
    assert world.seen("new", "recruiter/shop")["recruiter_status"] == "ACTIF"


def test_what_is_wrong_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(JOBS, REMIND)
    with pytest.raises(ValueError, match=f"only one of the ruleset and `board.work` has: {REMIND}"):
        Runner(world.board, world.database)
    monkeypatch.undo()
    with pytest.raises(ValueError, match="there is no job `cancelOffer`; there are .*cancelOfferJob"):
        world.runner.run("cancelOffer")
    with world.worker("show") as process:
        told, _ = process.communicate(timeout=60)
    assert told.startswith("sync\n") and "both  anonimizeUsersWithAccounts\n" in told
    with world.worker("run", CANCEL, "--force", "new") as process:
        _, wrong = process.communicate(timeout=60)
    assert process.returncode == 1 and "accept wrong_side to run it all the same" in wrong
