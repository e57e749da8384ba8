"""The book of business: an enroller's active consumers, and what each needs next.

A consumer is active while they are delegated to the actor, or to somebody of the organization for
those who see all of it; that is what ``visible_to`` reads. A page is a handful of statements for
ten consumers and for ten thousand: the rows, one bounded count, and one for each source of needs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, reduce
from operator import or_
from typing import Any, Final

from django import forms
from django.core.exceptions import BadRequest
from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject
from django.http import QueryDict
from django.utils import timezone

from portal.casework.keyset import Page, Sort, page_of
from portal.casework.listing import PAGE_SIZE, count_all
from portal.clocks.reckoning import zone
from portal.consumers import needs
from portal.consumers.models import Consumer, Enrollment
from portal.consumers.needs import Need
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership
from portal.ui.forms import PlainSelect

#: Value of ``enroller`` for consumers whom the organization has given to nobody yet.
NOBODY: Final = "none"
#: Value of ``need`` for consumers that need anything at all.
ANYTHING: Final = "any"
#: What a row of the list shows of a person, for the ledger.
FIELDS: Final = ("full_name", "case_number", "phone", "language", "enrollment")
SORTS: Final = {
    sort.key: sort
    for sort in (
        Sort("name", "full_name", "Name"),
        Sort("case_number", "case_number", "Case number"),
    )
}
#: Fewer digits than this are no part of a phone number or case number.
_DIGITS: Final = 4
#: Roles consumers are delegated to.
_ENROLLING: Final = (
    "agency_manager",
    "agent_level_1",
    "agent_level_2",
    "entity_primary_contact",
    "certified_enrollment_counselor",
)
_TONES: Final[Mapping[str, str]] = {
    Enrollment.Status.SELECTED: "warning",
    Enrollment.Status.PENDING: "warning",
    Enrollment.Status.ENROLLED: "success",
    Enrollment.Status.TERMINATED: "neutral",
    Enrollment.Status.CANCELED: "neutral",
}


@dataclass(frozen=True)
class Coverage:
    """An enrollment in a few words."""

    plan_year: int
    carrier: str
    plan: str
    status: str
    tone: str


@dataclass(frozen=True)
class BookRow:
    """One consumer of the book."""

    pk: int
    name: str
    case_number: str
    phone: str
    language: str
    best_time: str
    #: Name of the enroller; empty: the organization has given the consumer to nobody.
    enroller: str
    coverage: Coverage | None
    needs: Sequence[Need]


class BookFilters(forms.Form):
    """What the book is narrowed by."""

    q = forms.CharField(
        label="Name, number or email",
        max_length=120,
        required=False,
    )
    need = forms.ChoiceField(label="Needs", required=False, widget=PlainSelect)
    enroller = forms.ChoiceField(required=False, widget=PlainSelect)
    year = forms.ChoiceField(label="Plan year", required=False, widget=PlainSelect)
    status = forms.ChoiceField(
        label="Enrollment",
        choices=[("", "Any enrollment"), *Enrollment.Status.choices],
        required=False,
        widget=PlainSelect,
    )
    language = forms.CharField(max_length=40, required=False)

    def __init__(self, data: QueryDict, *, actor: Actor, today: date) -> None:
        super().__init__(data)
        self.actor, self.today = actor, today
        self._choose(
            "need",
            "Anything or nothing",
            lambda: [(ANYTHING, "Anything"), *needs.choices_for(actor)],
        )
        years = [str(today.year + step) for step in (1, 0, -1)]
        self._choose("year", "Any year", lambda: [(year, year) for year in years])
        if actor.may("consumers.view_organization"):
            self._choose("enroller", "All enrollers", lambda: _enrollers(actor))
        else:
            del self.fields["enroller"]

    def _choose(
        self, name: str, empty: str, choices: Callable[[], Sequence[tuple[str, str]]]
    ) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = lambda: [("", empty), *choices()]

    @cached_property
    def asked(self) -> dict[str, str]:
        """What was asked and understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrow(self, rows: QuerySet[Consumer]) -> QuerySet[Consumer]:
        """The consumers that match every filter that was understood; the others show their
        error."""
        asked = self.asked
        if text := asked.get("q"):
            rows = matching(rows, text)
        if need := asked.get("need"):
            rows = rows.filter(_needing(self.actor, need, self.today))
        if enroller := asked.get("enroller"):
            rows = rows.filter(enroller_id=None if enroller == NOBODY else int(enroller))
        if enrollment := _enrollment(asked):
            theirs = Enrollment.objects.filter(consumer=OuterRef("pk"), **enrollment)
            rows = rows.filter(Exists(theirs))
        if language := asked.get("language"):
            rows = rows.filter(language__istartswith=language)
        return rows


