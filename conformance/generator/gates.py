"""Gates: what is measured, in which order, and what each check comes to. Numbers are to the bit."""

from .core import File, floating

MINUTE = 60_000


def files():
    yield gates()
    yield results()


def value(metric, at, number, **more):
    return {"metric": metric, "at": at, "value": number, **more}


def arms(old, new):
    return {"old": {"events": old[0], "total": old[1]}, "new": {"events": new[0], "total": new[1]}}


def counted(metric, minute, old, new, **more):
    return {"metric": metric, "from": minute * MINUTE, "to": (minute + 1) * MINUTE, **arms(old, new), **more}


def counters(metric, minute, old, new):
    return {"metric": metric, "at": minute * MINUTE, **arms(old, new)}


def error(metric, at, why="connection refused"):
    return {"metric": metric, "at": at, "error": why}


def gates():
    file = File(
        "gates",
        "gates",
        "What a gate comes to, step by step: its verdict, and of each check the verdict, the value and the two e-values. Then "
        "the state, which has gone through the language's own JSON, is replayed, and must come to the same to the bit.",
    )

    def case(name, why, checks, *steps):
        file.rulesets[name] = {"cutover": 1, "gates": {"g": {"checks": checks}}}
        written = [
            {"now": now, "observations": observations, "want": {"verdict": verdict, "checks": wanted}}
            for now, observations, verdict, *wanted in steps
        ]
        file.add(name, why, ruleset=name, gate="g", steps=written)

    plain = [
        {"metric": "precision", "at_least": 0.95},
        {"metric": "p95_response_time_ms", "below": 100},
        {"metric": "error_rate", "below": "0.1%"},
        {"metric": "fallback_rate", "below": 0.005},
    ]

    def measured(precision, p95, errors, fallbacks, at=0):
        values = [("precision", precision), ("p95_response_time_ms", p95), ("error_rate", errors), ("fallback_rate", fallbacks)]
        return [value(metric, at, number) for metric, number in values]

    def held(verdict, number):
        return [verdict, number, None, None]

    case(
        "thresholds",
        "at least takes its own value, below does not; the worst check is the gate's verdict",
        plain,
        (
            0,
            measured(0.95, 87, 0.0004, 0.003),
            "pass",
            held("pass", 0.95),
            held("pass", 87),
            held("pass", 0.0004),
            held("pass", 0.003),
        ),
        (
            MINUTE,
            measured(0.95, 100, 0.0004, 0.003, at=MINUTE),
            "fail",
            held("pass", 0.95),
            held("fail", 100),
            held("pass", 0.0004),
            held("pass", 0.003),
        ),
    )
    case(
        "no data",
        "missing, misspelt, no number, failing and stale are verdicts of their own, and none is a pass",
        [{**check, "consecutive_errors": 0} for check in plain],
        (
            0,
            [value("precision", 0, 0.96), value("p95_response_time", 0, 80), value("error_rate", 0, floating("NaN")), error("fallback_rate", 0)],
            "error",
            held("pass", 0.96),
            held("no_data", None),
            held("error", None),
            held("error", None),
        ),
        (
            11 * MINUTE,
            measured(0.96, 80, 0, 0, at=10 * MINUTE)[1:],
            "stale",
            held("stale", 0.96),
            held("pass", 80),
            held("pass", 0),
            held("pass", 0),
        ),
    )
    case(
        "for",
        "it takes two minutes of the same, from measurement to measurement, to pass and to fail",
        [{"metric": "error_rate", "below": "1%", "for": "2m"}],
        (0, [value("error_rate", 0, 0.001)], "inconclusive", held("inconclusive", 0.001)),
        (2 * MINUTE, [], "inconclusive", held("inconclusive", 0.001)),
        (3 * MINUTE, [value("error_rate", 2 * MINUTE, 0.002)], "pass", held("pass", 0.002)),
        (4 * MINUTE, [value("error_rate", 4 * MINUTE, 0.02)], "inconclusive", held("inconclusive", 0.02)),
        (6 * MINUTE, [value("error_rate", 6 * MINUTE, 0.02)], "fail", held("fail", 0.02)),
    )
    case(
        "baseline",
        "20 % slower than the old side at that time, or than what was measured before",
        [
            {"metric": "p95", "at_most": {"baseline": "120%"}},
            {"metric": "p95", "at_most": {"baseline": "120%"}, "baseline": 80, "mode": "dry_run"},
        ],
        (0, [value("p95", 0, 119, baseline=100)], "pass", held("pass", 119), held("fail", 119)),
        (1, [value("p95", 1, 96)], "no_data", held("no_data", 96), held("pass", 96)),
    )
    case(
        "errors that are borne",
        "the last measurement stands, as long as it is fresh and there are no more errors than are borne",
        [{"metric": "error_rate", "below": "1%", "consecutive_errors": 1}],
        (0, [value("error_rate", 0, 0.001)], "pass", held("pass", 0.001)),
        (1, [error("error_rate", 1)], "pass", held("pass", 0.001)),
        (2, [error("error_rate", 2)], "error", held("error", 0.001)),
        (3, [value("error_rate", 3, 0.002)], "pass", held("pass", 0.002)),
    )
    case(
        "harm in arms of 5 and 95",
        "what is shown stays shown; a window that comes twice, and a clock that goes back, change nothing",
        [{"metric": "errors", "test": "harm", "min_samples": 500}],
        (MINUTE, [counted("errors", 0, (9, 9500), (1, 500))], "pass", *GOLDEN["harm 1"]),
        (2 * MINUTE, [counted("errors", 0, (9, 9500), (1, 500)), counted("errors", 1, (11, 9500), (3, 500))], "pass", *GOLDEN["harm 2"]),
        (3 * MINUTE, [counted("errors", 2, (10, 9500), (11, 500))], "fail", *GOLDEN["harm 3"]),
        (MINUTE, [counted("errors", 3, (900, 9500), (0, 500))], "fail", *GOLDEN["harm 4"]),
    )
    case(
        "harm where events are frequent",
        "more is better: the share of those that do not convert is what is bad",
        [{"metric": "conversions", "test": "harm", "better": "higher"}],
        (MINUTE, [counted("conversions", 0, (460, 2000), (450, 2000))], "pass", *GOLDEN["frequent 1"]),
        (2 * MINUTE, [counted("conversions", 1, (455, 2000), (300, 2000))], "fail", *GOLDEN["frequent 2"]),
    )
    case(
        "counters",
        "the first reading is a beginning; one that falls began anew",
        [{"metric": "errors", "test": "harm", "min_samples": 1}],
        (0, [counters("errors", 0, (70, 9000), (80, 8000))], "no_data", ["no_data", None, 1, None]),
        (MINUTE, [counters("errors", 1, (71, 9100), (81, 8100))], "pass", *GOLDEN["counters 1"]),
        (2 * MINUTE, [counters("errors", 2, (0, 50), (2, 60))], "pass", *GOLDEN["counters 2"]),
    )
    case(
        "margin",
        "worse by less than 0.7 % is shown, and the first window only teaches",
        [{"metric": "errors", "test": "margin", "at_most": "0.7%"}],
        (MINUTE, [counted("errors", 0, (20, 2000), (20, 2000))], "inconclusive", *GOLDEN["margin 1"]),
        (2 * MINUTE, [counted("errors", 1, (21, 2000), (19, 2000))], "inconclusive", *GOLDEN["margin 2"]),
        (3 * MINUTE, [counted("errors", 2, (20, 2000), (20, 2000))], "pass", *GOLDEN["margin 3"]),
    )
    case(
        "shares of the new arm",
        "fallbacks below half a percent, p95 below 100 ms, mismatches below a percent",
        [
            {"metric": "fallbacks", "test": "share", "at_most": "0.5%"},
            {"metric": "slow", "test": "slower_than", "than": "100ms"},
            {"metric": "mismatches", "test": "divergence", "at_most": "1%"},
        ],
        (
            MINUTE,
            [counted("fallbacks", 0, (0, 1), (1, 4000)), counted("slow", 0, (0, 1), (90, 1000)), counted("mismatches", 0, (0, 1), (0, 300))],
            "fail",
            *GOLDEN["shares"],
        ),
    )
    case(
        "the sample ratio",
        "the plan's share comes with the window; a window of one arm alone says nothing",
        [{"metric": "requests", "test": "sample_ratio"}],
        (MINUTE, [counted("requests", 0, (0, 5000), (0, 5000))], "no_data", ["no_data", None, 1, None]),
        (2 * MINUTE, [counted("requests", 1, (0, 9480), (0, 520), share=0.05)], "pass", *GOLDEN["ratio 1"]),
        (3 * MINUTE, [counted("requests", 2, (0, 9000), (0, 900), share=0.05)], "fail", *GOLDEN["ratio 2"]),
    )
    case(
        "divergence against noise",
        "the old arm is the old side asked twice",
        [{"metric": "comparisons", "test": "divergence"}],
        (MINUTE, [counted("comparisons", 0, (12, 1000), (14, 1000))], "pass", *GOLDEN["noise 1"]),
        (2 * MINUTE, [counted("comparisons", 1, (12, 1000), (60, 1000))], "fail", *GOLDEN["noise 2"]),
    )
    return file


