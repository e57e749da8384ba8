"""Closed days by bell, some days before; and at once when the calendars change (HO-06, BN-02).

What was told is known from the outbox: one message a closed day, with the calendars that are
closed. So nothing is told twice, a beat that stood still for a day loses nothing, and a day that
opens after all is told to exactly those who had been told that it would not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from notifications.catalogue.base import Said
from notifications.models import Bell
from portal.casework.models import OutboxMessage
from portal.casework.services import wake_dispatcher
from portal.clocks.models import BusinessCalendar
from portal.clocks.reckoning import calendar_of
from portal.tenancy.models import Exchange, Membership
from portal.ui import live

CLOSED: Final = "calendar.closed"
CHANGED: Final = "calendar.changed"
HOURS: Final = "calendar.hours"
_TEXT: Final = 160


@dataclass
class _Day:
    """One date on which some calendars are closed for a reason of its own."""

    label: str = ""
    #: Key → name, in the order of the page.
    closed: dict[str, str] = field(default_factory=dict)
    #: When the day is over in the last of the calendars' zones (UTC).
    ends_at: datetime | None = None


def announce_closures(*, exchange: Exchange, now: datetime) -> int:
    """Write the messages on closed days that are due at ``now`` (UTC); returns how many.

    A day is announced once, ``settings.CLOSURE_NOTICE_DAYS`` days before it or as soon as it is
    known. One that was announced and changed is announced anew, to those who had been told. The
    exchange must be set. Safe to repeat.
    """
    calendars = _calendars(exchange)
    days = _days_ahead(calendars, now)
    told = _told(exchange, min((_today(row, now) for row in calendars), default=now.date()))
    found = []
    for day, wanted in days.items():
        if day.isoformat() not in told and _is_near(day, calendars, now):
            found.append(
                _message(exchange, CLOSED, day, wanted, _closed_text(day, wanted, calendars))
            )
    for text, last in told.items():
        day = date.fromisoformat(text)
        wanted = days.get(day, _Day())
        if sorted(wanted.closed) != last.data["closed"]:
            words = _closed_text(day, wanted, calendars) if wanted.closed else _open_text(day)
            wanted.ends_at = wanted.ends_at or datetime.fromisoformat(last.data["ends_at"])
            found.append(_message(exchange, CHANGED, day, wanted, words, after=last))
            Bell.objects.filter(message=last).update(ends_at=now)
            live.touch_exchange(exchange.pk)
    written = OutboxMessage.objects.bulk_create(found, ignore_conflicts=True)
    if written:
        wake_dispatcher()
    return len(written)


def on_calendar_changed(
    *, calendar: BusinessCalendar, fields: Iterable[str], dates: Iterable[str], **_: Any
) -> None:
    """Tell what a change of hours or dates means, in the transaction of the change."""
    exchange, now = calendar.exchange, timezone.now()
    announce_closures(exchange=exchange, now=now)
    today = _today(calendar, now)
    hours = calendar_of(BusinessCalendar.objects.get(pk=calendar.pk))
    # A day that had been announced as closed has just had a line of its own.
    new = (date.fromisoformat(text) for text in set(dates) - set(_told(exchange, today)))
    if "week" not in fields and not any(day >= today and hours.hours_on(day) for day in new):
        return
    OutboxMessage.objects.create(
        exchange=exchange,
        key=HOURS,
        data={
            "text": f"The hours of {calendar.name} have changed."[:_TEXT],
            "ends_at": (now + timedelta(days=settings.CLOSURE_NOTICE_DAYS)).isoformat(),
        },
        dedupe_key=f"{HOURS}:{calendar.key}:{now.isoformat()}",
    )
    wake_dispatcher()


def members(message: OutboxMessage) -> QuerySet[Membership]:
    """Everybody; of a day that changed, those who had been told of it."""
    rows = Membership.objects.all()
    if message.key != CHANGED:
        return rows
    told = Bell.objects.filter(message=message.data["after"], person=OuterRef("person"))
    return rows.filter(Exists(told))


def says(message: OutboxMessage) -> Said | None:
    """The sentence, until the day is over."""
    return Said(message.data["text"], datetime.fromisoformat(message.data["ends_at"]))


def _calendars(exchange: Exchange) -> list[BusinessCalendar]:
    rows = BusinessCalendar.objects.filter(exchange=exchange)
    return list(rows.prefetch_related("exceptions"))


def _today(row: BusinessCalendar, now: datetime) -> date:
    return calendar_of(row).localize(now).date()


def _is_near(day: date, calendars: Iterable[BusinessCalendar], now: datetime) -> bool:
    """Whether it is soon enough to say so, wherever the calendars are; today is not too late."""
    before = timedelta(days=settings.CLOSURE_NOTICE_DAYS)
    return any(_today(row, now) + before >= day for row in calendars)


def _days_ahead(calendars: Iterable[BusinessCalendar], now: datetime) -> dict[date, _Day]:
    """Closed dates from today on that would be open by the week alone."""
    found: dict[date, _Day] = {}
    for row in calendars:
        calendar, today = calendar_of(row), _today(row, now)
        for entry in row.exceptions.all():
            is_closed = not calendar.hours_on(entry.date)
            if entry.date < today or not is_closed or not calendar.week.get(entry.date.weekday()):
                continue
            day = found.setdefault(entry.date, _Day(entry.label))
            day.closed[row.key] = row.name
            midnight = calendar.localize(
                datetime.combine(entry.date + timedelta(days=1), datetime.min.time())
            )
            day.ends_at = max(day.ends_at or midnight, midnight)
    return dict(sorted(found.items()))


def _told(exchange: Exchange, since: date) -> Mapping[str, OutboxMessage]:
    """ISO date → the last message about it, of dates from ``since`` on."""
    rows = OutboxMessage.objects.filter(
        exchange=exchange, key__in=[CLOSED, CHANGED], data__date__gte=since.isoformat()
    )
    return {row.data["date"]: row for row in rows.order_by("pk")}


def _closed_text(day: date, wanted: _Day, calendars: list[BusinessCalendar]) -> str:
    """E.g. “Closed on Tuesday, November 11, 2025: Veterans Day”."""
    only = (
        "" if len(wanted.closed) == len(calendars) else f"{' and '.join(wanted.closed.values())}: "
    )
    words = f"{only}Closed on {_said(day)}: {wanted.label}"
    return words if len(words) <= _TEXT else f"{words[: _TEXT - 1]}…"


def _open_text(day: date) -> str:
    return f"Not closed after all on {_said(day)}"


def _said(day: date) -> str:
    return f"{day:%A, %B} {day.day}, {day.year}"


def _message(
    exchange: Exchange,
    key: str,
    day: date,
    wanted: _Day,
    text: str,
    *,
    after: OutboxMessage | None = None,
) -> OutboxMessage:
    data: dict[str, Any] = {
        "date": day.isoformat(),
        "closed": sorted(wanted.closed),
        "text": text,
        "ends_at": wanted.ends_at.isoformat() if wanted.ends_at else "",
    }
    if after:
        data["after"] = after.pk
    source = f"{day.isoformat()}:{after.pk if after else ''}"
    return OutboxMessage(exchange=exchange, key=key, data=data, dedupe_key=f"{key}:{source}")
