"""Reads for the pages of this room: the hearing calendar, the start page, the monthly figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import ExtractMonth
from django.utils import timezone

from escalations.appeals.common import day_of, start_of
from escalations.appeals.models import AppealDetail, Decision, Delivery, Hearing, Withdrawal
from escalations.appeals.table import MACHINE
from portal.casework.models import Case
from portal.clocks.services import zone
from portal.tenancy.actor import Actor


class Span(StrEnum):
    """How much of the hearing calendar a page shows."""

    MONTH = "month"
    WEEK = "week"


@dataclass(frozen=True)
class HearingRow:
    """One hearing of the calendar; nothing personal but who works the case."""

    number: str
    at: datetime
    state: str
    state_label: str
    format_label: str
    judge: str
    status: str
    queue: str
    owner: str
    #: To whom the statement of position has not been delivered.
    undelivered: tuple[str, ...]

    @property
    def tone(self) -> str:
        return {"scheduled": "info", "held": "success"}.get(self.state, "neutral")


@dataclass(frozen=True)
class HearingDay:
    day: date
    is_today: bool
    hearings: tuple[HearingRow, ...]


@dataclass(frozen=True)
class HearingCalendar:
    """The hearings of a month or a week, by day; dates in the exchange's zone."""

    span: Span
    first: date
    last: date
    previous: date
    next: date
    days: tuple[HearingDay, ...]
    count: int


def hearing_calendar(actor: Actor, *, span: Span, day: date) -> HearingCalendar:
    """The hearings the actor may know of in the month or week of ``day``; three statements."""
    if span is Span.WEEK:
        first = day - timedelta(days=day.weekday())
        after = first + timedelta(days=7)
        previous = first - timedelta(days=7)
    else:
        first = day.replace(day=1)
        after = (first + timedelta(days=32)).replace(day=1)
        previous = (first - timedelta(days=1)).replace(day=1)
    rows = _rows(
        _hearings_of(actor)
        .exclude(state=Hearing.State.CANCELLED)
        .filter(at__gte=start_of(first, actor.exchange), at__lt=start_of(after, actor.exchange))
    )
    by_day: dict[date, list[HearingRow]] = {}
    for row in rows:
        by_day.setdefault(day_of(row.at, actor.exchange), []).append(row)
    now = day_of(timezone.now(), actor.exchange)
    return HearingCalendar(
        span=span,
        first=first,
        last=after - timedelta(days=1),
        previous=previous,
        next=after,
        days=tuple(HearingDay(each, each == now, tuple(by_day[each])) for each in sorted(by_day)),
        count=len(rows),
    )


def next_hearings(actor: Actor, *, count: int = 5) -> list[HearingRow]:
    """The hearings that come next among those the actor may know of."""
    rows = _hearings_of(actor).filter(state=Hearing.State.SCHEDULED, at__gte=timezone.now())
    return _rows(rows, count)


def open_by_status(actor: Actor) -> list[tuple[str, int]]:
    """Status → number of open appeals the actor may know of, in the order of the table."""
    counted = dict(
        Case.objects.visible_to(actor)
        .filter(kind="appeal", is_open=True)
        .values_list("status")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return [
        (status.label, counted[key]) for key, status in MACHINE.statuses.items() if key in counted
    ]


def _hearings_of(actor: Actor) -> QuerySet[Hearing]:
    cases = Case.objects.visible_to(actor).filter(kind="appeal")
    return Hearing.objects.filter(case__in=cases).order_by("at", "pk")


def _rows(hearings: QuerySet[Hearing], count: int | None = None) -> list[HearingRow]:
    def reached(recipient: str) -> Exists:
        return Exists(Delivery.objects.filter(case=OuterRef("case"), recipient=recipient))

    rows = hearings.select_related("case__queue", "case__owner").annotate(
        has_appellant=reached(Delivery.Recipient.APPELLANT),
        has_cdss=reached(Delivery.Recipient.CDSS),
    )
    return [
        HearingRow(
            number=row.case.number,
            at=row.at,
            state=row.state,
            state_label=row.get_state_display(),
            format_label=row.get_format_display(),
            judge=row.judge,
            status=MACHINE.statuses[row.case.status].label,
            queue=row.case.queue.name if row.case.queue else "",
            owner=row.case.owner.full_name if row.case.owner else "",
            undelivered=tuple(
                label
                for label, has in (("appellant", row.has_appellant), ("CDSS", row.has_cdss))
                if not has
            ),
        )
        for row in rows[:count]
    ]


@dataclass(frozen=True)
class Month:
    """What happened to the exchange's appeals in one month (AP-07)."""

    first: date
    requests: int
    hearings: int
    decisions: int
    withdrawals: int
    dismissals: int

    @property
    def counts(self) -> Sequence[int]:
        return (self.requests, self.hearings, self.decisions, self.withdrawals, self.dismissals)


FIGURES = ("Requests", "Hearings held", "Decisions", "Withdrawals", "Dismissals")


def monthly_figures(actor: Actor, year: int) -> list[Month]:
    """The exchange's appeals by month of a year, for the contract with CDSS; five statements.

    Requests count by the day they were made, the others by the day they happened, all in the
    exchange's zone. A withdrawal that was objected to does not count.
    """
    exchange = actor.exchange

    def count(rows: QuerySet[Any], day: str) -> dict[int, int]:
        found = rows.filter(exchange=exchange, **{f"{day}__year": year})
        return dict(found.values_list(ExtractMonth(day)).annotate(n=Count("pk")).order_by())

    held = Hearing.objects.filter(
        exchange=exchange,
        state=Hearing.State.HELD,
        at__gte=start_of(date(year, 1, 1), exchange),
        at__lt=start_of(date(year + 1, 1, 1), exchange),
    ).values_list(ExtractMonth("at", tzinfo=zone(exchange.time_zone)))
    hearings = dict(held.annotate(n=Count("pk")).order_by())
    requests = count(AppealDetail.objects.all(), "requested_on")
    decisions = count(Decision.objects.filter(level=Decision.Level.JUDGE), "decided_on")
    withdrawals = count(Withdrawal.objects.filter(objected_on=None), "withdrawn_on")
    dismissals = count(AppealDetail.objects.all(), "dismissed_on")
    return [
        Month(
            date(year, month, 1),
            *(
                found.get(month, 0)
                for found in (requests, hearings, decisions, withdrawals, dismissals)
            ),
        )
        for month in range(1, 13)
    ]
