"""The feeds of applications and enrollments."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from portal.consumers.feeds import Applied, FeedKind, FeedRow, RowRefused
from portal.consumers.mirror_feeds import checks
from portal.consumers.mirror_feeds.belongings import HOUSEHOLD, PERSON, apply_belongings
from portal.consumers.models import Application, Enrollment
from portal.tenancy.actor import Actor

_APPLICATION_EXAMPLE: Final = {
    "application_id": "A-2026-000042",
    "case_number": "5001000042",
    "year": "2026",
    "program": "Covered California",
    "status": "submitted",
    "signed_on": "2025-11-18",
}
_ENROLLMENT_EXAMPLE: Final = {
    "enrollment_id": "E-2026-000042-1",
    "person_id": "174097",
    "plan_year": "2026",
    "product": "health",
    "carrier": "Meadowlark Health Plan",
    "plan_name": "Meadowlark Silver 70 HMO",
    "metal_tier": "Silver",
    "status": "enrolled",
    "status_since": "2025-12-04",
    "updates_pending": "no",
    "effective_from": "2026-01-01",
    "effective_to": "2026-12-31",
    "premium": "512.40",
    "subsidy": "388.00",
}
_PRODUCTS: Final = ("health", "dental")


def parse_application(values: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    """One application of a household."""
    application_id = checks.reference(values, "application_id", longest=20)
    return application_id, {
        "application_id": application_id,
        "case_number": checks.case_number(values),
        "year": checks.year(values, "year"),
        "program": checks.text(values, "program", longest=60),
        "status": checks.choice(values, "status", Application.Status.values),
        "signed_on": checks.optional_day(values, "signed_on"),
    }


def apply_applications(*, actor: Actor, rows: Sequence[FeedRow], at: datetime) -> Applied:
    """Add and change applications; one of an unknown household is refused."""
    return apply_belongings(
        actor=actor,
        feed=APPLICATIONS.key,
        rows=rows,
        owner=HOUSEHOLD,
        model=Application,
        unique=["exchange_id", "application_id"],
        update=("household_id", "year", "program", "status", "signed_on"),
    )


def parse_enrollment(values: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    """One person's coverage under one plan in one year."""
    enrollment_id = checks.reference(values, "enrollment_id", longest=20)
    data: dict[str, Any] = {
        "enrollment_id": enrollment_id,
        "person_id": checks.person_id(values),
        "plan_year": checks.year(values, "plan_year"),
        "product": checks.choice(values, "product", _PRODUCTS),
        "carrier_name": checks.text(values, "carrier", longest=80, required=True),
        "plan_name": checks.text(values, "plan_name", longest=120, required=True),
        "metal_tier": checks.text(values, "metal_tier", longest=20),
        "status": checks.choice(values, "status", Enrollment.Status.values),
        "status_since": checks.day(values, "status_since"),
        "updates_pending": checks.yes_no(values, "updates_pending"),
        "effective_from": checks.optional_day(values, "effective_from"),
        "effective_to": checks.optional_day(values, "effective_to"),
        "premium": checks.money(values, "premium"),
        "subsidy": checks.money(values, "subsidy"),
    }
    first, last = data["effective_from"], data["effective_to"]
    if first and last and last < first:
        raise RowRefused("The effective_to lies before the effective_from.")
    return enrollment_id, data


def apply_enrollments(*, actor: Actor, rows: Sequence[FeedRow], at: datetime) -> Applied:
    """Add and change enrollments; one of an unknown person is refused."""
    return apply_belongings(
        actor=actor,
        feed=ENROLLMENTS.key,
        rows=rows,
        owner=PERSON,
        model=Enrollment,
        unique=["exchange_id", "enrollment_id"],
        update=(
            "consumer_id",
            "plan_year",
            "product",
            "carrier_name",
            "plan_name",
            "metal_tier",
            "status",
            "status_since",
            "updates_pending",
            "effective_from",
            "effective_to",
            "premium",
            "subsidy",
        ),
    )


APPLICATIONS = FeedKind(
    key="applications",
    label="Applications",
    columns=tuple(_APPLICATION_EXAMPLE),
    parse_row=parse_application,
    apply_batch=apply_applications,
    action="consumers.import",
    batch_rows=2000,
    updates=True,
    example=_APPLICATION_EXAMPLE,
)
ENROLLMENTS = FeedKind(
    key="enrollments",
    label="Enrollments",
    columns=tuple(_ENROLLMENT_EXAMPLE),
    parse_row=parse_enrollment,
    apply_batch=apply_enrollments,
    action="consumers.import",
    batch_rows=2000,
    updates=True,
    example=_ENROLLMENT_EXAMPLE,
)
