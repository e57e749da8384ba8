"""Changing a calendar or a policy: first show every deadline that would move, then move those.

Only running clocks that have not passed their deadline move. What is over stays as it was judged:
met, missed, cancelled or breached. A clock that stands has no deadline to move; it is reckoned
with the new hours when it runs again.

A preview carries a token of the rows it saw and the change it showed. Saving reckons again under
locks and refuses when the outcome is not the one that was confirmed.
"""

import copy
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from portal.clocks import spine, versions
from portal.clocks.business_time import BusinessTimeError, Calendar, CalendarError, pauses_of
from portal.clocks.calendars import WEEKDAYS
from portal.clocks.models import BusinessCalendar, CalendarException, SlaPolicy, Timer, TimerSegment
from portal.clocks.reckoning import (
    BEFORE_MEASURES,
    calendar_from,
    calendar_of,
    deadline,
    holds_of,
    warning,
)
from portal.clocks.signals import calendar_changed
from portal.ledger.services import record
from portal.tenancy.actor import Actor

Week = Mapping[str, Sequence[Sequence[str]]]
LIMIT_TOO_SMALL = "Enter a limit of at least 1."


class PreviewOutdated(Exception):
    """Clocks or settings changed since the preview; it has to be looked at again."""

    def __init__(self) -> None:
        super().__init__(
            "Something changed since this preview was made, so nothing was saved. Look at the"
            " new preview, then confirm again."
        )


@dataclass(frozen=True)
class DatedHours:
    """Hours for one date, replacing the week's; none at all means closed (HO-03…HO-05)."""

    date: date
    label: str
    hours: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "date": self.date.isoformat(),
            "label": self.label,
            "hours": [list(pair) for pair in self.hours],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "DatedHours":
        """Read what ``to_json`` wrote. Raises ``KeyError`` or ``ValueError`` for anything else."""
        return cls(
            date.fromisoformat(data["date"]),
            str(data["label"]),
            tuple((str(opens), str(closes)) for opens, closes in data["hours"]),
        )

    @classmethod
    def of(cls, row: CalendarException) -> "DatedHours":
        return cls(row.date, row.label, tuple((opens, closes) for opens, closes in row.hours))


@dataclass(frozen=True)
class MovedDeadline:
    """One clock whose deadline would move; instants in UTC."""

    timer_id: int
    case_id: int
    policy_label: str
    old_due: datetime
    new_due: datetime


@dataclass(frozen=True)
class Preview:
    """Everything a change would do to running clocks."""

    moved: tuple[MovedDeadline, ...]
    #: Clocks that stand now and will be reckoned with the new rules when they run again.
    standing: int
    token: str


@dataclass(frozen=True)
class PolicyTerms:
    """What a policy promises; amounts in the unit of ``measure``."""

    label: str
    calendar: BusinessCalendar
    measure: str
    limit: int
    target: int | None = None
    warn_percent: int = 75
    end_of_day: bool = False
    citation: str = ""
    is_active: bool = True

    @classmethod
    def of(cls, policy: SlaPolicy) -> "PolicyTerms":
        names = cls.__dataclass_fields__
        return cls(**{name: getattr(policy, name) for name in names})

    def to_json(self) -> dict[str, Any]:
        return {
            name: value.pk if isinstance(value, BusinessCalendar) else value
            for name, value in vars(self).items()
        }


@dataclass
class _Reckoned:
    """A change, reckoned through: what each clock would show afterwards."""

    moved: list[MovedDeadline] = field(default_factory=list)
    #: Timer id, deadline and warning to store, also where only the warning moves.
    rows: list[tuple[int, datetime, datetime | None]] = field(default_factory=list)


def preview_calendar_change(
    *, calendar: BusinessCalendar, week: Week, exceptions: Sequence[DatedHours]
) -> Preview:
    """Say which deadlines would move under new hours; changes nothing.

    Raises:
        ValidationError: the hours contradict themselves; names the weekday or ``exceptions``.
    """
    new = check_hours(zone_name=calendar.zone, week=week, exceptions=exceptions)
    found = _reckon_calendar(calendar, new, _open_timers(policy__calendar=calendar))
    token = _token(
        _stored(calendar), {"week": week, "exceptions": _as_json(exceptions)}, found.moved
    )
    return Preview(tuple(found.moved), _standing(policy__calendar=calendar), token)


