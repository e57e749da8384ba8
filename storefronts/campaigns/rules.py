"""When a campaign reminds and when it ends, in the exchange's local days (SF-09, SF-10, C.6 row 9).

An application counts from the day it is submitted, whether or not it has been decided: an owner who
applied on the last day keeps the listing while the reviewers take their time. If it is rejected or
withdrawn after the deadline, the listing lapses then.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from portal.clocks.reckoning import zone
from portal.tenancy.models import Exchange
from storefronts.models import Campaign
from storefronts.table import APPROVED, INFORMATION, PENDING

#: Days before the deadline at which owners are reminded, unless the campaign says otherwise (C.6).
REMIND_DAYS: Final = (60, 30, 7, 1)
#: Statuses of an application that keep the listing.
KEEPING: Final = (PENDING, INFORMATION, APPROVED)


@dataclass(frozen=True)
class Window:
    """The instants between which an application counts for a campaign."""

    starts: datetime
    #: The first instant after the deadline.
    ends: datetime

    @classmethod
    def of(cls, campaign: Campaign, exchange: Exchange) -> "Window":
        """From midnight of ``applied_before`` to the midnight after ``deadline``, local time."""
        here = zone(exchange.time_zone)
        after = campaign.deadline + timedelta(days=1)
        return cls(
            datetime.combine(campaign.applied_before, time.min, here),
            datetime.combine(after, time.min, here),
        )

    def is_over(self, now: datetime) -> bool:
        """Whether the last day has passed."""
        return now >= self.ends

    def holds(self, applied_at: datetime) -> bool:
        """Whether an application of that instant counts."""
        return self.starts <= applied_at < self.ends


def local_day(exchange: Exchange, now: datetime) -> date:
    """The day it is at the exchange."""
    return now.astimezone(zone(exchange.time_zone)).date()


def reminder_due(remind_days: Collection[int], deadline: date, today: date) -> int | None:
    """Which of the reminders owners should have by today; None: none yet, or the time is over.

    Only the one nearest to the deadline: one that was missed is sent late, but never together with
    the next.
    """
    left = (deadline - today).days
    if left < 0:
        return None
    return min((days for days in remind_days if days >= left), default=None)


def is_lapsed(
    *,
    applied_on: date | None,
    applications: Collection[tuple[datetime, str]],
    campaign: Campaign,
    exchange: Exchange,
    now: datetime,
) -> bool:
    """Whether a storefront has to leave the finder: the rule the sweep asks the database.

    Args:
        applied_on: the day of the listing's first application; None: not known, never lapses.
        applications: instant and status of each application for the place.
    """
    window = Window.of(campaign, exchange)
    if applied_on is None or applied_on >= campaign.applied_before or not window.is_over(now):
        return False
    return not any(window.holds(at) and status in KEEPING for at, status in applications)
