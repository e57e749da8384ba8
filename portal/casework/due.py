"""How many business days are left until a deadline, for lists and badges.

The deadline itself is the clocks' business; this only says how far off it is, in open days of the
exchange's default calendar.
"""

import time
from datetime import datetime, timedelta
from typing import Final

from portal.clocks.business_time import Calendar
from portal.clocks.models import BusinessCalendar
from portal.clocks.services import calendar_of

#: A changed calendar shows in badges after at most this many seconds; deadlines move at once.
_REMEMBERED_SECONDS: Final = 60
#: Further off than this nobody counts days; the date says it.
_FARTHEST: Final = timedelta(days=120)

_remembered: dict[int, tuple[float, Calendar | None]] = {}


def default_calendar(exchange_id: int) -> Calendar | None:
    """The exchange's default calendar, remembered for a minute; None when it has none."""
    known = _remembered.get(exchange_id)
    if known and time.monotonic() - known[0] < _REMEMBERED_SECONDS:
        return known[1]
    row = (
        BusinessCalendar.objects.filter(exchange_id=exchange_id, is_default=True)
        .prefetch_related("exceptions")
        .first()
    )
    calendar = calendar_of(row) if row else None
    _remembered[exchange_id] = (time.monotonic(), calendar)
    return calendar


def days_left(calendar: Calendar | None, due_at: datetime | None, now: datetime) -> int | None:
    """Whole business days from today to the day of the deadline; negative when it has passed.

    0 means that it falls on today, whether still ahead or passed by hours. None: not reckoned.
    """
    if calendar is None or due_at is None or abs(due_at - now) > _FARTHEST:
        return None
    today, day = calendar.localize(now).date(), calendar.localize(due_at).date()
    first, last = sorted((today, day))
    open_days = sum(
        calendar.is_open_day(first + timedelta(days=step))
        for step in range(1, (last - first).days + 1)
    )
    return open_days if day >= today else -max(open_days, 1)