@dataclass
class BookList:
    """The book as somebody asked for it: filters, order and place."""

    actor: Actor
    filters: BookFilters
    sort: Sort
    descending: bool
    params: QueryDict
    today: date
    #: Why what was typed was not even looked for; empty: nothing was refused.
    refusal: str = ""

    @property
    def order(self) -> str:
        """The order as the address names it, e.g. ``-name``."""
        return f"{'-' if self.descending else ''}{self.sort.key}"

    def rows(self) -> QuerySet[Consumer]:
        """All consumers of the list, in no order, with what a row needs."""
        rows = self.filters.narrow(Consumer.objects.visible_to(self.actor))
        year = self.filters.asked.get("year")
        return with_coverage(rows, plan_year=int(year) if year else None)

    def page(self) -> Page:
        """The page the address asks for.

        Raises:
            BadRequest: its cursor is none of ours.
        """
        return page_of(
            self.rows(),
            sort=self.sort,
            descending=self.descending,
            size=PAGE_SIZE,
            after=self.params.get("after", ""),
            before=self.params.get("before", ""),
        )

    def count(self) -> str:
        """How many consumers the list has, in words; bounded."""
        rows = self.filters.narrow(Consumer.objects.visible_to(self.actor))
        return count_all({"list": rows})["list"]  # type: ignore[dict-item]


def read_book(actor: Actor, params: QueryDict) -> BookList:
    """The book an address asks for; a Social Security number in it is neither used nor shown.

    Raises:
        BadRequest: it names an order that is not there.
    """
    order = params.get("sort") or "name"
    sort = SORTS.get(order.removeprefix("-"))
    if sort is None:
        raise BadRequest("There is no such order of this list.")
    today, refusal = today_of(actor), ""
    if any(contains_ssn(str(value)) for value in params.values()):
        params, refusal = QueryDict(), SsnRefused("the search box").messages[0]
    return BookList(
        actor=actor,
        filters=BookFilters(params, actor=actor, today=today),
        sort=sort,
        descending=order.startswith("-"),
        params=params,
        today=today,
        refusal=refusal,
    )


def today_of(actor: Actor) -> date:
    """Today, in the exchange's time zone."""
    return timezone.now().astimezone(zone(actor.exchange.time_zone)).date()


def with_coverage(rows: QuerySet[Consumer], *, plan_year: int | None = None) -> QuerySet[Consumer]:
    """The rows with the enroller's name and the latest health enrollment; still one statement.

    Args:
        plan_year: show the enrollment of this year instead.
    """
    found = Enrollment.objects.filter(consumer=OuterRef("pk"), product="health")
    if plan_year is not None:
        found = found.filter(plan_year=plan_year)
    latest = found.order_by("-plan_year", "-pk").values(
        found=JSONObject(
            plan_year="plan_year", carrier="carrier_name", plan="plan_name", status="status"
        )
    )
    return rows.annotate(
        enroller_name=F("enroller__full_name"), latest_enrollment=Subquery(latest[:1])
    )


def project_book(
    actor: Actor, consumers: Sequence[Any], *, today: date, surface: str, keep_record: bool = True
) -> list[BookRow]:
    """Rows for consumers from :func:`with_coverage`, in their order; the look is recorded.

    Args:
        keep_record: False: the caller writes the ledger's entry.
    """
    ids = [consumer.pk for consumer in consumers]
    if ids and keep_record:
        record(
            actor=actor,
            action="consumers.listed",
            consumers=ids,
            fields=FIELDS,
            data={"surface": surface},
        )
    needed = needs.needs_of(actor, ids, today)
    return [
        BookRow(
            pk=consumer.pk,
            name=consumer.full_name,
            case_number=consumer.case_number,
            phone=consumer.phone,
            language=consumer.language,
            best_time=consumer.best_time,
            enroller=consumer.enroller_name or "",
            coverage=_coverage(consumer.latest_enrollment),
            needs=needed[consumer.pk],
        )
        for consumer in consumers
    ]


def matching(rows: QuerySet[Consumer], text: str) -> QuerySet[Consumer]:
    """The consumers a text may mean: all words of a name, or a number's or address's beginning."""
    words = text.split()
    wanted = Q(email__iexact=text)
    if words:
        wanted |= reduce(lambda q, word: q & Q(full_name__icontains=word), words, Q())
    digits = "".join(letter for letter in text if letter.isdigit())
    if len(digits) >= _DIGITS and not any(letter.isalpha() for letter in text):
        rows = rows.alias(
            phone_digits=Func(
                F("phone"), Value(r"\D"), Value(""), Value("g"), function="regexp_replace"
            )
        )
        wanted |= Q(case_number__startswith=digits) | Q(phone_digits__contains=digits)
    return rows.filter(wanted)


def _needing(actor: Actor, key: str, today: date) -> Q:
    keys = [key] if key != ANYTHING else [choice for choice, _ in needs.choices_for(actor)]
    return reduce(or_, (Q(needs.needing_q(actor, each, today)) for each in keys))


def _enrollers(actor: Actor) -> list[tuple[str, str]]:
    people = Membership.objects.filter(
        exchange_id=actor.exchange_id,
        organization_id__in=actor.organization_ids,
        role__key__in=_ENROLLING,
    )
    names = people.order_by("person__full_name").values_list("person_id", "person__full_name")
    return [
        *((str(pk), name) for pk, name in names.distinct()),
        (NOBODY, "Nobody yet"),
    ]


def _enrollment(asked: Mapping[str, str]) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if year := asked.get("year"):
        wanted["plan_year"] = int(year)
    if status := asked.get("status"):
        wanted["status"] = status
    return wanted


def _coverage(found: Mapping[str, Any] | None) -> Coverage | None:
    if not found:
        return None
    status = Enrollment.Status(found["status"])
    return Coverage(
        plan_year=found["plan_year"],
        carrier=found["carrier"],
        plan=found["plan"],
        status=str(status.label),
        tone=_TONES[status],
    )
