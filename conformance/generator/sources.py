"""Where rulesets come from: the machine of clients, and what they keep on disk. And what a ruleset that is stale decides."""

import xxhash

from .core import File
from .machines import Machine, said, to_do, wait

KEY = "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8="


def files():
    yield sources()
    yield offers()
    yield caches()
    yield stale()


def connect(how="stream", version=None, wait_s=50):
    return to_do("connect", how=how, version=version, wait_s=wait_s)


def wake(at):
    return to_do("wake_at", at=at)


def error(code, message):
    return to_do("error", code=code, message=message)


def started(now=0, cached=None):
    return said("started", now=now, cached=cached)


def offered(version, now, has_text=True, signature=None):
    return said("offered", version=version, now=now, has_text=has_text, signature=signature)


def failed(now, why="refused", status=None, retry_after_ms=None):
    return said("failed", now=now, why=why, status=status, retry_after_ms=retry_after_ms)


# Without reports, so that only what a vector is about is due.
QUIET = {"env": "production", "node": "node-1", "report_ms": None}


def took(version, now, *rest, first=False, cached=False):
    """What is done of a version that was offered and loads."""
    adopt = to_do("adopt", version=version, first=first, cached=cached)
    save = [] if cached else [to_do("save", version=version)]
    return [
        (offered(version, now), [to_do("load", version=version), wake(rest[0])]),
        (said("loaded", version=version, now=now), [adopt, *save, wake(rest[-1])]),
    ]


OPEN = [(started(), [connect(), wake(10_000)]), (said("opened", now=1), [wake(45_001)])]


