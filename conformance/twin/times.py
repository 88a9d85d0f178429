"""Windows of time, and the clock on the wall."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from .texts import moment

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def window(asked, world):
    """Whether now lies in a window: between two instants, and by the clock on the wall of a zone."""
    now = world.now
    if "after" in asked and now < moment(asked["after"]):
        return False
    if "before" in asked and now >= moment(asked["before"]):
        return False
    if not {"from", "to", "days"} & asked.keys():
        return True
    zone = asked.get("timezone", world.timezone)
    local = wall(now, zone)
    world.coverage.zone(now, zone)
    start, end = _clock(asked.get("from", "00:00")), _clock(asked.get("to", "24:00"))
    clock = (local.hour * 3600 + local.minute * 60 + local.second) * 1000 + local.microsecond // 1000
    days = asked.get("days", DAYS)
    today, yesterday = DAYS[local.weekday()], DAYS[(local.weekday() - 1) % 7]
    if start < end:
        return start <= clock < end and today in days
    # It crosses midnight: the early hours belong to the day on which it began.
    return (clock >= start and today in days) or (clock < end and yesterday in days)


def wall(now, zone):
    """The clock on the wall. Far from now the calendar of Python ends, and 400 years are the same days again."""
    shift = 0
    while not -6e13 < now + shift < 2.5e14:
        shift += 146_097 * 86_400_000 * (1 if now < 0 else -1)
    moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=now + shift)
    return moment.astimezone(ZoneInfo(zone))


def _clock(text):
    hours, minutes, *seconds = (int(part) for part in text.split(":"))
    return ((hours * 60 + minutes) * 60 + sum(seconds)) * 1000
