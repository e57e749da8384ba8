"""Reading the ledger: who saw or changed what, of whom, under what authority, newest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Func, Q, QuerySet, Value

from portal.ledger import names
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Membership, Organization
from portal.tenancy.roles import ROLES

PAGE = 50


@dataclass(frozen=True)
class Question:
    """What to look for; empty parts ask for nothing in particular."""

    #: Cases and consumers it is about, as ids; any of them.
    cases: Sequence[int] = ()
    consumers: Sequence[int] = ()
    #: People who acted, as ids; any of them.
    people: Sequence[int] = ()
    #: Organization that acted or was shown something.
    office: int | None = None
    #: Days in the exchange's zone, both included.
    since: date | None = None
    until: date | None = None
    only_outside: bool = False
    only_refused: bool = False


@dataclass(frozen=True)
class EntryView:
    """One entry in words; everything a page, a table or a file shows of it."""

    pk: int
    at: datetime
    who: str
    role: str
    organization: str
    what: str
    refused: bool
    cases: Sequence[str]
    consumers: Sequence[str]
    fields: Sequence[str]
    #: The releases an outside organization was shown it under, each with its days.
    authority: str
    surface: str


@dataclass(frozen=True)
class Page:
    rows: Sequence[EntryView]
    #: Where the next page begins; empty at the end.
    after: str = ""


class EntriesAbout(Func):
    """Ids of the exchange's entries that name any of the cases or consumers; one row for each.

    A function of the database: under row-level security the planner may not use the index for an
    operator it does not trust, and would read every entry of the exchange instead.
    """

    function = "ledger_entries_about"
    set_returning = True
    output_field = BigIntegerField()


def entries_for(actor: Actor, question: Question) -> QuerySet[LedgerEntry]:
    """The entries of the actor's exchange a question asks for; none without the right to look."""
    rows = LedgerEntry.objects.filter(exchange_id=actor.exchange_id)
    if not actor.may("ledger.view"):
        return rows.none()
    if question.cases or question.consumers:
        about = EntriesAbout(_ids(question.cases), _ids(question.consumers))
        exchange = Exchange.objects.filter(pk=actor.exchange_id).annotate(found=about)
        rows = rows.filter(pk__in=exchange.values("found"))
    if question.people:
        rows = rows.filter(actor_id__in=question.people)
    if question.office:
        rows = rows.filter(Q(disclosed_to_id=question.office) | Q(organization_id=question.office))
    if question.since:
        rows = rows.filter(at__gte=_midnight(actor.exchange, question.since))
    if question.until:
        rows = rows.filter(at__lt=_midnight(actor.exchange, question.until + timedelta(days=1)))
    if question.only_outside:
        rows = rows.filter(disclosed_to_id__isnull=False)
    if question.only_refused:
        rows = rows.filter(outcome=LedgerEntry.Outcome.REFUSED)
    return rows.select_related("actor").order_by("-at", "-pk")


def page_of(rows: QuerySet[LedgerEntry], *, after: str = "", size: int = PAGE) -> Page:
    """One page, found by the last entry of the page before, so that all pages cost the same.

    Raises:
        ValueError: ``after`` is none of ours.
    """
    if after:
        at_text, _, pk_text = after.rpartition("_")
        at, pk = datetime.fromisoformat(at_text), int(pk_text)
        if at.tzinfo is None:
            raise ValueError("The place in the list has no time zone.")
        rows = rows.filter(at__lte=at).filter(Q(at__lt=at) | Q(pk__lt=pk))
    found = list(rows[: size + 1])
    shown = found[:size]
    last = shown[-1] if len(found) > size else None
    return Page(in_words(shown), f"{last.at.isoformat()}_{last.pk}" if last else "")


def in_words(rows: Sequence[LedgerEntry]) -> list[EntryView]:
    """Entries with every id named; a fixed number of statements, however many there are."""
    organizations = Organization.objects.filter(
        pk__in={pk for row in rows for pk in (row.organization_id, row.disclosed_to_id) if pk}
    )
    office = dict(organizations.values_list("pk", "name"))
    case = names.labels(names.CASE, _all(row.case_ids for row in rows))
    consumer = names.labels(names.CONSUMER, _all(row.consumer_ids for row in rows))
    release = names.labels(names.RELEASE, _all(map(_releases_of, rows)))
    return [
        EntryView(
            pk=row.pk,
            at=row.at,
            who=row.actor.full_name if row.actor else "System",
            role=ROLES[row.actor_role].label if row.actor_role in ROLES else "",
            organization=office.get(row.organization_id or 0, ""),
            what=names.action_label(row.action),
            refused=row.outcome == LedgerEntry.Outcome.REFUSED,
            cases=[case[pk] for pk in row.case_ids],
            consumers=[consumer[pk] for pk in row.consumer_ids],
            fields=[name.replace("_", " ") for name in row.fields],
            authority="; ".join(release[pk] for pk in _releases_of(row)),
            surface=str(row.data.get("surface") or row.channel).replace("_", " "),
        )
        for row in rows
    ]


def _releases_of(row: LedgerEntry) -> list[int]:
    """Ids of the releases under which an outside organization was shown something.

    A list shown under several names them in ``data["releases"]``, by id with their cases.
    """
    if row.disclosed_to_id is None:
        return []
    if row.release_id:
        return [row.release_id]
    return sorted(int(key) for key in row.data.get("releases", {}))


def people_named(exchange: Exchange, text: str) -> list[int]:
    """Ids of people who work, or worked, in the exchange and match a name or e-mail address."""
    rows = Membership.objects.filter(exchange=exchange).filter(
        Q(person__full_name__icontains=text) | Q(person__email__iexact=text)
    )
    return sorted(set(rows.values_list("person_id", flat=True)[:200]))


def as_cells(row: EntryView, zone: ZoneInfo) -> list[Any]:
    """One line of the export, in the order of :data:`COLUMNS`."""
    return [
        row.at.astimezone(zone).isoformat(timespec="seconds"),
        row.who,
        row.role,
        row.organization,
        row.what,
        "refused" if row.refused else "done",
        "; ".join(row.cases),
        "; ".join(row.consumers),
        "; ".join(row.fields),
        row.authority,
        row.surface,
    ]


COLUMNS = (
    "When",
    "Who",
    "Role",
    "Organization",
    "What",
    "Outcome",
    "Cases",
    "Consumers",
    "Fields",
    "Under which release",
    "Where",
)


def _all(lists: Iterable[Iterable[int]]) -> set[int]:
    return {pk for each in lists for pk in each}


def _ids(values: Sequence[int]) -> Value:
    return Value(list(values), output_field=ArrayField(BigIntegerField()))


def _midnight(exchange: Exchange, day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(exchange.time_zone))