def sources():
    file = Machine("machine_source", "When a client connects and again, and when what it runs is stale.")
    file.case(
        "the first ruleset",
        "a stream is opened, and the first version that loads is ready, kept and decided by; it is stale a minute later",
        "source",
        QUIET,
        *OPEN,
        *took(7, 5, 45_005, 45_005, first=True),
        (said("heard", now=15_000, retry_ms=None), [wake(60_000)]),
        (
            said("woke", now=60_000),
            [to_do("disconnect"), error("unreachable", "nothing was heard for too long"), wake(60_000 + delay(1, 1))],
        ),
    )
    file.case(
        "stale, and fresh again",
        "after so long without a word every decision says so; a word is enough to end that",
        "source",
        {**QUIET, "stale_after_ms": 1_000},
        *OPEN,
        *took(7, 5, 45_005, 1_005, first=True),
        (said("woke", now=1_005), [to_do("stale", since=5), wake(45_005)]),
        (said("heard", now=2_000, retry_ms=None), [to_do("fresh"), wake(3_000)]),
    )
    steps, now = [(started(), [connect(), wake(10_000)])], 0
    for number in range(1, 11):
        due = now + 10 + delay(1, number)
        told = [error("unreachable", "refused")] if number == 1 else []
        steps += [(failed(now + 10), [*told, wake(due)]), (said("woke", now=due), [connect(), wake(due + 10_000)])]
        now = due
    file.case(
        "ten reconnects",
        "waits are spread by the name of the node, up to twice as long each time; an outage is told once",
        "source",
        QUIET,
        *steps,
    )
    file.case(
        "as the server asks",
        "`Retry-After` is a wait at least, and `retry` of a stream is the longest first wait",
        "source",
        QUIET,
        OPEN[0],
        (failed(5, "503 busy", 503, 7_000), [error("unreachable", "503 busy"), wake(7_005)]),
        (said("woke", now=7_005), [connect(), wake(17_005)]),
        (said("opened", now=7_006), [wake(52_006)]),
        (said("heard", now=7_007, retry_ms=4_000), [wake(52_007)]),
        (said("ended", now=20_000, bye=True), [wake(20_000 + wait("node-1#2", 1, 4_000, 2, 30_000))]),
    )
    file.case(
        "streams that let nothing through",
        "after the second one long polls are made; what answers at once is not asked again at once; streams are tried again later",
        "source",
        {**QUIET, "streams_again_ms": 100_000},
        *OPEN,
        (
            said("woke", now=45_001),
            [to_do("disconnect"), error("unreachable", "nothing was heard for too long"), wake(45_001 + delay(1, 1))],
        ),
        (said("woke", now=46_000), [connect(), wake(56_000)]),
        (said("opened", now=46_001), [wake(91_001)]),
        (said("woke", now=91_001), [to_do("disconnect"), wake(91_001)]),
        (said("woke", now=91_001), [connect("poll"), wake(151_001)]),
        *[
            (offered(3, 91_100), [to_do("load", version=3), wake(96_100)]),
            (
                said("loaded", version=3, now=91_100),
                [
                    to_do("adopt", version=3, first=True, cached=False),
                    to_do("save", version=3),
                    connect("poll", 3),
                    wake(151_100),
                ],
            ),
        ],
        (said("heard", now=141_100, retry_ms=None), [connect("poll", 3), wake(201_100)]),
        (said("heard", now=141_200, retry_ms=None), [wake(146_100)]),
        (said("woke", now=146_100), [connect("poll", 3), wake(201_200)]),
        (said("heard", now=196_100, retry_ms=None), [connect("stream", 3), wake(206_100)]),
    )
    file.case(
        "no streams there",
        "a status that says so is enough",
        "source",
        QUIET,
        OPEN[0],
        (failed(5, "405 not that", 405), [error("unreachable", "405 not that"), wake(5)]),
        (said("woke", now=5), [connect("poll"), wake(60_005)]),
    )
    file.case(
        "not let in",
        "it is told once, and tried again",
        "source",
        QUIET,
        OPEN[0],
        (failed(5, "401 who?", 401), [error("not_allowed", "401 who?"), wake(5 + delay(1, 1))]),
        (said("woke", now=1_000), [connect(), wake(11_000)]),
        (failed(1_005, "401 who?", 401), [wake(1_005 + delay(1, 2))]),
    )
    reports = {**QUIET, "report_ms": 10_000, "stale_after_ms": None}
    file.case(
        "reports",
        "what runs is told after each change, every ten seconds and at the end; an answer that knows of more is looked after",
        "source",
        reports,
        *OPEN[:1],
        (offered(7, 5), [to_do("load", version=7), wake(10_000)]),
        (
            said("loaded", version=7, now=5),
            [
                to_do("adopt", version=7, first=True, cached=False),
                to_do("save", version=7),
                to_do("report", epoch=7),
                wake(10_005),
            ],
        ),
        (said("woke", now=10_005), [to_do("report", epoch=7), wake(20_005)]),
        (said("reported", now=10_006, version=7), [wake(20_005)]),
        (said("reported", now=10_007, version=8), [to_do("fetch", version=7), wake(20_005)]),
        (said("fetch_failed", now=10_100), [wake(10_100 + wait("node-1#0", 1, 500, 2, 30_000))]),
        (said("closed", now=10_101), [to_do("report", epoch=7), to_do("disconnect")]),
        (offered(9, 10_102), []),
    )
    file.case(
        "a file",
        "versions are counted; what is broken leaves what runs, and it becomes stale while the file is",
        "source",
        {"kind": "file", "stale_after_ms": 1_000},
        (started(), [connect("watch")]),
        (offered(None, 1), [to_do("load", version=1)]),
        (
            said("loaded", version=1, now=1),
            [to_do("adopt", version=1, first=True, cached=False), to_do("save", version=1), wake(1_001)],
        ),
        (said("heard", now=500, retry_ms=None), [wake(1_500)]),
        (offered(None, 600), [to_do("load", version=2), wake(1_500)]),
        (
            said("broken", version=2, now=600, why="no"),
            [error("broken", "version 2 is refused: no; what runs stays"), wake(1_500)],
        ),
        (said("heard", now=1_400, retry_ms=None), [wake(1_500)]),
        (said("woke", now=1_500), [to_do("stale", since=500)]),
        (offered(None, 2_000), [to_do("load", version=3)]),
        (
            said("loaded", version=3, now=2_000),
            [to_do("adopt", version=3, first=False, cached=False), to_do("save", version=3), to_do("fresh"), wake(3_000)],
        ),
    )
    file.refused(
        "too long a wait", "servers hold a poll for a minute at the most", "source", {"wait_s": 61}, "`wait_s` is 1 to 60"
    )
    file.refused(
        "a file with keys",
        "what cannot be signed cannot be verified",
        "source",
        {"kind": "file", "public_keys": {"a": KEY}},
        "files and environments carry no signature: no `public_keys`",
    )
    file.refused(
        "no key", "a key is 32 bytes", "source", {"public_keys": {"a": "AAAA"}}, "a key of `public_keys` is 32 bytes as base64"
    )
    return file


