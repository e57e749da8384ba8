"""A summary as its reader may see it at this moment (SM-05, T-02, X-07).

A line holds no name. Names, numbers and contacts are read when the summary is opened, of the
consumers the reader still sees; of the others it says that they left, and nothing else. Every
look is recorded, and marks the entry in the mailbox as read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

from django.db.models import Case, Count, F, IntegerField, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone

from notifications.mailbox.models import Item
from notifications.summaries.models import Alert, Summary, Topic
from portal.book.consumer_page import call_url
from portal.consumers.models import Consumer, Enrollment, Notice
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.toolkits.models import Entry

PAGE_SIZE: Final = 100
#: Enrollers whose totals one page names; the largest agency has a few hundred.
MOST_TOTALS: Final = 1_000
#: The columns in the printed words (SM-05).
COLUMNS: Final = ("Consumer Case Number", "Notification Topic", "Consumer Contact Information")
GONE: Final = "No longer in your book"
NOBODY: Final = "Not yet given to an enroller"
#: Title of the toolkits' entry that explains the topics (SM-06).
GUIDE: Final = "Daily Summary Email Notices Description Guide"
#: What is shown of a consumer, for the ledger.
FIELDS: Final = ("case_number", "full_name", "phone", "email", "plan")

#: Topics whose source is an enrollment.
_OF_ENROLLMENTS: Final = frozenset({Topic.BINDER, Topic.CANCELED, Topic.TERMINATED, Topic.UPDATES})
_TOPIC_ORDER: Final = Case(
    *(When(topic=topic, then=Value(place)) for place, topic in enumerate(Topic)),
    output_field=IntegerField(),
)


@dataclass(frozen=True)
class Line:
    """One alert; of a consumer who left the reader's book only the topic is told."""

    pk: int
    topic: str
    enroller: str
    is_yours: bool
    #: None, and the texts empty, where the consumer is not the reader's any more.
    consumer_id: int | None = None
    case_number: str = ""
    name: str = ""
    phone: str = ""
    call_url: str = ""
    email: str = ""
    #: Which plan or notice, since one consumer may have two of a topic on a day.
    about: str = ""

    @property
    def contact(self) -> str:
        """Name, phone and email in one text, as files have it."""
        return "; ".join(filter(None, (self.name, self.phone, self.email)))


@dataclass(frozen=True)
class Group:
    """Lines under one heading: a topic, or an enroller in a manager's summary."""

    heading: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class Total:
    """How many lines an enroller has."""

    enroller: str
    lines: int


@dataclass(frozen=True)
class SummaryPage:
    """One page of one summary."""

    pk: int
    subject: str
    is_manager: bool
    local_date: date
    is_late: bool
    alerts: int
    totals: Sequence[Total]
    groups: Sequence[Group]
    #: Lines on this page, and in all that the reader's present role shows.
    shown: int
    total: int
    number: int
    is_last: bool
    #: Some lines belong to another organization the reader works for.
    has_lines_elsewhere: bool
    guide_url: str


def summary_for(actor: Actor, pk: int) -> Summary:
    """The actor's summary with this key.

    Raises:
        Summary.DoesNotExist: there is none, or it is somebody else's; the two are one answer.
    """
    found: Summary = Summary.objects.visible_to(actor).get(pk=pk)
    return found


def lines_of(actor: Actor, summary: Summary) -> QuerySet[Alert]:
    """The alerts of a summary within the organization the actor works in now."""
    rows = Alert.objects.filter(
        exchange_id=actor.exchange_id,
        local_date=summary.local_date,
        organization_id__in=actor.organization_ids,
    )
    if summary.kind == Summary.Kind.OWN:
        rows = rows.filter(enroller_id=actor.person_id)
    return rows.select_related("enroller")


def in_order(rows: QuerySet[Alert], summary: Summary) -> QuerySet[Alert]:
    """By enroller in a manager's summary, then by topic as printed."""
    ordered = rows.annotate(place=_TOPIC_ORDER)
    if summary.kind == Summary.Kind.MANAGER:
        by_name = F("enroller__full_name").asc(nulls_last=True)
        return ordered.order_by(by_name, "enroller_id", "place", "pk")
    return ordered.order_by("place", "pk")


