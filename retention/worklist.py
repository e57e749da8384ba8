"""The worklist: what to narrow it by, its rows, and the call sheet (CRW-02, CRW-13).

The names of the filters are addresses: every segment of the dashboard and every number of a report
leads to the list behind it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from django import forms
from django.core.exceptions import BadRequest
from django.db.models import CharField, F, IntegerField, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast
from django.http import QueryDict

from portal.casework.keyset import Page, Sort, page_of
from portal.casework.listing import COUNT_LIMIT, bounded_label
from portal.consumers.mirror import Consumer
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership, Person
from portal.ui.forms import PlainSelect
from retention import aging
from retention.figures import NO_REASON
from retention.forms import choose
from retention.models import CrwCase, CrwCaseQuerySet, Interaction, Risk
from retention.projection import CONSUMER_FIELDS, risk_tone
from retention.ranked import ranked, ranked_page
from retention.reasons import reasons_of
from retention.table import MACHINE

PAGE_SIZE: Final = 25
#: A call sheet is a day's calls.
CALLS_SIZE: Final = 50
_CLOSED_ORDER: Final = Sort("closed", "closed_at", "Closed", nullable=True)
_WORKING: Final = "retention.work"

#: Languages the filter offers, as the eligibility system spells them.
LANGUAGES: Final = (
    *("English", "Spanish", "Arabic", "Armenian", "Cantonese", "Chinese", "Farsi", "Hmong"),
    *("Khmer", "Korean", "Lao", "Mandarin", "Russian", "Tagalog", "Vietnamese"),
)


@dataclass(frozen=True)
class WorkRow:
    """A case of the worklist, with what one needs to call the consumer; plain data."""

    number: str
    consumer_id: int
    name: str
    phone: str
    language: str
    best_time: str
    status: str
    is_open: bool
    risk: int
    risk_label: str
    risk_tone: str
    deadline: date
    #: Local days to the deadline; negative when it has passed.
    days_left: int
    age: int
    holder: str
    is_reached: bool
    was_transferred: bool
    last_contact_at: datetime | None
    last_outcome: str
    next_contact_on: date | None
    reminder_is_due: bool
    interaction_count: int
    closed_at: datetime | None
    reason: str


class WorklistFilters(forms.Form):
    """What the worklist is narrowed by; every field is optional."""

    state = forms.ChoiceField(
        label="Cases",
        choices=[("", "Open"), ("closed", "Closed")],
        required=False,
        widget=PlainSelect,
    )
    risk = forms.ChoiceField(
        label="Risk",
        choices=[("", "Any"), *((str(r.value), r.label) for r in sorted(Risk, reverse=True))],
        required=False,
        widget=PlainSelect,
    )
    age = forms.ChoiceField(
        label="Aging, days",
        choices=[("", "Any"), *((bucket.key, bucket.label) for bucket in aging.BUCKETS)],
        required=False,
        widget=PlainSelect,
    )
    reason = forms.ChoiceField(label="Resolution Reason", required=False, widget=PlainSelect)
    enroller = forms.ChoiceField(label="Enroller", required=False, widget=PlainSelect)
    reminder = forms.ChoiceField(
        label="Next contact",
        choices=[
            ("", "Any"),
            ("today", "Due today or before"),
            ("week", "Within 7 days"),
            ("none", "No date set"),
        ],
        required=False,
        widget=PlainSelect,
    )
    reached = forms.ChoiceField(
        label="Reached",
        choices=[("", "Any"), ("yes", "Spoken with"), ("no", "Not yet")],
        required=False,
        widget=PlainSelect,
    )
    language = forms.ChoiceField(
        label="Language",
        choices=[("", "Any"), *((name, name) for name in LANGUAGES)],
        required=False,
        widget=PlainSelect,
    )
    agency = forms.CharField(
        label="Agency or entity", required=False, max_length=80, help_text="Its code or name."
    )
    renewed = forms.CharField(required=False, max_length=3, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, actor: Actor, now: datetime) -> None:
        params = data.copy()
        if params.get("state") == "open":  # what the addresses of the dashboard say
            params["state"] = ""
        super().__init__(params)
        self.actor, self.now = actor, now
        reasons, people = _choices(actor)
        choose(self, "reason", [("", "Any"), (NO_REASON, "Still open"), *reasons])
        if actor.may("retention.view_organization"):
            choose(self, "enroller", [("", "Everybody"), ("nobody", "Nobody yet"), *people])
        elif actor.may("retention.view_all") and (chosen := params.get("enroller")):
            choose(self, "enroller", [("", "Everybody"), *_named(actor, chosen)])
        else:
            del self.fields["enroller"]
        if not actor.may("retention.view_all"):
            del self.fields["agency"]

    @property
    def bar_key(self) -> tuple[object, ...] | None:
        """What the drawn filters depend on beside the address; None: draw them anew."""
        if self.errors:
            return None
        return ("crw", self.actor.exchange_id, self.actor.person_id, self.actor.role_key)

    @property
    def is_closed(self) -> bool:
        """Whether the list is of closed cases; a reason asks for those by itself."""
        reason = self.cleaned_data.get("reason", "")
        return self.cleaned_data.get("state") == "closed" or reason not in ("", NO_REASON)

    def narrow(self, rows: CrwCaseQuerySet) -> CrwCaseQuerySet:
        """The rows that were asked for; call it on a valid form."""
        rows = rows.closed() if self.is_closed else rows.open()
        for name, condition in _CONDITIONS.items():
            if value := self.cleaned_data.get(name):
                rows = rows.filter(condition(self, value))
        return rows

    @property
    def today(self) -> date:
        return aging.today(self.now, self.actor.exchange.time_zone)


def _risk(_form: WorklistFilters, value: str) -> Q:
    return Q(risk=int(value))


def _age(form: WorklistFilters, value: str) -> Q:
    start, end = aging.bounds(aging.BY_KEY[value], form.now, form.actor.exchange.time_zone)
    found = Q() if start is None else Q(aged_from__gte=start)
    return found if end is None else found & Q(aged_from__lt=end)


def _reason(_form: WorklistFilters, value: str) -> Q:
    return Q(reason=None) if value == NO_REASON else Q(reason__key=value)


def _enroller(_form: WorklistFilters, value: str) -> Q:
    return Q(enroller=None) if value == "nobody" else Q(enroller_id=int(value))


def _reminder(form: WorklistFilters, value: str) -> Q:
    if value == "none":
        return Q(next_contact_on=None)
    last = form.today + timedelta(days=0 if value == "today" else 7)
    return Q(next_contact_on__lte=last)


def _agency(_form: WorklistFilters, value: str) -> Q:
    return Q(organization__code=value) | Q(organization__name__icontains=value)


_CONDITIONS: Final[Mapping[str, Callable[[WorklistFilters, str], Q]]] = {
    "risk": _risk,
    "age": _age,
    "reason": _reason,
    "enroller": _enroller,
    "reminder": _reminder,
    "reached": lambda form, value: Q(is_reached=value == "yes"),
    "language": lambda form, value: Q(consumer__language=value),
    "agency": _agency,
    "renewed": lambda form, value: Q(reason__counts_as_renewed=value == "yes"),
}


class _BoundedCount(Subquery):
    """How many rows a query has, up to one beyond :data:`COUNT_LIMIT`; read once a statement."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()

    def __init__(self, rows: CrwCaseQuerySet) -> None:
        super().__init__(rows.order_by().values("pk")[: COUNT_LIMIT + 1])


