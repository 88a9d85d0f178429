"""Time windows: hours, days, zones, midnight, and the two nights on which clocks change."""

from .core import at
from .truths import Truths


def files():
    yield windows()
    yield clock_changes()


class Windows(Truths):
    """Windows with instants that lie in them or not."""

    def window(self, name, window, rows):
        self.condition(name, {"time": window})
        for instant, truth, why in rows:
            now = instant if isinstance(instant, int) else at(instant)
            self.row(name, str(instant), why, {}, truth, now=now)


def windows():
    file = Windows(
        "time_windows",
        "A window holds hours of the day on the clock of a zone, days of the week on which it begins, "
        "and bounds on the calendar. Each name is the instant asked about; the ruleset's zone is Europe/Paris.",
        timezone="Europe/Paris",
    )
    file.window(
        "09:00 to 17:30",
        {"from": "09:00", "to": "17:30"},
        [
            ("2026-01-15T07:59:59.999Z", "F", "in winter Paris is one hour ahead: the last millisecond before"),
            ("2026-01-15T08:00:00Z", "T", "the first millisecond is in"),
            ("2026-01-15T16:29:59.999Z", "T", "the last millisecond is in"),
            ("2026-01-15T16:30:00Z", "F", "the end is out"),
            ("2026-07-15T06:59:59Z", "F", "in summer Paris is two hours ahead"),
            ("2026-07-15T07:00:00Z", "T", "so the window opens an hour earlier in UTC"),
        ],
    )
    file.window(
        "22:00 to 06:00",
        {"from": "22:00", "to": "06:00"},
        [
            ("2026-01-15T20:59:59Z", "F", "a window that ends before it begins crosses midnight"),
            ("2026-01-15T21:00:00Z", "T", "it opens in the evening"),
            ("2026-01-15T23:00:00Z", "T", "midnight is in"),
            ("2026-01-16T04:59:59Z", "T", "it is open until the early hours"),
            ("2026-01-16T05:00:00Z", "F", "and closes at its end"),
        ],
    )
    file.window(
        "00:00 to 24:00",
        {"from": "00:00", "to": "24:00"},
        [
            ("2026-01-14T23:00:00Z", "T", "24:00 is the end of the day: the whole day is in, from its first second"),
            ("2026-01-15T22:59:59.999Z", "T", "to its last"),
        ],
    )
    file.window(
        "23:30 to 24:00",
        {"from": "23:30", "to": "24:00"},
        [
            ("2026-01-15T22:29:59Z", "F", "before"),
            ("2026-01-15T22:59:59Z", "T", "up to midnight"),
            ("2026-01-15T23:00:00Z", "F", "midnight belongs to the next day"),
        ],
    )
    file.window(
        "06:30:15 to 06:30:16",
        {"from": "06:30:15", "to": "06:30:16"},
        [
            ("2026-01-15T05:30:14.999Z", "F", "times of day may have seconds"),
            ("2026-01-15T05:30:15.500Z", "T", "one second long"),
            ("2026-01-15T05:30:16Z", "F", "and over"),
        ],
    )
    file.window(
        "weekdays",
        {"days": ["mon", "tue", "wed", "thu", "fri"]},
        [
            ("2026-01-16T22:59:59Z", "T", "Friday, until midnight in Paris"),
            ("2026-01-16T23:00:00Z", "F", "Saturday in Paris, while it is still Friday in UTC"),
            ("2026-01-18T23:00:00Z", "T", "Monday in Paris, while it is still Sunday in UTC"),
            ("1969-12-31T22:59:59Z", "T", "a Wednesday before the epoch"),
            ("1970-01-03T12:00:00Z", "F", "the third day of the epoch was a Saturday"),
        ],
    )
    file.window(
        "friday night",
        {"from": "22:00", "to": "06:00", "days": ["fri"]},
        [
            ("2026-01-16T21:00:00Z", "T", "Friday evening"),
            ("2026-01-17T04:59:59Z", "T", "Saturday's early hours belong to the window that began on Friday"),
            ("2026-01-16T04:59:59Z", "F", "Friday's early hours belong to Thursday's window, which is none"),
            ("2026-01-17T21:00:00Z", "F", "Saturday evening"),
        ],
    )
    file.window(
        "office hours",
        {"from": "09:00", "to": "17:00", "days": ["mon"]},
        [
            ("2026-01-19T08:00:00Z", "T", "Monday, 09:00 in Paris"),
            ("2026-01-19T16:00:00Z", "F", "Monday, 17:00"),
            ("2026-01-20T08:00:00Z", "F", "Tuesday, 09:00: a window that crosses no midnight has only its own day"),
        ],
    )
    file.window(
        "sunday night",
        {"from": "22:00", "to": "06:00", "days": ["sun"]},
        [
            ("2026-01-19T04:00:00Z", "T", "Monday's early hours belong to Sunday: the week goes round"),
            ("2026-01-18T04:00:00Z", "F", "Sunday's early hours belong to Saturday"),
        ],
    )
    file.window(
        "in New York",
        {"from": "09:00", "to": "17:00", "timezone": "America/New_York"},
        [
            ("2026-01-15T13:59:59Z", "F", "a window's own zone comes before the ruleset's"),
            ("2026-01-15T14:00:00Z", "T", "New York in winter is five hours behind UTC"),
            ("2026-07-15T13:00:00Z", "T", "and four in summer"),
        ],
    )
    file.window(
        "in Kathmandu",
        {"from": "00:00", "to": "00:15", "timezone": "Asia/Kathmandu"},
        [
            ("2026-01-15T18:14:59Z", "F", "offsets are not all whole hours"),
            ("2026-01-15T18:15:00Z", "T", "Kathmandu is 5:45 ahead"),
            ("2026-01-15T18:30:00Z", "F", "a quarter of an hour later"),
        ],
    )
    file.window(
        "in UTC",
        {"from": "00:00", "to": "12:00", "timezone": "UTC"},
        [
            ("2026-07-15T00:00:00Z", "T", "UTC is a zone like any other"),
            ("2026-07-15T12:00:00Z", "F", "noon"),
            (0, "T", "the epoch"),
            (-1, "F", "the millisecond before it was in the evening"),
        ],
    )
    file.window(
        "from a date",
        {"after": "2026-12-01T09:00:00Z"},
        [
            ("2026-12-01T08:59:59.999Z", "F", "the last millisecond before"),
            ("2026-12-01T09:00:00Z", "T", "`after` of a window takes its instant in, so that two windows can meet"),
            ("2150-07-01T00:00:00Z", "T", "and never closes"),
        ],
    )
    file.window(
        "until a date",
        {"before": "2026-12-01T10:00:00+01:00"},
        [
            ("2026-12-01T08:59:59.999Z", "T", "the last millisecond"),
            ("2026-12-01T09:00:00Z", "F", "`before` leaves its instant out"),
            (-9007199254740991, "T", "and was always open"),
        ],
    )
    file.window(
        "hours between dates",
        {"from": "22:00", "to": "06:00", "after": "2026-12-01T00:00:00Z", "before": "2026-12-03T00:00:00Z"},
        [
            ("2026-11-30T22:00:00Z", "F", "at night, before the dates"),
            ("2026-12-01T00:00:00Z", "T", "at night, from the first instant"),
            ("2026-12-01T12:00:00Z", "F", "by day, between the dates"),
            ("2026-12-02T23:59:59.999Z", "T", "at night, up to the last instant"),
            ("2026-12-03T00:00:00Z", "F", "at night, after the dates"),
        ],
    )
    file.window(
        "far in the future",
        {"from": "02:00", "to": "03:00"},
        [
            ("2150-07-01T00:00:00Z", "T", "the rules of summer time go on: 00:00 UTC is 02:00 in Paris in July"),
            ("2150-01-01T00:00:00Z", "F", "and 01:00 in January"),
        ],
    )
    return file