@transaction.atomic
def change_calendar(
    *,
    actor: Actor,
    calendar: BusinessCalendar,
    week: Week,
    exceptions: Sequence[DatedHours],
    expected_preview_token: str,
) -> Preview:
    """Store new hours and move exactly the deadlines that the preview showed.

    Raises:
        NotAllowed: the actor may not edit calendars.
        ValidationError: the hours contradict themselves; names the weekday or ``exceptions``.
        PreviewOutdated: clocks or hours changed since the preview; nothing is stored.
    """
    actor.require("clocks.edit_calendar")
    calendar = BusinessCalendar.objects.select_for_update().get(
        pk=calendar.pk, exchange_id=actor.exchange_id
    )
    new = check_hours(zone_name=calendar.zone, week=week, exceptions=exceptions)
    timers, at = _lock_open_timers(policy__calendar=calendar)
    found = _reckon_calendar(calendar, new, timers)
    stored = _stored(calendar)
    token = _token(stored, {"week": week, "exceptions": _as_json(exceptions)}, found.moved)
    if token != expected_preview_token:
        raise PreviewOutdated
    # Before anything is written: whatever ended until now was judged by these hours.
    versions.keep_hours(calendar=calendar, content=stored, at=at, actor=actor)
    fields = []
    if calendar.week != week:
        calendar.week = {day: [list(pair) for pair in hours] for day, hours in week.items()}
        calendar.save(update_fields=["week"])
        fields.append("week")
    changed_dates = _store_exceptions(calendar, exceptions)
    if changed_dates:
        fields.append("exceptions")
    _move(found)
    if fields:
        calendar_changed.send(
            BusinessCalendar, calendar=calendar, fields=fields, dates=changed_dates
        )
    record(
        actor=actor,
        action="clocks.calendar_changed",
        cases=[move.case_id for move in found.moved],
        fields=fields,
        data={"calendar": calendar.key, "dates": changed_dates, "moved": len(found.moved)},
    )
    return Preview(tuple(found.moved), _standing(policy__calendar=calendar), token)


def preview_policy_change(*, policy: SlaPolicy, terms: PolicyTerms) -> Preview:
    """Say which deadlines would move under new terms; changes nothing.

    Raises:
        ValidationError: the terms contradict themselves; names the field.
    """
    _check_terms(policy, terms)
    found = _reckon_policy(policy, terms, _open_timers(policy=policy))
    token = _token(PolicyTerms.of(policy).to_json(), terms.to_json(), found.moved)
    return Preview(tuple(found.moved), _standing(policy=policy), token)


@transaction.atomic
def change_policy(
    *, actor: Actor, policy: SlaPolicy, terms: PolicyTerms, expected_preview_token: str
) -> Preview:
    """Store new terms and move exactly the deadlines that the preview showed.

    Switching a policy off starts no more clocks; those that run go on.

    Raises:
        NotAllowed: the actor may not edit policies.
        ValidationError: the terms contradict themselves; names the field.
        PreviewOutdated: clocks or terms changed since the preview; nothing is stored.
    """
    actor.require("clocks.edit_policies")
    policy = SlaPolicy.objects.select_for_update(of=("self",)).get(
        pk=policy.pk, exchange_id=actor.exchange_id
    )
    _check_terms(policy, terms)
    timers, at = _lock_open_timers(policy=policy)
    found = _reckon_policy(policy, terms, timers)
    before = PolicyTerms.of(policy)
    token = _token(before.to_json(), terms.to_json(), found.moved)
    if token != expected_preview_token:
        raise PreviewOutdated
    changed = [name for name, value in vars(terms).items() if getattr(before, name) != value]
    versions.keep_terms(policy=policy, terms=before.to_json(), at=at, actor=actor)
    _apply_terms(policy, terms).save(update_fields=changed)
    _move(found)
    record(
        actor=actor,
        action="clocks.policy_changed",
        cases=[move.case_id for move in found.moved],
        fields=changed,
        data={"policy": policy.key, "moved": len(found.moved)},
    )
    return Preview(tuple(found.moved), _standing(policy=policy), token)