@dataclass
class Worklist:
    """One list as somebody asked for it."""

    actor: Actor
    params: QueryDict
    now: datetime

    @cached_property
    def form(self) -> WorklistFilters:
        return WorklistFilters(self.params, actor=self.actor, now=self.now)

    @property
    def is_call_sheet(self) -> bool:
        return self.params.get("view") == "calls"

    @cached_property
    def narrowed(self) -> CrwCaseQuerySet:
        """The cases of the list, in no order; none while the filters are wrong."""
        rows = CrwCase.objects.visible_to(self.actor)
        return self.form.narrow(rows) if self.form.is_valid() else rows.none()

    @cached_property
    def page(self) -> Page:
        """The page the address asks for, of :class:`CrwCase` with all a row needs.

        Each row carries the list's count, so that a page and its count are one statement.

        Raises:
            BadRequest: its cursor is none of ours.
        """
        place = {name: self.params.get(name, "") for name in ("after", "before")}
        if all(place.values()):
            raise BadRequest("A page begins behind one row, not two.")
        rows = with_row(self.narrowed).annotate(listed=_BoundedCount(self.narrowed))
        size = CALLS_SIZE if self.is_call_sheet else PAGE_SIZE
        if self.form.is_valid() and self.form.is_closed:
            return page_of(rows, sort=_CLOSED_ORDER, descending=True, size=size, **place)
        return ranked_page(rows, size=size, **place)

    def in_order(self) -> CrwCaseQuerySet:
        """All rows of the list in its order, for a file."""
        rows = with_row(self.narrowed)
        if self.form.is_valid() and self.form.is_closed:
            return rows.order_by("-closed_at", "-pk")
        return ranked(rows)  # type: ignore[return-value]

    def count(self) -> str:
        """How many cases the list holds, counted up to a bound."""
        if self.page.rows:
            return bounded_label(self.page.rows[0].listed)
        # Behind the last row no row tells how many there are.
        return bounded_label(self.narrowed.order_by()[: COUNT_LIMIT + 1].count())


