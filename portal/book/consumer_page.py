"""One consumer on one page, as their reader may see them; every look is recorded (T-02, X-07).

Who else has or had the consumer is the exchange's to know: people outside are shown the
delegations to their own organization, and household members only where those are theirs too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Final
from zoneinfo import ZoneInfo

from django.urls import reverse

from portal.casework import consumer_links, kinds
from portal.casework.rows import CaseRow, for_rows, project_rows
from portal.clocks.reckoning import zone
from portal.consumers import needs
from portal.consumers.models import (
    Application,
    Consent,
    Consumer,
    Delegation,
    Enrollment,
    Notice,
)
from portal.consumers.needs import Need
from portal.consumers.needs_of_mirror import AHEAD
from portal.ledger.services import record
from portal.tenancy.actor import Actor

#: Cases and notices of one page; a consumer seldom has as many.
MOST: Final = 50
#: What the page shows of a person, for the ledger.
FIELDS: Final = (
    "full_name",
    "case_number",
    "application_id",
    "phone",
    "email",
    "language",
    "best_time",
    "zip_code",
    "household",
    "applications",
    "enrollments",
    "consents",
    "notices",
    "delegations",
    "cases",
)


@dataclass(frozen=True)
class Member:
    """Somebody of the same household whom the reader may see."""

    pk: int
    name: str
    is_primary_contact: bool


@dataclass(frozen=True)
class EnrollmentLine:
    """Coverage under one plan in one year. Dollars are a month."""

    enrollment_id: str
    plan_year: int
    product: str
    carrier: str
    plan: str
    metal_tier: str
    status: str
    tone: str
    status_since: date
    updates_pending: bool
    effective_from: date | None
    effective_to: date | None
    premium: Decimal | None
    subsidy: Decimal | None


@dataclass(frozen=True)
class ConsentLine:
    """A consent, and how its end stands."""

    label: str
    given_on: date
    valid_through: date
    #: E.g. “Runs out soon”; empty: it holds for a good while.
    standing: str
    tone: str


@dataclass(frozen=True)
class NoticeLine:
    """A notice of the eligibility system."""

    code: str
    title: str
    generated_on: date
    #: Whether it asks the consumer to act, and still does.
    needs_action: bool
    act_by: date | None
    is_late: bool
    resolved_on: date | None


@dataclass(frozen=True)
class ApplicationLine:
    """An application of the household."""

    application_id: str
    year: int
    program: str
    status: str
    signed_on: date | None


@dataclass(frozen=True)
class DelegationLine:
    """A delegation the reader may know of. Days are local to the exchange."""

    organization: str
    enroller: str
    status: str
    tone: str
    origin: str
    asked_on: date
    decided_on: date | None
    ended_on: date | None
    ended_by: str


@dataclass(frozen=True)
class Happening:
    """One line of the timeline. The day is local to the exchange."""

    day: date
    topic: str
    text: str
    url: str = ""


@dataclass(frozen=True)
class ConsumerView:
    """Everything one reader is shown of one consumer."""

    pk: int
    name: str
    case_number: str
    application_id: str
    is_primary_contact: bool
    phone: str
    #: Address of the phone for a telephone program; empty: there is no number.
    call_url: str
    email: str
    language: str
    best_time: str
    zip_code: str
    county: str
    organization: str
    enroller: str
    needs: Sequence[Need]
    members: Sequence[Member]
    enrollments: Sequence[EnrollmentLine]
    consents: Sequence[ConsentLine]
    notices: Sequence[NoticeLine]
    applications: Sequence[ApplicationLine]
    delegations: Sequence[DelegationLine]
    cases: Sequence[CaseRow]
    has_more_cases: bool
    timeline: Sequence[Happening]
    #: Label and address of the page's buttons.
    acts: Sequence[tuple[str, str]]


_ENROLLMENT_TONES: Final = {
    Enrollment.Status.SELECTED: "warning",
    Enrollment.Status.PENDING: "warning",
    Enrollment.Status.ENROLLED: "success",
    Enrollment.Status.TERMINATED: "neutral",
    Enrollment.Status.CANCELED: "neutral",
}
_DELEGATION_TONES: Final = {
    Delegation.Status.PENDING: "warning",
    Delegation.Status.ACTIVE: "success",
}


def consumer_for(actor: Actor, pk: int) -> Consumer:
    """The consumer with this id, if the actor may see them at this moment.

    Raises:
        Consumer.DoesNotExist: there is none, or none of theirs; the two are one answer.
    """
    rows = Consumer.objects.visible_to(actor)
    found: Consumer = rows.select_related("household", "organization", "enroller").get(pk=pk)
    return found


def look_at(actor: Actor, consumer: Consumer, *, today: date, surface: str) -> ConsumerView:
    """What the actor is shown of a consumer from :func:`consumer_for`; the look is recorded.

    Args:
        today: the day, local to the exchange.
        surface: where it is shown, for the ledger, e.g. ``page`` or ``api``.
    """
    tz = zone(actor.exchange.time_zone)
    members = _members(actor, consumer)
    enrollments = list(consumer.enrollments.all())
    consents = list(consumer.consents.all())
    notices = list(consumer.notices.all()[:MOST])
    applications = _applications(consumer)
    delegations = _delegations(actor, consumer)
    rows = for_rows(consumer_links.cases_about(actor, consumer), actor)
    cases = list(rows.order_by("-is_open", "-opened_at", "-pk")[: MOST + 1])
    record(
        actor=actor,
        action="consumers.viewed",
        consumers=[consumer.pk, *(member.pk for member in members)],
        cases=[case.pk for case in cases[:MOST]],
        fields=FIELDS,
        data={"surface": surface},
    )
    shown = project_rows(actor, cases[:MOST], surface="consumer", keep_record=False)
    happenings = [
        *_of_delegations(delegations, tz),
        *_of_papers(enrollments, consents, notices, applications),
        *_of_cases(shown, tz),
    ]
    return ConsumerView(
        pk=consumer.pk,
        name=consumer.full_name,
        case_number=consumer.case_number,
        application_id=consumer.application_id,
        is_primary_contact=consumer.is_primary_contact,
        phone=consumer.phone,
        call_url=call_url(consumer.phone),
        email=consumer.email,
        language=consumer.language,
        best_time=consumer.best_time,
        zip_code=consumer.zip_code,
        county=consumer.household.county if consumer.household else "",
        organization=consumer.organization.name if consumer.organization else "",
        enroller=consumer.enroller.full_name if consumer.enroller else "",
        needs=needs.needs_of(actor, [consumer.pk], today)[consumer.pk],
        members=members,
        enrollments=[_enrollment_line(row) for row in enrollments],
        consents=[_consent_line(row, today) for row in consents],
        notices=_notice_lines(notices, today),
        applications=[_application_line(row) for row in applications],
        delegations=[_delegation_line(row, tz) for row in delegations],
        cases=shown,
        has_more_cases=len(cases) > MOST,
        timeline=sorted(happenings, key=attrgetter("day"), reverse=True),
        acts=[*_workspace_acts(shown), *consumer_links.acts_for(actor, consumer)],
    )


def call_url(phone: str) -> str:
    """A number as telephone programs take it (RFC 3966); empty where there is none to call.

    Ten digits are a number of North America.
    """
    digits = "".join(letter for letter in phone if letter.isdigit())
    if len(digits) < 7:
        return ""
    if len(digits) == 10:
        return f"tel:+1{digits}"
    return f"tel:+{digits}" if len(digits) > 10 else f"tel:{digits}"


def _members(actor: Actor, consumer: Consumer) -> list[Member]:
    if consumer.household_id is None:
        return []
    others = (
        Consumer.objects.visible_to(actor)
        .filter(household_id=consumer.household_id)
        .exclude(pk=consumer.pk)
        .order_by("-is_primary_contact", "full_name", "pk")
    )
    return [Member(row.pk, row.full_name, row.is_primary_contact) for row in others[:MOST]]


def _applications(consumer: Consumer) -> list[Application]:
    return list(consumer.household.applications.all()[:MOST]) if consumer.household else []


def _delegations(actor: Actor, consumer: Consumer) -> list[Delegation]:
    rows = consumer.delegations.select_related("organization", "enroller")
    if not actor.may("consumers.view"):
        rows = rows.filter(organization_id__in=actor.organization_ids)
    return list(rows[:MOST])


def _enrollment_line(row: Enrollment) -> EnrollmentLine:
    return EnrollmentLine(
        enrollment_id=row.enrollment_id,
        plan_year=row.plan_year,
        product=row.get_product_display(),
        carrier=row.carrier_name,
        plan=row.plan_name,
        metal_tier=row.metal_tier,
        status=row.get_status_display(),
        tone=_ENROLLMENT_TONES[Enrollment.Status(row.status)],
        status_since=row.status_since,
        updates_pending=row.updates_pending,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        premium=row.premium,
        subsidy=row.subsidy,
    )


def _consent_line(row: Consent, today: date) -> ConsentLine:
    standing, tone = "", "success"
    if row.valid_through < today:
        standing, tone = "Ran out", "danger"
    elif row.valid_through < today + AHEAD:
        standing, tone = "Runs out soon", "warning"
    return ConsentLine(row.get_kind_display(), row.given_on, row.valid_through, standing, tone)


def _notice_lines(rows: Sequence[Notice], today: date) -> list[NoticeLine]:
    """Those that ask for something first, the earliest day to act first among them."""
    lines = [
        NoticeLine(
            code=row.code,
            title=row.title,
            generated_on=row.generated_on,
            needs_action=row.needs_action and row.resolved_on is None,
            act_by=row.act_by,
            is_late=bool(row.act_by and row.act_by < today),
            resolved_on=row.resolved_on,
        )
        for row in rows
    ]
    asking = [line for line in lines if line.needs_action]
    asking.sort(key=lambda line: line.act_by or date.max)
    return [*asking, *(line for line in lines if not line.needs_action)]


def _application_line(row: Application) -> ApplicationLine:
    return ApplicationLine(
        row.application_id, row.year, row.program, row.get_status_display(), row.signed_on
    )


def _delegation_line(row: Delegation, tz: ZoneInfo) -> DelegationLine:
    return DelegationLine(
        organization=row.organization.name,
        enroller=row.enroller.full_name if row.enroller else "",
        status=row.get_status_display(),
        tone=_DELEGATION_TONES.get(Delegation.Status(row.status), "neutral"),
        origin=row.get_origin_display(),
        asked_on=_day(row.asked_at, tz),
        decided_on=_day(row.decided_at, tz) if row.decided_at else None,
        ended_on=_day(row.ended_at, tz) if row.ended_at else None,
        ended_by=row.get_ended_by_display() if row.ended_by else "",
    )


def _workspace_acts(cases: Sequence[CaseRow]) -> list[tuple[str, str]]:
    """A button to the open case that is worked in a workspace of its own, e.g. the CRW case."""
    for case in cases:
        if case.is_open and kinds.get(case.kind).has_workspace:
            return [(f"Open the {case.kind_label}", reverse(case.url_name, args=[case.number]))]
    return []


def _of_delegations(rows: Sequence[Delegation], tz: ZoneInfo) -> Iterator[Happening]:
    for row in rows:
        to = row.enroller.full_name if row.enroller else row.organization.name
        if row.status == Delegation.Status.PENDING:
            yield Happening(_day(row.asked_at, tz), "Delegation", f"Asked for, to {to}")
        elif row.decided_at:
            is_declined = row.status == Delegation.Status.DECLINED
            word = "Declined by" if is_declined else "Delegated to"
            yield Happening(_day(row.decided_at, tz), "Delegation", f"{word} {to}")
        if row.ended_at:
            yield Happening(_day(row.ended_at, tz), "Delegation", f"Ended, to {to}")


def _of_papers(
    enrollments: Sequence[Enrollment],
    consents: Sequence[Consent],
    notices: Sequence[Notice],
    applications: Sequence[Application],
) -> Iterator[Happening]:
    for enrollment in enrollments:
        text = f"{enrollment.get_status_display()}: {enrollment.plan_name}, {enrollment.plan_year}"
        yield Happening(enrollment.status_since, "Enrollment", text)
    for consent in consents:
        yield Happening(consent.given_on, "Consent", f"{consent.get_kind_display()} given")
    for notice in notices:
        yield Happening(notice.generated_on, "Notice", f"{notice.code} {notice.title}")
        if notice.resolved_on:
            yield Happening(notice.resolved_on, "Notice", f"{notice.code} was answered")
    for application in applications:
        if application.signed_on:
            text = f"{application.application_id} for {application.year} was signed"
            yield Happening(application.signed_on, "Application", text)


def _of_cases(rows: Sequence[CaseRow], tz: ZoneInfo) -> Iterator[Happening]:
    for row in rows:
        url = reverse(row.url_name, args=[row.number])
        opened = f"{row.kind_label} {row.number} was opened"
        yield Happening(_day(row.opened_at, tz), "Case", opened, url)
        if row.closed_at:
            closed = f"{row.kind_label} {row.number} was closed"
            yield Happening(_day(row.closed_at, tz), "Case", closed, url)


def _day(at: datetime, tz: ZoneInfo) -> date:
    return at.astimezone(tz).date()