def results():
    file = File(
        "arm_results",
        "arm_results",
        "Whether the new arm is better: the answer, and from where to where the difference of the rates may be.",
    )
    file.rulesets["empty"] = {"cutover": 1}

    def case(name, why, old, new, answer, interval, **options):
        given = {**arms(old, new), **options}
        file.add(name, why, ruleset="empty", arms=given, want={"answer": answer, "interval": interval})

    case("worse", "twice the errors", (100, 10_000), (200, 10_000), "worse", GOLDEN["worse"])
    case("better", "where more is better", (100, 10_000), (200, 10_000), "better", GOLDEN["worse"], better="higher")
    case("not yet known", "a handful tells nothing", (1, 100), (3, 100), "not_yet_known", GOLDEN["unknown"])
    case("empty", "an arm without requests may be anything", (0, 0), (3, 100), "not_yet_known", [-1, 1])
    case("void", "arms that are not what was planned are not compared", (100, 10_000), (200, 10_000), "not_yet_known", GOLDEN["worse"], share=0.05)
    return file


# What the engine comes to: these are to the bit, so that a platform whose logarithms were others would be found out.
GOLDEN = {
    "harm 1": [["pass", 0.002, 0.8458816410833151, None]],
    "harm 2": [["pass", 0.004, 3.537378784047085, None]],
    "harm 3": [["fail", 0.01, 7958152.661376268, None]],
    "harm 4": [["fail", 0.0075, 3979076.3330456736, None]],
    "frequent 1": [["pass", 0.775, 0.5030172271940888, None]],
    "frequent 2": [["fail", 0.8125, 11957272.534874763, None]],
    "counters 1": [["pass", 0.01, 0.7022923372769361, None]],
    "counters 2": [["pass", 0.01875, 1.1788763421203705, None]],
    "margin 1": [["inconclusive", 0.0, 1.0, 1.0]],
    "margin 2": [["inconclusive", -0.0005000000000000004, 1.0, 20.093646678516247]],
    "margin 3": [["pass", -0.00033333333333333305, 1.0, 210.0998818201254]],
    "shares": [
        ["pass", 0.00025, 0.0021146954942313323, 216212.86091090384],
        ["fail", 0.09, 92310.71632188586, 6.52198943722397e-06],
        ["inconclusive", 0.0, 0.1626215347478509, 9.094766782442411],
    ],
    "ratio 1": [["pass", 0.052, 0.33027828115462254, None]],
    "ratio 2": [["fail", 0.07135678391959799, 1000000000000.0, None]],
    "noise 1": [["pass", 0.014, 0.4400179500522405, None]],
    "noise 2": [["fail", 0.037, 105046.03496527068, None]],
    "worse": [0.0014507661790702942, 0.01903742868150832],
    "unknown": [-0.08882884750495375, 0.14428939595011897],
}