def with_row(rows: CrwCaseQuerySet) -> CrwCaseQuerySet:
    """The query with all a row needs; still one statement."""
    consumer = [f"consumer__{name}" for name in CONSUMER_FIELDS if name != "email"]
    return rows.select_related("case", "consumer", "enroller", "reason").only(
        *("risk", "deadline", "aged_from", "is_open", "is_reached", "was_transferred"),
        *("last_contact_at", "last_outcome", "next_contact_on", "interaction_count", "closed_at"),
        *("case__number", "case__status", "enroller__full_name", "reason__label"),
        *consumer,
    )


def project_rows(
    actor: Actor, rows: Sequence[CrwCase], now: datetime, *, surface: str, keep_record: bool = True
) -> list[WorkRow]:
    """Rows for cases from :func:`with_row`, in their order; that they were shown is recorded.

    Args:
        surface: where they are shown, for the ledger.
        keep_record: False: the caller writes its own entry.
    """
    if rows and keep_record:
        record_listed(actor, rows, surface=surface)
    return [_row(actor, crw, now) for crw in rows]


def record_listed(
    actor: Actor,
    rows: Sequence[CrwCase],
    *,
    surface: str,
    action: str = "casework.listed",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write down that an actor was shown these cases' consumers (one entry)."""
    record(
        actor=actor,
        action=action,
        cases=[crw.pk for crw in rows],
        consumers=[crw.consumer_id for crw in rows],
        disclosed_to=actor.organization_id if actor.is_outside else None,
        fields=[name for name in CONSUMER_FIELDS if name != "email"],
        data={"surface": surface, **(data or {})},
    )


def _choices(actor: Actor) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Reasons, and who works CRW cases for a lead's organization, to choose from; one statement."""
    reasons = reasons_of(actor).order_by().annotate(part=_text("reason"), place=F("position"))
    found = reasons.annotate(choice=F("key"), name=F("label"))
    columns = ("part", "place", "name", "choice")
    rows = found.values_list(*columns)
    if actor.may("retention.view_organization"):
        people = enrollers_of(actor).annotate(part=_text("enroller"), place=Value(0))
        people = people.annotate(name=F("full_name"), choice=Cast("pk", CharField()))
        rows = rows.union(people.order_by().values_list(*columns), all=True)
    chosen: dict[str, list[tuple[str, str]]] = {"reason": [], "enroller": []}
    for part, _, name, choice in rows.order_by("place", "name"):
        chosen[part].append((choice, name))
    return chosen["reason"], chosen["enroller"]


def _text(value: str) -> Value:
    return Value(value, CharField())


def enrollers_of(actor: Actor) -> QuerySet[Person]:
    """Those of the actor's organization who work CRW cases."""
    members = Membership.objects.current().filter(
        exchange_id=actor.exchange_id,
        organization_id__in=actor.organization_ids,
        role__actions__contains=[_WORKING],
    )
    return Person.objects.filter(pk__in=members.values("person_id"))


def _named(actor: Actor, chosen: str) -> list[tuple[str, str]]:
    """The one enroller an address names, for somebody who sees all of them."""
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
        return []
    member = Membership.objects.filter(exchange_id=actor.exchange_id, person_id=int(chosen))
    people = Person.objects.filter(pk__in=member.values("person_id"))
    return [(str(pk), name) for pk, name in people.values_list("pk", "full_name")]


def _row(actor: Actor, crw: CrwCase, now: datetime) -> WorkRow:
    zone_name = actor.exchange.time_zone
    day = aging.today(now, zone_name)
    consumer: Consumer = crw.consumer
    return WorkRow(
        number=crw.case.number,
        consumer_id=consumer.pk,
        name=consumer.full_name,
        phone=consumer.phone,
        language=consumer.language,
        best_time=consumer.best_time,
        status=MACHINE.statuses[crw.case.status].label,
        is_open=crw.is_open,
        risk=crw.risk,
        risk_label=Risk(crw.risk).label,
        risk_tone=risk_tone(crw.risk),
        deadline=crw.deadline,
        days_left=(crw.deadline - day).days,
        age=aging.age_in_days(crw.aged_from, crw.closed_at or now, zone_name),
        holder=crw.enroller.full_name if crw.enroller else "",
        is_reached=crw.is_reached,
        was_transferred=crw.was_transferred,
        last_contact_at=crw.last_contact_at,
        last_outcome=Interaction.Outcome(crw.last_outcome).label if crw.last_outcome else "",
        next_contact_on=crw.next_contact_on,
        reminder_is_due=bool(crw.next_contact_on and crw.next_contact_on <= day),
        interaction_count=crw.interaction_count,
        closed_at=crw.closed_at,
        reason=crw.reason.label if crw.reason else "",
    )
