"""“My Book of Business”: one line for each active consumer (RP-02, RP-05).

The sources print nine fields and do not say what they hold. Here: the account is the agency or
entity; the application is the household's latest, or the latest that matches the filters; the
application's name is that of the household primary contact, as far as the reader may see them;
the health enrollment is named by its carrier and plan.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from portal.casework.keyset import Sort
from portal.consumers.models import Application, Consent, Consumer, Enrollment
from portal.reports.registry import Chosen, ReportColumn, ReportFilter, ReportType
from portal.tenancy.actor import Actor

ACCOUNT, CASE_NUMBER, CONSUMER = "account_name", "application_case_number", "consumer_name"
APPLICATION_ID, APPLICATION_NAME = "contact_application_id", "contact_application_name"
ENROLLMENT, PROGRAM = "health_enrollment_name", "eligibility_program"
ENROLLER, YEAR = "enroller_contact", "year_of_application"

#: The fields of RP-05, by their exact labels.
FIELDS: Final[Mapping[str, str]] = {
    ACCOUNT: "Account Name",
    CASE_NUMBER: "Application Case Number",
    CONSUMER: "Consumer Name",
    APPLICATION_ID: "Contact Application ID",
    APPLICATION_NAME: "Contact Application Name",
    ENROLLMENT: "Health Enrollment Name",
    PROGRAM: "Eligibility Program",
    ENROLLER: "Enroller Contact",
    YEAR: "Year of Application",
}
#: Columns the outline offers beside them.
_MORE: Final[Mapping[str, str]] = {
    "enrollment_status": "Enrollment Status",
    "phone": "Phone",
    "email": "Email",
    "language": "Preferred Language",
    "consent_valid_thru": "Consent Valid Thru",
}


def _years(actor: Actor) -> Sequence[tuple[str, str]]:
    this_year = timezone.now().year
    return [(str(year), str(year)) for year in range(this_year + 1, this_year - 5, -1)]


def _rows(actor: Actor, chosen: Chosen) -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = Consumer.objects.visible_to(actor)
    for key, column in (
        (ACCOUNT, "organization__name__icontains"),
        (CASE_NUMBER, "case_number__startswith"),
        (CONSUMER, "full_name__icontains"),
        (ENROLLER, "enroller__full_name__icontains"),
    ):
        if value := chosen.get(key):
            rows = rows.filter(**{column: value})
    if wanted := _application_q(chosen):
        theirs = Application.objects.filter(wanted, household=OuterRef("household"))
        rows = rows.filter(Exists(theirs))
    if name := chosen.get(APPLICATION_NAME):
        heads = _primary_contacts(actor).filter(full_name__icontains=name)
        rows = rows.filter(Exists(heads.filter(household=OuterRef("household"))))
    if chosen.get(ENROLLMENT):
        rows = rows.filter(Exists(_enrollments(chosen).filter(consumer=OuterRef("pk"))))
    return rows.select_related("organization", "enroller")


def _values(actor: Actor, rows: Sequence[Any], chosen: Chosen) -> Sequence[Mapping[str, Any]]:
    households = {row.household_id for row in rows if row.household_id}
    ids = [row.pk for row in rows]
    applications = _first_by(
        "household_id", _applications(chosen, households).order_by("-year", "-pk")
    )
    heads = _first_by("household_id", _primary_contacts(actor).filter(household__in=households))
    coverage = _first_by(
        "consumer_id",
        _enrollments(chosen).filter(consumer__in=ids).order_by("-plan_year", "-pk"),
    )
    consents = _first_by(
        "consumer_id", Consent.objects.filter(consumer__in=ids).order_by("-valid_through")
    )
    return [
        _line(
            row,
            applications.get(row.household_id),
            heads.get(row.household_id),
            coverage.get(row.pk),
            consents.get(row.pk),
        )
        for row in rows
    ]


def _line(
    row: Any,
    application: Application | None,
    head: Consumer | None,
    coverage: Enrollment | None,
    consent: Consent | None,
) -> dict[str, Any]:
    return {
        ACCOUNT: row.organization.name if row.organization else "",
        CASE_NUMBER: row.case_number,
        CONSUMER: row.full_name,
        APPLICATION_ID: application.application_id if application else row.application_id,
        APPLICATION_NAME: head.full_name if head else "",
        ENROLLMENT: f"{coverage.carrier_name}, {coverage.plan_name}" if coverage else "",
        PROGRAM: application.program if application else "",
        ENROLLER: row.enroller.full_name if row.enroller else "",
        YEAR: application.year if application else None,
        "enrollment_status": coverage.get_status_display() if coverage else "",
        "phone": row.phone,
        "email": row.email,
        "language": row.language,
        "consent_valid_thru": consent.valid_through if consent else None,
    }


def _application_q(chosen: Chosen) -> Q:
    wanted = Q()
    if year := chosen.get(YEAR):
        wanted &= Q(year=int(year))
    if program := chosen.get(PROGRAM):
        wanted &= Q(program__icontains=program)
    if number := chosen.get(APPLICATION_ID):
        wanted &= Q(application_id__istartswith=number)
    return wanted


def _applications(chosen: Chosen, households: Collection[int]) -> QuerySet[Application]:
    return Application.objects.filter(_application_q(chosen), household__in=households)


def _enrollments(chosen: Chosen) -> QuerySet[Enrollment]:
    rows = Enrollment.objects.filter(product="health")
    if name := chosen.get(ENROLLMENT):
        for word in name.split():
            rows = rows.filter(Q(plan_name__icontains=word) | Q(carrier_name__icontains=word))
    if year := chosen.get(YEAR):
        rows = rows.filter(plan_year=int(year))
    return rows


def _primary_contacts(actor: Actor) -> QuerySet[Any, Any]:
    """Those of them the reader may see: a name is not told by way of a relative's line."""
    rows: QuerySet[Any, Any] = Consumer.objects.visible_to(actor).filter(is_primary_contact=True)
    return rows.order_by("pk")


def _first_by(key: str, rows: Iterable[Any]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for row in rows:
        found.setdefault(getattr(row, key), row)
    return found


MY_BOOK: Final = ReportType(
    key="my-book-of-business",
    label="My Book of Business",
    hint="Your active consumers, one line for each, with application and health enrollment.",
    actions=frozenset({"book.view"}),
    exports=frozenset({"book.export"}),
    columns=(
        *(ReportColumn(key, label) for key, label in FIELDS.items()),
        *(ReportColumn(key, label, is_shown=False) for key, label in _MORE.items()),
    ),
    filters=tuple(
        ReportFilter(key, label, choices=_years if key == YEAR else None)
        for key, label in FIELDS.items()
    ),
    sort=Sort("name", "full_name", "Consumer Name"),
    rows=_rows,
    values=_values,
    consumers=lambda row: (row.pk,),
    personal=frozenset({CASE_NUMBER, CONSUMER, APPLICATION_ID, APPLICATION_NAME, "phone", "email"}),
    module="book",
    order=10,
)
