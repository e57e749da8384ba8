"""Quiet hours: from when to when, on the exchange's clock, mails and texts wait."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Quiet:
    """Hours of every day, across midnight if ``ends`` is not later than ``starts``."""

    starts: time
    ends: time
    zone: ZoneInfo

    def until(self, now: datetime) -> datetime | None:
        """When the quiet hours that hold at ``now`` end (UTC); None: it is not quiet.

        The clock on the wall decides, also on the days the clocks change: an end they jump over
        is the jump, and an end that comes twice is the next one.

        Raises:
            ValueError: ``now`` has no time zone.
        """
        if now.tzinfo is None:
            raise ValueError("Quiet hours need an instant with a time zone.")
        local = now.astimezone(self.zone)
        clock = local.time()
        if self.starts < self.ends:
            if not self.starts <= clock < self.ends:
                return None
            day = local.date()
        elif clock >= self.starts:
            day = local.date() + timedelta(days=1)
        elif clock < self.ends:
            day = local.date()
        else:
            return None
        return self._end(day, after=now)

    def _end(self, day: date, *, after: datetime) -> datetime:
        wall = datetime.combine(day, self.ends, tzinfo=self.zone)
        ends = sorted(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        if ends[0].astimezone(self.zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
            return next(end for end in ends if end > after)
        # The clocks jump over this end: look for the minute of the jump between the two readings.
        end = ends[0]
        while end.astimezone(self.zone).time() < self.ends:
            end += timedelta(minutes=1)
        return end
