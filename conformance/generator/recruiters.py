"""The routes of the four phases that several tables compare with."""

from .routes import HAZARDS, NEW, OLD, read, route, write

FALLBACK = read(NEW, OLD, ["not_found"])
SYNC = route("sync", read(OLD), write(OLD), "active off")
DUAL_READ = route("dual_read", FALLBACK, write(OLD), "active off", [HAZARDS.reads_behind_stream(NEW, OLD)])
WRITE_ALONE = route("direct_write_3b", read(NEW), write(NEW), "off off", [HAZARDS.no_way_back()])
CLEANUP = {**WRITE_ALONE, "phase": "cleanup"}


def recruiters(**keys):
    return {"old": OLD, "new": NEW, "ladder": "recruiters_four_phase", **keys}


def emergency_of(phase):
    return route(phase, read(OLD), write(OLD), "active off", emergency=True)
