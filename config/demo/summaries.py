"""The demonstration's daily summaries: the last days', so that mailboxes are not empty (SM-01)."""

from datetime import datetime, timedelta

from notifications.summaries.making import make_summaries
from notifications.summaries.models import SummaryDay
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
    days = (now - timedelta(days=back) for back in reversed(range(_DAYS_BEFORE + 1)))
    return sum(make_summaries(exchange=exchange, now=day).subjects.total() for day in days)