def look_at(
    actor: Actor, summary: Summary, *, number: int = 1, surface: str = "page"
) -> SummaryPage:
    """A page of a summary from :func:`summary_for`; the look is recorded.

    Args:
        number: the page, from 1.
        surface: where it is shown, for the ledger, e.g. ``page`` or ``api``.
    """
    rows = lines_of(actor, summary)
    total = rows.count() if summary.alerts else 0
    start = (number - 1) * PAGE_SIZE
    found = list(in_order(rows, summary)[start : start + PAGE_SIZE]) if total else []
    lines = project_lines(actor, found)
    record_look(actor, summary, lines, surface=surface)
    mark_read(actor, summary)
    is_manager = summary.kind == Summary.Kind.MANAGER
    return SummaryPage(
        pk=summary.pk,
        subject=summary.subject,
        is_manager=is_manager,
        local_date=summary.local_date,
        is_late=summary.is_late,
        alerts=summary.alerts,
        totals=totals_of(rows) if is_manager and total else [],
        groups=_grouped(lines, by_enroller=is_manager),
        shown=len(lines),
        total=total,
        number=number,
        is_last=start + len(found) >= total,
        has_lines_elsewhere=actor.has_other_memberships and total < summary.alerts,
        guide_url=guide_url(actor),
    )


def totals_of(rows: QuerySet[Alert]) -> list[Total]:
    """Lines by enroller, those with most first; what nobody has yet comes last."""
    counted = (
        rows.order_by()
        .values("enroller_id", "enroller__full_name")
        .annotate(lines=Count("pk"))
        .order_by(F("enroller_id").asc(nulls_last=True))
    )
    totals = [
        (row["enroller_id"] is None, -row["lines"], row["enroller__full_name"] or NOBODY)
        for row in counted[:MOST_TOTALS]
    ]
    return [Total(name, -lines) for _, lines, name in sorted(totals)]


def project_lines(actor: Actor, alerts: Iterable[Alert]) -> list[Line]:
    """The lines as the actor may see them; three statements at most find all they say."""
    found = list(alerts)
    ids = {alert.consumer_id for alert in found}
    theirs: dict[int, Any] = Consumer.objects.visible_to(actor).in_bulk(ids) if ids else {}
    abouts = _abouts([alert for alert in found if alert.consumer_id in theirs])
    return [
        _line(alert, theirs.get(alert.consumer_id), abouts.get(alert.pk, "")) for alert in found
    ]


def _abouts(alerts: Sequence[Alert]) -> dict[int, str]:
    """Alert → its plan or its notice's code, of alerts whose consumers the reader sees."""
    plans, codes = (
        {alert.source_id for alert in alerts if alert.topic in topics}
        for topics in (_OF_ENROLLMENTS, {Topic.NOD})
    )
    told: dict[tuple[bool, int], str] = {}
    if plans:
        rows = Enrollment.objects.filter(pk__in=plans).values_list("pk", "plan_name", "plan_year")
        told |= {(True, pk): f"{plan}, {year}" for pk, plan, year in rows}
    if codes:
        notices = Notice.objects.filter(pk__in=codes).values_list("pk", "code")
        told |= {(False, pk): code for pk, code in notices}
    return {
        alert.pk: told.get((alert.topic in _OF_ENROLLMENTS, alert.source_id), "")
        for alert in alerts
        if alert.topic in _OF_ENROLLMENTS | {Topic.NOD}
    }


def _line(alert: Alert, consumer: Consumer | None, about: str) -> Line:
    enroller = alert.enroller.full_name if alert.enroller else NOBODY
    if consumer is None:
        return Line(alert.pk, alert.get_topic_display(), enroller, is_yours=False)
    return Line(
        pk=alert.pk,
        topic=alert.get_topic_display(),
        enroller=enroller,
        is_yours=True,
        consumer_id=consumer.pk,
        case_number=consumer.case_number,
        name=consumer.full_name,
        phone=consumer.phone,
        call_url=call_url(consumer.phone),
        email=consumer.email,
        about=about,
    )


def record_look(
    actor: Actor,
    summary: Summary,
    lines: Iterable[Line],
    *,
    surface: str,
    action: str = "summaries.opened",
) -> None:
    """Write into the ledger whose contacts were shown; nothing where there were none."""
    if ids := [line.consumer_id for line in lines if line.consumer_id]:
        data = {"summary": summary.pk, "surface": surface}
        record(actor=actor, action=action, consumers=ids, fields=FIELDS, data=data)


def mark_read(actor: Actor, summary: Summary) -> None:
    """Mark the summary's entry in the mailbox as read, if it is not."""
    entry = Item.objects.visible_to(actor).filter(kind="summary", source_id=summary.pk)
    entry.filter(read_at=None).update(read_at=timezone.now())


def guide_url(actor: Actor) -> str:
    """Where the toolkits explain the topics (SM-06); empty where there is no such entry."""
    entry = Entry.objects.visible_to(actor).filter(current__title=GUIDE).only("key").first()
    return reverse("toolkits:entry", args=[entry.key]) if entry else ""


def _grouped(lines: Sequence[Line], *, by_enroller: bool) -> list[Group]:
    def heading(line: Line) -> str:
        return line.enroller if by_enroller else line.topic

    return [Group(key, list(rows)) for key, rows in groupby(lines, key=heading)]