def clock_changes():
    file = Windows(
        "clock_changes",
        "On the night when clocks go forward an hour is missing, and when they go back one comes twice. "
        "A window is open whenever the clock on the wall says so.",
        timezone="Europe/Paris",
    )
    file.window(
        "Paris 02:00 to 03:00",
        {"from": "02:00", "to": "03:00"},
        [
            ("2026-03-28T01:30:00Z", "T", "the night before: 02:30"),
            ("2026-03-29T00:59:59.999Z", "F", "the last millisecond of winter time: 01:59:59.999"),
            ("2026-03-29T01:00:00Z", "F", "the first of summer time: 03:00. That night the window never opens"),
            ("2026-03-30T00:30:00Z", "T", "the night after: 02:30 again"),
            ("2026-10-24T23:59:59.999Z", "F", "still summer time: 01:59:59.999"),
            ("2026-10-25T00:00:00Z", "T", "02:00 for the first time"),
            ("2026-10-25T00:59:59.999Z", "T", "02:59:59.999 for the first time"),
            ("2026-10-25T01:00:00Z", "T", "02:00 for the second time: the window is open for two hours"),
            ("2026-10-25T01:59:59.999Z", "T", "02:59:59.999 for the second time"),
            ("2026-10-25T02:00:00Z", "F", "03:00"),
        ],
    )
    file.window(
        "Paris 01:30 to 02:30",
        {"from": "01:30", "to": "02:30"},
        [
            ("2026-03-29T00:30:00Z", "T", "01:30"),
            ("2026-03-29T01:00:00Z", "F", "03:00: half of the window does not exist that night"),
            ("2026-10-24T23:30:00Z", "T", "01:30"),
            ("2026-10-25T00:29:59Z", "T", "02:29:59 for the first time"),
            ("2026-10-25T00:30:00Z", "F", "02:30 for the first time"),
            ("2026-10-25T01:00:00Z", "T", "02:00 for the second time: the window opens once more"),
            ("2026-10-25T01:30:00Z", "F", "02:30 for the second time"),
        ],
    )
    file.window(
        "Paris, a Sunday that has 23 hours",
        {"days": ["sun"]},
        [
            ("2026-03-28T22:59:59Z", "F", "Saturday 23:59:59"),
            ("2026-03-28T23:00:00Z", "T", "Sunday 00:00"),
            ("2026-03-29T21:59:59Z", "T", "Sunday 23:59:59 in summer time"),
            ("2026-03-29T22:00:00Z", "F", "Monday 00:00"),
        ],
    )
    file.window(
        "Paris, saturday night",
        {"from": "22:00", "to": "06:00", "days": ["sat"]},
        [
            ("2026-03-28T21:00:00Z", "T", "Saturday 22:00 in winter time"),
            ("2026-03-29T03:59:59Z", "T", "Sunday 05:59:59 in summer time"),
            ("2026-03-29T04:00:00Z", "F", "Sunday 06:00: that night has seven hours"),
            ("2026-10-24T20:00:00Z", "T", "Saturday 22:00 in summer time"),
            ("2026-10-25T04:59:59Z", "T", "Sunday 05:59:59 in winter time: that night has nine hours"),
            ("2026-10-25T05:00:00Z", "F", "Sunday 06:00"),
        ],
    )
    new_york = {"timezone": "America/New_York"}
    file.window(
        "New York 02:00 to 03:00",
        {"from": "02:00", "to": "03:00", **new_york},
        [
            ("2026-03-08T06:59:59.999Z", "F", "the last millisecond of standard time: 01:59:59.999"),
            ("2026-03-08T07:00:00Z", "F", "03:00: in America clocks change three weeks earlier"),
            ("2026-03-09T06:30:00Z", "T", "the night after: 02:30 in daylight time"),
            ("2026-11-01T07:00:00Z", "T", "02:00 comes only once here, after 01:00 came twice"),
            ("2026-11-01T08:00:00Z", "F", "03:00"),
        ],
    )
    file.window(
        "New York 01:00 to 02:00",
        {"from": "01:00", "to": "02:00", **new_york},
        [
            ("2026-11-01T04:59:59.999Z", "F", "00:59:59.999"),
            ("2026-11-01T05:00:00Z", "T", "01:00 for the first time"),
            ("2026-11-01T06:00:00Z", "T", "01:00 for the second time"),
            ("2026-11-01T06:59:59.999Z", "T", "01:59:59.999 for the second time"),
            ("2026-11-01T07:00:00Z", "F", "02:00"),
        ],
    )
    file.window(
        "Lord Howe 01:30 to 02:00",
        {"from": "01:30", "to": "02:00", "timezone": "Australia/Lord_Howe"},
        [
            ("2026-04-04T14:30:00Z", "T", "01:30 for the first time: here clocks go back by half an hour"),
            ("2026-04-04T15:00:00Z", "T", "01:30 for the second time"),
            ("2026-04-04T15:30:00Z", "F", "02:00"),
        ],
    )
    return file