def delay(outage, failures):
    return wait(f"node-1#{outage}", failures, 500, 2, 30_000)


def offers():
    file = Machine(
        "machine_source_offers", "What a client takes of what it is offered: versions never go back, signatures are good."
    )
    start = [*OPEN, *took(7, 5, 45_005, 45_005, first=True)]
    file.case(
        "never back",
        "a lower version is refused and told, and keep-alives do not make what runs fresher from then on; the same version does",
        "source",
        {**QUIET, "stale_after_ms": 20_000},
        *OPEN,
        *took(7, 5, 45_005, 20_005, first=True),
        (
            offered(6, 1_000),
            [error("version_back", "version 6 is offered, which is before version 7; what runs stays"), wake(20_005)],
        ),
        (said("heard", now=15_000, retry_ms=None), [wake(20_005)]),
        (offered(6, 16_000), [wake(20_005)]),
        (said("woke", now=20_005), [to_do("stale", since=5), wake(61_000)]),
        (offered(7, 21_000), [to_do("fresh"), wake(41_000)]),
    )
    file.case(
        "without its text",
        "what is too long for an event is fetched, once; and again after a while where that fails",
        "source",
        QUIET,
        *start,
        (offered(8, 10, has_text=False), [to_do("fetch", version=7), wake(45_010)]),
        (offered(9, 11, has_text=False), [wake(45_011)]),
        (offered(9, 20), [to_do("load", version=9), wake(45_020)]),
        (
            said("loaded", version=9, now=20),
            [to_do("adopt", version=9, first=False, cached=False), to_do("save", version=9), wake(45_020)],
        ),
    )
    file.case(
        "broken",
        "what the engine refuses is told once, and not compiled again",
        "source",
        QUIET,
        *start,
        (offered(8, 10), [to_do("load", version=8), wake(45_010)]),
        (
            said("broken", version=8, now=10, why="no"),
            [error("broken", "version 8 is refused: no; what runs stays"), wake(45_010)],
        ),
        (offered(8, 20), [wake(45_020)]),
        (offered(9, 30), [to_do("load", version=9), wake(45_030)]),
    )
    signed = {**QUIET, "public_keys": {"k1": KEY}}
    verify = to_do("verify", version=7, key=KEY, signature="AbC=", prefix="cutover-ruleset-v1\nproduction\n7\n")
    file.case(
        "signed",
        "what is signed is the environment, the version and the text",
        "source",
        signed,
        *OPEN,
        (offered(7, 5, signature="k1:AbC="), [verify, wake(45_005)]),
        (said("verified", version=7, now=5, good=True), [to_do("load", version=7), wake(45_005)]),
    )
    file.case(
        "badly signed",
        "is not even compiled",
        "source",
        signed,
        *OPEN,
        (offered(7, 5, signature="k1:AbC="), [verify, wake(45_005)]),
        (
            said("verified", version=7, now=5, good=False),
            [error("bad_signature", "the signature of version 7 is wrong; what runs stays"), wake(45_005)],
        ),
        (
            offered(7, 6, signature="k2:AbC="),
            [
                error(
                    "unknown_key", "version 7 is signed by the key `k2`, which is none of the known keys `k1`; what runs stays"
                ),
                wake(45_006),
            ],
        ),
        (offered(7, 7), [error("unsigned", "version 7 has no signature; what runs stays"), wake(45_007)]),
        (said("loaded", version=7, now=8), [wake(45_007)]),
    )
    cached = {"version": 7, "saved_at": 100, "signature": None}
    file.case(
        "from the disk",
        "it is ready without the server, and as old as it is; the connection asks for what is newer",
        "source",
        {**QUIET, "stale_after_ms": 1_000},
        (started(5_000, cached), [to_do("load", version=7), wake(5_000)]),
        (
            said("loaded", version=7, now=5_000),
            [to_do("adopt", version=7, first=True, cached=True), connect(version=7), to_do("stale", since=100), wake(15_000)],
        ),
        (offered(7, 5_100), [to_do("fresh"), wake(6_100)]),
    )
    file.case(
        "from the disk, and broken",
        "it is told, and the connection is made all the same",
        "source",
        QUIET,
        (started(5_000, cached), [to_do("load", version=7), wake(5_000)]),
        (
            said("broken", version=7, now=5_000, why="no"),
            [error("broken", "version 7 is refused: no; what runs stays"), wake(5_000)],
        ),
        (said("woke", now=5_000), [connect(), wake(15_000)]),
        (offered(7, 5_001), [to_do("load", version=7), wake(50_001)]),
    )
    return file


