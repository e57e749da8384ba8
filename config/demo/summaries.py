"""The demonstration's daily summaries: the last days', so that mailboxes are not empty (SM-01)."""

from datetime import datetime, timedelta

from notifications.summaries.making import make_summaries
from notifications.summaries.models import SummaryDay
from portal.clocks.reckoning import zone
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

#: Today's, and those of so many days before.
_DAYS_BEFORE = 3


def make_last_days(*, exchange: Exchange, now: datetime) -> int:
    """Make the last days' summaries where none was ever made; returns how many summaries.

    Args:
        now: the demonstration's present (UTC).
    """
    with use_exchange(exchange):
        if SummaryDay.objects.filter(exchange=exchange).exists():
            return 0
    # Earlier days' at noon: a demonstration begun at night has no summary of the day yet.
    noon = now.astimezone(zone(exchange.time_zone)).replace(hour=12, minute=0)
    moments = [noon - timedelta(days=back) for back in range(_DAYS_BEFORE, 0, -1)]
    made = (make_summaries(exchange=exchange, now=moment) for moment in [*moments, now])
    return sum(counts.subjects.total() for counts in made)
