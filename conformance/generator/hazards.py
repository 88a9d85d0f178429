"""The sentences of hazards. Which of them a route has is said by the tables, vector by vector."""


def _hazard(code, severity, message, cost):
    return {"code": code, "severity": severity, "message": message, "cost": cost}


class Hazards:
    """The hazards of a migration between two stores, by what happens."""

    def __init__(self, old, new):
        self.old, self.new = old, new

    # While a phase lasts.

    def reads_behind_stream(self, read, written):
        return _hazard(
            "stale_read",
            "warning",
            f"reads come from {read} while writes go to {written} and follow by a stream",
            f"a read inside the stream's lag misses the newest writes to {written}",
        )

    def reads_behind_outbox(self, read, written):
        return _hazard(
            "stale_read",
            "warning",
            f"reads come from {read}, which a write reaches only through the outbox of {written}",
            f"a read misses the writes that are still in the outbox to {read}",
        )

    def reads_behind_copy(self, read, written):
        return _hazard(
            "stale_read",
            "warning",
            f"reads come from {read}, which gets only what its best-effort copy of {written} wrote",
            f"a write whose copy to {read} failed is not read until it is repaired",
        )

    def reads_never_see(self, read, written):
        return _hazard(
            "split_brain",
            "error",
            f"reads come from {read} while writes go to {written}, and nothing carries them over",
            "reads never see any write made in this state",
        )

    def reads_unfinished_copy(self, read):
        return _hazard(
            "stale_read",
            "error",
            f"reads come from {read} while its records are still being copied",
            f"a record that is not copied yet reads from {read} as missing",
        )

    def falls_back(self, read, fallback, how):
        cost = {
            "stream": f"a read that falls back inside the stream's lag misses the newest writes to {read}",
            "outbox": f"a read that falls back misses the writes that are still in the outbox to {fallback}",
            "copy": f"a read that falls back misses the writes whose copy to {fallback} failed",
            "never": f"a read that falls back misses every write made since {fallback} was last written",
        }[how]
        return _hazard("stale_read", "warning", f"reads that fail on {read} fall back on {fallback}, which is behind", cost)

    def resurrects(self, read, fallback, how):
        if how == "never":
            return _hazard(
                "resurrected_delete",
                "error",
                f"a record missing from {read} is looked up in {fallback}, which deletes do not reach",
                f"a record deleted in this state comes back from {fallback}",
            )
        cost = {
            "stream": "a deleted record comes back inside the stream's lag",
            "outbox": f"a deleted record comes back until the outbox has reached {fallback}",
            "copy": f"a deleted record comes back where its delete in {fallback} failed",
        }[how]
        message = f"a record missing from {read} is looked up in {fallback}, which deletes do not reach at once"
        return _hazard("resurrected_delete", "warning", message, cost)

    def older_changes(self, source, written):
        return _hazard(
            "lost_write",
            "warning",
            f"the stream still brings older changes from {source} to {written}, where writes go",
            f"a newer write to {written} is lost where an older change comes after it, unless writes wait for the stream",
        )

    def backup_echo(self, backup, written):
        return _hazard(
            "lost_write",
            "warning",
            f"the stream brings the backup writes of {backup} back to {written}, where they can be the older ones",
            f"a write to {written} is overwritten by the one before it where its own backup failed",
        )

    def stale_echo(self, source, read):
        return _hazard(
            "stale_read",
            "warning",
            f"the stream brings writes of {source} to {read} once more, where they can be the older ones",
            f"a read from {read} can be stale until the newest write has come by the stream too",
        )

    # Going back, going on, coming in.

    def backup_may_fail(self):
        return _hazard(
            "lost_on_return",
            "warning",
            f"a write reaches {self.old} only where its backup succeeds",
            f"going back to {self.old} loses the writes whose backup failed",
        )

    def no_way_back(self):
        return _hazard(
            "lost_on_return",
            "warning",
            f"writes go to {self.new} only, and nothing carries them back to {self.old}",
            f"going back to {self.old} loses every write that went to {self.new} only",
        )

    def second_may_fail(self):
        return _hazard(
            "lost_write",
            "warning",
            f"a write reaches {self.new} only where its second write succeeds",
            f"moving reads on to {self.new} loses the writes whose second write failed",
        )

    def job_behind(self, job):
        return _hazard(
            "job_behind",
            "warning",
            f"the job {job} still works on {self.old} by its calendar, and writes go to {self.new}",
            f"what it does there is not in {self.new}",
        )

    def running_writes(self, before, phase):
        return _hazard(
            "lost_write",
            "warning",
            f"a write still running under `{before}` is decided by {self.old}, and under `{phase}` by {self.new}",
            f"the move from `{before}` loses the writes to {self.old} that run while nodes take it over",
        )

    def gap_after_copy(self):
        return _hazard(
            "lost_write",
            "warning",
            f"the stream to {self.new} starts after the copy of {self.old} began",
            f"a change made during the copy never reaches {self.new}, unless the stream starts from before it",
        )

    # Emergencies.

    def before_stream(self):
        return _hazard(
            "stale_read",
            "warning",
            f"reads move to {self.old}, which the stream has not brought up to date yet",
            f"reads miss the newest writes until the stream to {self.old} is empty",
        )

    def before_outbox(self):
        return _hazard(
            "stale_read",
            "warning",
            f"reads move to {self.old} while writes are still in the outbox to it",
            f"reads miss those writes until the outbox to {self.old} is empty",
        )

    def failed_backups(self):
        return _hazard(
            "unbacked_emergency",
            "warning",
            f"reads move to {self.old}, which misses the writes whose backup failed",
            "those writes are out of sight until they are repaired or the emergency is cleared",
        )

    def unbacked(self, frozen=False):
        state = "is read-only or removed by now" if frozen else "nothing kept up to date"
        return _hazard(
            "unbacked_emergency",
            "error",
            f"reads move to {self.old}, which {state}",
            f"every write that went to {self.new} only is out of sight",
        )

    def skew(self):
        return _hazard(
            "stale_read",
            "warning",
            f"reads move from {self.new} to {self.old}, and writes reach {self.new} through the outbox",
            f"reads are stale on the nodes that still read {self.new}, until all have taken the emergency",
        )

    def both_lack(self):
        return _hazard(
            "split_brain",
            "error",
            f"{self.old} and {self.new} each hold acknowledged writes that the other lacks",
            f"no write of the emergency reaches {self.new}, and {self.old} misses writes made before it",
        )

    def lost_on_clearing(self, written=None, to=None):
        written, to = written or self.old, to or self.new
        return _hazard(
            "lost_on_return",
            "warning",
            f"nothing carries the writes of the emergency from {written} to {to}",
            f"clearing the emergency loses the writes made in it, unless they are copied to {to} first",
        )

    # Switches.

    def ignored_backup(self, switch):
        return _hazard(
            "ignored_switch",
            "warning",
            f"the switch {switch} has no effect while writes go to {self.old} anyway",
            f"there is no backup of anything until writes go to {self.new}",
        )

    def ignored_write(self, switch):
        return _hazard(
            "ignored_switch",
            "warning",
            f"the emergency overrides the switch {switch}, and writes go to {self.old}",
            f"a service that looks at {switch} itself goes on writing to {self.new}, where the emergency never reads",
        )

    @staticmethod
    def unreadable(switch, value):
        return _hazard(
            "ignored_switch",
            "warning",
            f"the switch {switch} is {value}, which is neither true nor false",
            f"{switch} counts as false, whatever was meant",
        )
