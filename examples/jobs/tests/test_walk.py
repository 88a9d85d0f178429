"""The calendar, week by week, through all phases, back in the middle, and through an emergency, while people use the board.

What each job does is held against a table that is written down here, and against what is in the stores.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from conftest import Live, World, a_recruiter

import cutover
from board.record import text_of
from board.runner import Ran, Refused, Runner
from board.work import JOBS
from reconcile import FIELDS, unwind

OLD, NEW, BOTH, OFF, NOT = ["old"], ["new"], ["old", "new"], list[str](), ["refused"]
MADE_UP, NOBODY = "faux_email@faux-domaine.fr", "anonymized@example.com"


class Week(NamedTuple):
    week: int
    phase: str
    rewritten: list[str]
    """The seven that are rewritten, and `analyzeClosedCompanies`."""
    retired: list[str]
    """`removeDuplicatesRecruiters` and `lbaJobToJobsPartners`."""
    stream: list[str]
    persons: list[str]
    """`obfuscateCollections` and `anonymizeIndividual`."""
    users: list[str]
    status: list[str]
    emergency: bool = False


WEEKS = [
    Week(4, "sync", OLD, OLD, OLD, OLD, BOTH, OLD),
    Week(5, "sync", OLD, OLD, OLD, OLD, BOTH, OLD),
    Week(8, "dual_read", OLD, OLD, OLD, OLD, BOTH, OLD),
    Week(9, "dual_read", OLD, OLD, OLD, OLD, BOTH, OLD),
    # From here there is one of them for each store.
    Week(10, "dual_read", OLD, OLD, OLD, BOTH, BOTH, OLD),
    Week(11, "direct_write_3a", NEW, OLD, OLD, BOTH, BOTH, OLD),
    # Back.
    Week(12, "dual_read", OLD, OLD, OLD, BOTH, BOTH, OLD),
    Week(13, "direct_write_3a", NEW, OLD, OLD, BOTH, BOTH, OLD),
    Week(14, "direct_write_3a", OLD, OLD, OLD, BOTH, BOTH, OLD, emergency=True),
    # Its calendar keeps the stream a week longer than the phase has one.
    Week(15, "direct_write_3b", NEW, OLD, NOT, BOTH, BOTH, OFF),
    Week(16, "direct_write_3b", NEW, OLD, OFF, BOTH, BOTH, OFF),
    Week(17, "cleanup", NEW, OFF, OFF, NEW, NEW, OFF),
    Week(18, "cleanup", NEW, OFF, OFF, NEW, NEW, OFF),
]


def expected(week: Week) -> dict[str, list[str]]:
    rewritten = (
        *("recruiterOfferExpirationReminderJob", "cancelOfferJob", "fixJobExpirationDateJob", "updateMissingStartDateJob"),
        *("fixRecruiterDataValidationJob", "updateSiretInfosInErrorJob", "sendMiseEnRelation", "analyzeClosedCompanies"),
    )
    return {
        **dict.fromkeys(rewritten, week.rewritten),
        **dict.fromkeys(("removeDuplicatesRecruiters", "lbaJobToJobsPartners"), week.retired),
        "streamProcessor": week.stream,
        **dict.fromkeys(("obfuscateCollections", "anonymizeIndividual"), week.persons),
        "anonimizeUsersWithAccounts": week.users,
        "syncRecruiterStatusToJobsPartners": week.status,
    }


def plant(world: World, week: int) -> None:
    """What the jobs of this week, and those of the next one that was walked, will find."""
    n = f"_{week}"
    for name in (f"user_busy{n}", f"user_shop{n}", f"user_gone{n}"):
        world.user(name)
    # Three offers of two establishments that one user manages: two of them expire in a week, and one within a day.
    world.offer(f"week_a{n}", f"shop{n}", days=6.5)
    world.offer(f"week_b{n}", f"shop_2{n}", days=6.4, recruiter={"managed_by": f"user_shop{n}"})
    world.offer(f"day{n}", f"shop{n}", days=0.5)
    world.offer(f"expired{n}", f"shop{n}", days=-1)
    world.offer(f"far{n}", f"shop{n}", days=400)
    world.offer(f"start{n}", f"shop{n}", contract_start=None)
    world.offer(f"bad{n}", f"bad{n}", offer_opening_count=0, recruiter={"apply_phone": "06 12.34-56 78"})
    world.offer(f"siret{n}", f"siret{n}", recruiter={"recruiter_status": "EN_ATTENTE_VALIDATION"})
    world.offer(f"unheard{n}", f"unheard{n}", recruiter={"recruiter_status": "EN_ATTENTE_VALIDATION"})
    world.offer(f"closed{n}", f"closed{n}")
    world.offer(f"busy{n}", f"busy{n}", days=6.5)
    world.execute("INSERT INTO introductions VALUES (%s, 'candidate')", f"week_a{n}")
    # Two recruiters of one company with one address.
    twin = {"workplace_siret": f"siret_twin{n}", "apply_email": f"twin{n}@person.example"}
    world.offer(f"twin_a{n}", f"twin_a{n}", recruiter=twin)
    world.offer(f"twin_b{n}", f"twin_b{n}", recruiter=twin)
    # For the week after this one.
    world.offer(f"late{n}", f"late{n}", days=1.5)
    for name in ("archived", "asks", "gone"):
        world.offer(f"{name}{n}", f"{name}{n}")
    world.companies |= {
        f"siret_siret{n}": {"raison_sociale": f"Known{n}", "address": "2 rue de la Paix", "closed": False},
        f"siret_unheard{n}": {},
        f"siret_closed{n}": {"raison_sociale": f"Closed{n}", "address": "", "closed": True},
    }
    if world.query("SELECT to_regclass('recruiters') IS NOT NULL") == [(True,)]:
        # Names, which `jobs_partners` has no columns for.
        world.execute("""UPDATE recruiters SET document = document || '{"first_name": "Ada", "last_name": "L"}'
            WHERE document->>'first_name' IS NULL AND document->>'email' NOT LIKE 'anonymized%%'""")


def meanwhile(world: World, last: int) -> None:
    """What people do to what was planted before."""
    n = f"_{last}"
    assert world.board.edit(f"recruiter/archived{n}", lambda _: {"recruiter_status": "ARCHIVE"})
    world.forget_me(f"asks{n}@person.example")
    world.user(f"user_gone{n}", years_ago=3)
    world.board.delete(f"closed{n}")


def check_offers(world: World, week: int, stores: list[str], decides: str) -> None:
    n, now = f"_{week}", world.clock.time()
    for store in stores:

        def offer(name: str, store: str = store) -> dict[str, object]:
            return world.seen(store, f"offer/{name}{n}")

        for name, marker in (("week_a", "J7"), ("week_b", "J7"), ("busy", "J7"), ("day", "J1")):
            assert offer(name)[f"relance_mail_expiration_{marker}"] is not None, (store, name)
        assert offer("week_a")["relance_mail_expiration_J1"] is None
        assert offer("expired")["offer_status"] == "Cancelled" and offer("day")["offer_status"] == "Active"
        assert abs(_days(offer("far")["offer_expiration"], now) - 60) < 0.1
        assert abs(_days(offer("start")["contract_start"], now) - 30) < 0.1
        assert offer("bad")["offer_opening_count"] == 1
        assert offer("week_a")["mer_sent"] is not None and offer("week_b")["mer_sent"] is None
        assert world.seen(store, f"recruiter/bad{n}")["apply_phone"] == "0612345678"
        siret = world.seen(store, f"recruiter/siret{n}")
        assert (siret["recruiter_status"], siret["workplace_legal_name"]) == ("ACTIF", f"Known{n}"), store
        # The register could not tell: it is asked again.
        assert world.seen(store, f"recruiter/unheard{n}")["recruiter_status"] == "EN_ATTENTE_VALIDATION"
    assert world.mails(f"user_shop{n}") == [("J1", 1), ("J7", 2), ("introduction", 1)]
    assert world.mails(f"user_busy{n}") == [("J7", 1)]
    assert world.query("SELECT store, offers FROM closed_companies WHERE siret = %s", f"siret_closed{n}") == [(decides, 1)]


def _days(text: object, now: object) -> float:
    assert isinstance(text, str) and isinstance(now, datetime)
    return (datetime.fromisoformat(text.replace("Z", "+00:00")) - now) / timedelta(days=1)


def check_persons(world: World, last: int, stores: list[str]) -> None:
    n = f"_{last}"
    for name in ("archived", "asks", "gone"):
        assert world.traces(f"{name}{n}@person.example") == [], (name, stores)
        assert world.traces(a_recruiter(f"{name}{n}")["apply_phone"]) == [], (name, stores)
    assert world.traces(f"user_gone{n}@users.example") == []
    for store in stores:
        contacts = [world.seen(store, f"recruiter/{name}{n}")["apply_email"] for name in ("archived", "asks", "gone")]
        assert contacts == [MADE_UP, NOBODY, NOBODY], store
    if "old" in stores:
        for name, first in (("archived", "prenom"), ("asks", None), ("gone", None)):
            document = world.query("SELECT document FROM recruiters WHERE _id = %s", f"{name}{n}")[0][0]
            assert document["first_name"] == first, document


def test_the_calendar(world: World) -> None:
    live, second = Live(world.another()), Runner(world.another(), world.database, "second worker")
    last: int | None = None
    for week in WEEKS:
        world.at(week.week, week.phase, week.emergency)
        if week.phase == "cleanup":
            # The old store is removed, and nobody misses it.
            world.execute("DROP TABLE IF EXISTS recruiters, recruiters_log, recruiters_gone")
        plant(world, week.week)
        if last is not None:
            meanwhile(world, last)
        frozen = [] if week.phase != "direct_write_3b" else world.query("SELECT * FROM recruiters WHERE document->>'status' = 'ACTIF'")
        with live.editing(f"busy_{week.week}"):
            ticked = world.runner.tick()
        wanted = expected(week)

        # Each is where it has to be, and nowhere else.
        ran = {name: list(each.rows) for name, each in zip(JOBS, ticked, strict=True) if isinstance(each, Ran)}
        refused = {name: each for name, each in zip(JOBS, ticked, strict=True) if not isinstance(each, Ran)}
        assert ran | dict.fromkeys(refused, NOT) == wanted, (week.week, refused)
        assert all(isinstance(each, Refused) and each.hazards == ["job_behind"] for each in refused.values()), refused
        sides = world.query("SELECT job, side FROM runs WHERE day = %s AND outcome = 'done'", world.clock.time().date())
        assert sorted(sides) == sorted((job, side) for job, each in wanted.items() if each != NOT for side in each or ["off"])
        # Another worker has nothing left to do.
        again = [each for each in second.tick() if isinstance(each, Ran) and each.job != "streamProcessor"]
        assert {each.outcome for each in again} == {"done already"} and len(again) == 14

        world.caught_up()
        in_step = week.phase not in ("direct_write_3b", "cleanup")
        decides = "jobs_partners" if week.rewritten == NEW else "recruiters"
        check_offers(world, week.week, ["old", "new"] if in_step else ["new"], decides)
        assert world.board.offer(f"busy_{week.week}")["offer_description"] == live.acknowledged[f"busy_{week.week}"]  # type: ignore[index]
        if in_step:
            assert world.differences() == [], week
            owners = {world.seen(store, f"offer/twin_b_{week.week}")["establishment_id"] for store in ("old", "new")}
            assert owners == {f"twin_a_{week.week}"}
            assert not world.query("SELECT 1 FROM recruiters WHERE _id = %s", f"twin_b_{week.week}")
        else:
            assert world.seen("new", f"offer/twin_b_{week.week}")["establishment_id"] == f"twin_b_{week.week}"
        if week.phase == "direct_write_3b":
            # Nobody writes the old store any more, but to erase persons, and nothing of it comes back.
            untouched = world.query("SELECT * FROM recruiters WHERE document->>'status' = 'ACTIF'")
            moved = {id for id, _ in frozen} - {id for id, document in untouched if (id, document) in frozen}
            assert moved <= {f"{name}_{last}" for name in ("archived", "asks", "gone")}, moved
            assert not world.query("SELECT 1 FROM recruiters WHERE _id = %s", f"shop_{week.week}")
        if last is not None:
            check_persons(world, last, ["new"] if week.phase == "cleanup" or last >= 15 else ["old", "new"])
            for store in ["old", "new"] if in_step else ["new"]:
                assert world.seen(store, f"offer/late_{last}")["offer_status"] == "Cancelled"
                assert world.seen(store, f"offer/closed_{last}")["offer_status"] is None
                assert world.seen(store, f"recruiter/archived_{last}")["recruiter_status"] == "ARCHIVE"
        if week.week == 14:
            by_files(world)
        last = week.week

    # One mail of a kind to a user about an offer, in all that time.
    assert world.query("SELECT 1 FROM mails LEFT JOIN mails_about ON mail = mails.id WHERE offer IS NULL") == []
    assert world.query("SELECT 1 FROM runs WHERE outcome IN ('running', 'worked', 'failed', 'killed')") == []


def by_files(world: World) -> None:
    """The stores as files, and the reconciliation of `reconcile.py`."""
    folder = world.ruleset.parent
    owners = [
        {"_id": id, "status": document["status"], "jobs": [{"_id": job["_id"]} for job in document["jobs"]]}
        for id, document in world.query("SELECT _id, document FROM recruiters")
    ]
    pq.write_table(pa.Table.from_pylist(owners), folder / "recruiters.parquet")
    rows = world.query("SELECT _id, recruiter_status FROM jobs_partners WHERE NOT deleted")
    pq.write_table(pa.table({"_id": [row[0] for row in rows], "recruiter_status": [row[1] for row in rows]}), folder / "new.parquet")
    owed = cutover.reconcile(
        unwind(folder / "recruiters.parquet"), folder / "new.parquet", key=("job_id", "_id"), fields=FIELDS, extra="owe"
    )
    assert pa.table(owed).num_rows == 0 and owed.counters["compared"] == len(rows) > 100


def test_a_reminder_is_carried_over_the_flip(world: World) -> None:
    world.at(10, "dual_read")
    world.user("user_shop")
    world.offer("a", "shop", days=6.9)
    assert world.runner.run("recruiterOfferExpirationReminderJob").rows == {"old": 1}
    world.at(10, "direct_write_3a", hours=2)
    # The new side has the offer in its window, and finds by its marker that somebody has written already.
    due = "SELECT offer_expiration BETWEEN %s AND %s FROM jobs_partners WHERE _id = 'a'"
    now = world.clock.time()
    assert world.query(due, now + timedelta(days=6), now + timedelta(days=7)) == [(True,)]
    assert world.runner.run("recruiterOfferExpirationReminderJob").rows == {"new": 0}
    # And the other way round.
    world.offer("b", "shop", days=6.9)
    assert world.runner.run("recruiterOfferExpirationReminderJob").rows == {"new": 1}
    world.at(10, "dual_read", hours=4)
    assert world.runner.run("recruiterOfferExpirationReminderJob").rows == {"old": 0}
    assert world.mails("user_shop") == [("J7", 1), ("J7", 1)]
    for store in ("old", "new"):
        assert world.seen(store, "offer/a")["relance_mail_expiration_J7"] == text_of(world.clock.time() - timedelta(hours=4))