def check_hours(*, zone_name: str, week: Week, exceptions: Sequence[DatedHours]) -> Calendar:
    """The calendar these hours make.

    Raises:
        ValidationError: hours overlap, end before they start, a date comes twice or the week has
            no open time; names the weekday (``mon`` …) or ``exceptions``.
    """
    errors: dict[str, list[str]] = {}
    for day, hours in week.items():
        name = day if day in WEEKDAYS else "week"
        try:
            calendar_from(zone_name, {day: hours}, [])
        except CalendarError as error:
            errors.setdefault(name, []).append(str(error))
    seen: set[date] = set()
    for entry in exceptions:
        if entry.date in seen:
            errors.setdefault("exceptions", []).append(f"{entry.date} is entered twice.")
        seen.add(entry.date)
        try:
            calendar_from(zone_name, {}, [_row(entry)])
        except CalendarError as error:
            errors.setdefault("exceptions", []).append(str(error))
    if not errors and not any(week.values()):
        errors["week"] = ["Enter opening hours for at least one day of the week."]
    if errors:
        raise ValidationError(errors)
    return calendar_from(zone_name, dict(week), [_row(entry) for entry in exceptions])


def _check_terms(policy: SlaPolicy, terms: PolicyTerms) -> None:
    errors = {}
    if terms.limit < 1:
        errors["limit"] = LIMIT_TOO_SMALL
    if policy.measure in BEFORE_MEASURES:
        if terms.target is not None and terms.target < terms.limit:
            errors["target"] = "Warn no later than the limit: the target is the larger number."
    elif terms.target is not None and not 1 <= terms.target <= terms.limit:
        errors["target"] = "The target lies between 1 and the limit."
    if not 1 <= terms.warn_percent <= 100:
        errors["warn_percent"] = "Enter a share from 1 to 100."
    if terms.calendar.exchange_id != policy.exchange_id:
        errors["calendar"] = "Choose one of this exchange's calendars."
    if not terms.label.strip():
        errors["label"] = "Enter a label."
    if errors:
        raise ValidationError(errors)


def _reckon_calendar(
    row: BusinessCalendar, calendar: Calendar, timers: Sequence[Timer]
) -> _Reckoned:
    policies = {p.pk: p for p in SlaPolicy.objects.filter(calendar=row)}
    return _reckon(timers, {pk: (policy, calendar) for pk, policy in policies.items()})


def _reckon_policy(policy: SlaPolicy, terms: PolicyTerms, timers: Sequence[Timer]) -> _Reckoned:
    changed = _apply_terms(copy.copy(policy), terms)
    return _reckon(timers, {policy.pk: (changed, calendar_of(changed))})


def _reckon(timers: Sequence[Timer], rules: Mapping[int, tuple[SlaPolicy, Calendar]]) -> _Reckoned:
    """Reckon every clock again from its start. Raises ``ValidationError`` where that fails."""
    now = timezone.now()
    found = _Reckoned()
    pauses = _pauses_of(timers)
    for timer in timers:
        policy, calendar = rules[timer.policy_id]
        stops = pauses.get(timer.pk, ())
        try:
            due_at = deadline(policy, calendar, timer.origin, stops)
            warn_at = warning(policy, calendar, timer.origin, due_at, stops)
        except BusinessTimeError as error:
            raise ValidationError({"week": str(error)}) from None
        if timer.warn_at is None and warn_at is not None and warn_at <= now:
            warn_at = None  # the warning was given; it does not come twice for the same past
        if (due_at, warn_at) == (timer.due_at, timer.warn_at):
            continue
        found.rows.append((timer.pk, due_at, warn_at))
        if due_at != timer.due_at:
            found.moved.append(
                MovedDeadline(timer.pk, timer.case_id, policy.label, timer.due_at, due_at)
            )
    return found


