"""The numbers of the dashboard “CRW Cases” (CRW-08…CRW-11).

One statement of three parts answers all five widgets: the open cases by risk and aging and the
closed ones by reason, each grouped from one covering index, and the reasons themselves. Every
number is that of a list, whose address it carries.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Q,
    QuerySet,
    SmallIntegerField,
    Sum,
    Value,
    When,
)
from django.urls import reverse

from portal.tenancy.actor import Actor
from retention import aging
from retention.models import CrwCase, CrwCaseQuerySet, Risk
from retention.reasons import reasons_of

#: Reason of an open case, in addresses and on the chart: it has none yet.
NO_REASON = "none"

#: What each part of the statement says under the names all parts share; see :func:`_read`.
_OPEN, _CLOSED, _REASON = "open", "closed", "reason"
_COLUMNS: Final = ("part", "group", "place", "count", "seconds", "key", "label")
_Rows = QuerySet[Any, tuple[str, Any, int, int, int | None, str, str]]


@dataclass(frozen=True)
class Segment:
    """One number of a widget, and the list behind it."""

    key: str
    label: str
    count: int
    url: str


@dataclass(frozen=True)
class Dashboard:
    """The widgets by their printed names."""

    open_cases: Segment
    closed_cases: Segment
    #: Mean time from opening to closing; None: nothing is closed yet.
    average_resolution: timedelta | None
    by_priority: Sequence[Segment]
    by_age: Sequence[Segment]
    by_reason: Sequence[Segment]
    #: When it was read (UTC).
    read_at: datetime

    @property
    def average_label(self) -> str:
        return in_days(self.average_resolution)


@dataclass
class _Numbers:
    """What :func:`_read` adds up."""

    by_risk: Counter[int] = field(default_factory=Counter)
    by_bucket: Counter[str] = field(default_factory=Counter)
    by_reason: Counter[int | None] = field(default_factory=Counter)
    #: Between opening and closing, over all closed cases.
    seconds: int = 0
    #: Place, key, label and id of each reason, and whether people may choose it.
    reasons: list[tuple[int, str, str, int, bool]] = field(default_factory=list)


def read_dashboard(actor: Actor, now: datetime) -> Dashboard:
    """The widgets over all cases the actor may see; one statement."""
    numbers = _read(actor, now)
    closed, is_open = numbers.by_reason.total(), numbers.by_risk.total()
    return Dashboard(
        open_cases=_segment("open", "Open CRW Cases", is_open, state="open"),
        closed_cases=_segment("closed", "Closed CRW cases", closed, state="closed"),
        average_resolution=timedelta(seconds=numbers.seconds / closed) if closed else None,
        by_priority=[
            _segment(str(risk.value), risk.label, numbers.by_risk[risk.value], risk=risk.value)
            for risk in sorted(Risk, reverse=True)
        ],
        by_age=[
            _segment(bucket.key, bucket.label, numbers.by_bucket[bucket.key], age=bucket.key)
            for bucket in aging.BUCKETS
        ],
        by_reason=[
            *_segments_of_reasons(numbers),
            _segment(NO_REASON, "Still open", is_open, reason=NO_REASON),
        ],
        read_at=now,
    )


def count_by_risk(actor: Actor) -> Mapping[int, int]:
    """How many open cases of each risk the actor may see; one statement."""
    rows = CrwCase.objects.visible_to(actor).open().values("risk").annotate(count=Count("pk"))
    return Counter(dict(rows.order_by().values_list("risk", "count")))


def in_days(duration: timedelta | None) -> str:
    """A duration for people: days with one decimal, hours below one day."""
    if duration is None:
        return "None closed yet"
    days = duration / timedelta(days=1)
    if days >= 1:
        return f"{days:.1f} days"
    hours = round(duration / timedelta(hours=1))
    return f"{hours} hour{'' if hours == 1 else 's'}"


def _read(actor: Actor, now: datetime) -> _Numbers:
    visible = CrwCase.objects.visible_to(actor)
    parts = _open_cases(visible, actor, now).union(
        _closed_cases(visible), _reasons(actor), all=True
    )
    numbers = _Numbers()
    for part, group, place, count, seconds, key, label in parts:
        if part == _OPEN:
            numbers.by_risk[group] += count
            numbers.by_bucket[aging.BUCKETS[place].key] += count
        elif part == _CLOSED:
            numbers.by_reason[group] += count
            numbers.seconds += seconds or 0
        else:
            numbers.reasons.append((place, key, label, group, bool(count)))
    return numbers


def _open_cases(visible: CrwCaseQuerySet, actor: Actor, now: datetime) -> _Rows:
    """How many there are of each risk (``group``) and bucket of aging (``place``)."""
    # The place among the buckets and not its key: grouping by a small number costs half.
    whens = [
        When(aged_from__gte=start, then=Value(place))
        for place, (_, start) in enumerate(aging.thresholds(now, actor.exchange.time_zone))
    ]
    oldest = Value(len(aging.BUCKETS) - 1)
    bucket = Case(*whens, default=oldest, output_field=SmallIntegerField())
    rows = (
        visible.open()
        .order_by()
        .values(part=_text(_OPEN), group=F("risk"), place=bucket, key=_text(""), label=_text(""))
    )
    return rows.annotate(count=Count("pk"), seconds=Value(0)).values_list(*_COLUMNS)


def _closed_cases(visible: CrwCaseQuerySet) -> _Rows:
    """How many there are of each reason (``group``), and how long they were open."""
    rows = (
        visible.closed()
        .order_by()
        .values(
            part=_text(_CLOSED),
            group=F("reason_id"),
            place=Value(0),
            key=_text(""),
            label=_text(""),
        )
    )
    # Rows, not keys: the indexes of closed cases do not hold those.
    return rows.annotate(count=Count("*"), seconds=Sum("open_seconds")).values_list(*_COLUMNS)


def _reasons(actor: Actor) -> _Rows:
    """Each reason's id (``group``), ``place``, names, and 1 if people may choose it."""
    choosable = Case(When(is_active=True, by_system_only=False, then=Value(1)), default=Value(0))
    rows = reasons_of(actor).order_by().annotate(part=_text(_REASON), seconds=Value(0))
    rows = rows.annotate(group=F("pk"), place=F("position"), count=choosable)
    return rows.values_list(*_COLUMNS)


def _text(value: str) -> Value:
    return Value(value, CharField())


def _segments_of_reasons(numbers: _Numbers) -> list[Segment]:
    """The reasons in the exchange's order: those in use, and those that closed a case."""
    return [
        _segment(key, label, numbers.by_reason[pk], reason=key)
        for _, key, label, pk, is_choosable in sorted(numbers.reasons)
        if is_choosable or numbers.by_reason[pk]
    ]


def _segment(key: str, label: str, count: int, **query: object) -> Segment:
    return Segment(key, label, count, f"{reverse('retention:cases')}?{urlencode(query)}")


def due_reminders(actor: Actor, now: datetime) -> CrwCaseQuerySet:
    """The actor's own open cases whose next contact date is today or has passed, oldest first."""
    day = aging.today(now, actor.exchange.time_zone)
    rows = CrwCase.objects.visible_to(actor).open()
    own = Q(enroller_id=actor.person_id, next_contact_on__lte=day)
    return rows.filter(own).order_by("next_contact_on", "-risk", "pk")