def caches():
    file = Machine("machine_source_cache", "The last good ruleset on disk: a header of one line, and then the exact text.")
    text = "cutover: 1\nflags: {} # été 😀\n"
    checksum = f"{xxhash.xxh3_64_intdigest(text.encode()):016x}"
    header = f'{{"env":"staging","version":7,"etag":"\\"7\\"","saved_at":5,"xxh3":"{checksum}"}}'
    keep = said("keep", now=5, version=7, text=text)
    signed = header.replace(',"saved_at"', ',"signature":"k1:AbC=","saved_at"')
    here = {"env": "staging"}
    file.case("kept", "with what is needed to trust it again", "source_cache", here, (keep, [to_do("write", header=header)]))
    file.case(
        "kept, signed",
        "the signature is kept, too",
        "source_cache",
        here,
        ({**keep, "signature": "k1:AbC="}, [to_do("write", header=signed)]),
    )
    found = to_do("found", version=7, saved_at=5, signature=None)
    file.case("read", "what was kept is found", "source_cache", here, (said("read", header=header, text=text), [found]))
    other = f"{xxhash.xxh3_64_intdigest(text[:-1].encode()):016x}"
    file.case(
        "cut short",
        "a text that is another one is not taken",
        "source_cache",
        here,
        (
            said("read", header=header, text=text[:-1]),
            [to_do("ignored", why=f"the text hashes to {other}, and was {checksum} when it was kept")],
        ),
    )
    file.case(
        "of another environment",
        "a file of staging is nothing for production",
        "source_cache",
        {"env": "production"},
        (
            said("read", header=header, text=text),
            [to_do("ignored", why="it is of the environment `staging`, not of `production`")],
        ),
    )
    return file


def stale():
    file = File(
        "stale",
        "stales",
        "A ruleset of which nothing was heard for too long decides the same, and every answer says so. An error stays one.",
    )
    flags = {
        "static": {"rules": [{"serve": "on"}]},
        "targeted": {"rules": [{"if": {"attribute": "v", "is": 1}, "serve": "on"}]},
        "half": {"rules": [{"serve": {"rollout": "50%", "by": "unit"}}]},
        "disabled": {"enabled": False},
    }
    file.rulesets["stale"] = {"cutover": 1, "flags": flags}

    def row(flag, why, context, **want):
        answer = {"value": None, "variant": None, "reason": "STALE", "rule": None, "error": None, **want}
        file.add(flag, why, ruleset="stale", flag=flag, context=context, now=0, want=answer)

    row("static", "also what is the same for everybody", {}, value=True, variant="on", rule=0)
    row(
        "targeted",
        "the rule is told, the reason is that it may be another one by now",
        {"v": 1},
        value=True,
        variant="on",
        rule=0,
    )
    row("disabled", "defaults are answers", {}, value=False, variant="off")
    row("half", "an error is an error, however old", {}, reason="ERROR", rule=0, error="MISSING_UNIT")
    row("nobody's", "an unknown flag is one", {}, reason="ERROR", error="FLAG_NOT_FOUND")
    return file