def _pauses_of(timers: Sequence[Timer]) -> dict[int, Sequence[Any]]:
    """Timer id → its finished pauses; clocks that never stood are left out."""
    segments: dict[int, list[TimerSegment]] = {}
    stood = Exists(TimerSegment.objects.filter(timer=OuterRef("timer"), counted=False))
    ids = [timer.pk for timer in timers]
    for segment in TimerSegment.objects.filter(stood, timer__in=ids).order_by("since", "pk"):
        segments.setdefault(segment.timer_id, []).append(segment)
    return {pk: pauses_of(holds_of(parts)) for pk, parts in segments.items()}


def _move(found: _Reckoned) -> None:
    """Write the reckoned deadlines and let the case rows follow."""
    if not found.rows:
        return
    ids, dues, warnings = zip(*found.rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE clocks_timer t SET due_at = new.due_at, warn_at = new.warn_at
            FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[])
                AS new (id, due_at, warn_at)
            WHERE t.id = new.id
            """,
            [list(ids), list(dues), list(warnings)],
        )
    spine.get().deadlines_moved({move.case_id for move in found.moved})


def _open_timers(**rule: Any) -> list[Timer]:
    """Running clocks that have not passed their deadline, in a stable order."""
    return list(_open_rows(timezone.now(), **rule).order_by("pk"))


def _lock_open_timers(**rule: Any) -> tuple[list[Timer], datetime]:
    """The same, locked after their cases: acts lock in that order too.

    With them the instant (UTC) of the change: acts that held the locks before came before it.
    """
    rows = _open_rows(timezone.now(), **rule)
    spine.get().lock(sorted(set(rows.values_list("case_id", flat=True))))
    at = timezone.now()
    return list(_open_rows(at, **rule).order_by("pk").select_for_update(of=("self",))), at


def _open_rows(at: datetime, **rule: Any) -> QuerySet[Timer]:
    return Timer.objects.filter(state=Timer.State.RUNNING, breached_at=None, due_at__gte=at, **rule)


def _standing(**rule: Any) -> int:
    return Timer.objects.filter(state=Timer.State.PAUSED, **rule).count()


def _store_exceptions(calendar: BusinessCalendar, exceptions: Sequence[DatedHours]) -> list[str]:
    """Make the calendar's dates these; returns the dates that changed, ISO 8601, in order."""
    rows = {row.date: row for row in calendar.exceptions.all()}
    wanted = {entry.date: entry for entry in exceptions}
    changed = [day for day in rows if day not in wanted]
    for day in changed:
        rows[day].delete()
    for day, entry in wanted.items():
        row = rows.get(day)
        if row and DatedHours.of(row) == entry:
            continue
        new = _row(entry)
        CalendarException.objects.update_or_create(
            exchange_id=calendar.exchange_id,
            calendar=calendar,
            date=day,
            defaults={"label": new.label, "hours": new.hours},
        )
        changed.append(day)
    return [day.isoformat() for day in sorted(changed)]


def _apply_terms(policy: SlaPolicy, terms: PolicyTerms) -> SlaPolicy:
    for name, value in vars(terms).items():
        setattr(policy, name, value)
    return policy


def _row(entry: DatedHours) -> CalendarException:
    return CalendarException(
        date=entry.date, label=entry.label, hours=[list(pair) for pair in entry.hours]
    )


def _as_json(exceptions: Iterable[DatedHours]) -> list[dict[str, Any]]:
    return [entry.to_json() for entry in sorted(exceptions, key=lambda entry: entry.date)]


def _stored(calendar: BusinessCalendar) -> dict[str, Any]:
    return {
        "calendar": calendar.pk,
        "zone": calendar.zone,
        "week": calendar.week,
        "exceptions": _as_json(DatedHours.of(row) for row in calendar.exceptions.all()),
    }


def _token(before: Any, after: Any, moved: Sequence[MovedDeadline]) -> str:
    """A fingerprint of what the preview saw and showed."""
    moves = [[m.timer_id, m.old_due.isoformat(), m.new_due.isoformat()] for m in moved]
    content = json.dumps([before, after, moves], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
