"""The numbers of the dashboard “CRW Cases” (CRW-08…CRW-11).

Two grouped statements answer all five widgets, each from one covering index: one over the open
cases by risk and aging, one over the closed ones by reason. Every number is that of a list, whose
address it carries.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Case, Count, Q, SmallIntegerField, Sum, Value, When
from django.urls import reverse

from portal.tenancy.actor import Actor
from retention import aging
from retention.models import CrwCase, CrwCaseQuerySet, Risk
from retention.reasons import reasons_of

#: Reason of an open case, in addresses and on the chart: it has none yet.
NO_REASON = "none"


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


def read_dashboard(actor: Actor, now: datetime) -> Dashboard:
    """The widgets over all cases the actor may see; three statements."""
    visible = CrwCase.objects.visible_to(actor)
    by_risk, by_bucket = _count_open(visible, actor, now)
    counts, seconds = _count_closed(visible)
    closed, is_open = sum(counts.values()), sum(by_risk.values())
    return Dashboard(
        open_cases=_segment("open", "Open CRW Cases", is_open, state="open"),
        closed_cases=_segment("closed", "Closed CRW cases", closed, state="closed"),
        average_resolution=timedelta(seconds=seconds / closed) if closed else None,
        by_priority=[
            _segment(str(risk.value), risk.label, by_risk[risk.value], risk=risk.value)
            for risk in sorted(Risk, reverse=True)
        ],
        by_age=[
            _segment(bucket.key, bucket.label, by_bucket[bucket.key], age=bucket.key)
            for bucket in aging.BUCKETS
        ],
        by_reason=_by_reason(actor, counts, is_open),
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


def _count_open(
    visible: CrwCaseQuerySet, actor: Actor, now: datetime
) -> tuple[Counter[int], Counter[str]]:
    # The place among the buckets and not its key: grouping by a small number costs half.
    whens = [
        When(aged_from__gte=start, then=Value(place))
        for place, (_, start) in enumerate(aging.thresholds(now, actor.exchange.time_zone))
    ]
    oldest = Value(len(aging.BUCKETS) - 1)
    bucket = Case(*whens, default=oldest, output_field=SmallIntegerField())
    rows = visible.open().annotate(bucket=bucket).values("risk", "bucket").order_by()
    by_risk, by_bucket = Counter[int](), Counter[str]()
    counted = rows.annotate(count=Count("pk")).values_list("risk", "bucket", "count")
    for risk, place, count in counted:
        by_risk[risk] += count
        by_bucket[aging.BUCKETS[place].key] += count
    return by_risk, by_bucket


def _count_closed(visible: CrwCaseQuerySet) -> tuple[Counter[int | None], int]:
    rows = visible.closed().values("reason_id").order_by()
    counts, seconds = Counter[int | None](), 0
    for reason_id, count, spent in rows.annotate(
        count=Count("pk"), seconds=Sum("open_seconds")
    ).values_list("reason_id", "count", "seconds"):
        counts[reason_id] += count
        seconds += spent or 0
    return counts, seconds


def _by_reason(actor: Actor, counts: Counter[int | None], is_open: int) -> list[Segment]:
    found = [
        _segment(reason.key, reason.label, counts[reason.pk], reason=reason.key)
        for reason in reasons_of(actor)
        if counts[reason.pk] or (reason.is_active and not reason.by_system_only)
    ]
    return [*found, _segment(NO_REASON, "Still open", is_open, reason=NO_REASON)]


def _segment(key: str, label: str, count: int, **query: object) -> Segment:
    return Segment(key, label, count, f"{reverse('retention:cases')}?{urlencode(query)}")


def due_reminders(actor: Actor, now: datetime) -> CrwCaseQuerySet:
    """The actor's own open cases whose next contact date is today or has passed, oldest first."""
    day = aging.today(now, actor.exchange.time_zone)
    rows = CrwCase.objects.visible_to(actor).open()
    own = Q(enroller_id=actor.person_id, next_contact_on__lte=day)
    return rows.filter(own).order_by("next_contact_on", "-risk", "pk")
