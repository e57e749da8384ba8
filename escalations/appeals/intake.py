"""Opening an appeal, and what CDSS says of its validity (C.8 1–3)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from escalations.appeals import packets, routing
from escalations.appeals.common import (
    check_columns,
    days_after,
    past_day,
    screened,
    start_of,
    text_of,
    today,
)
from escalations.appeals.models import AppealDetail
from escalations.appeals.promises import FILING
from portal.casework.common_acts import create_link
from portal.casework.machine import Audience
from portal.casework.models import Case, CaseLink
from portal.casework.search import index_case
from portal.casework.services import Change, open_case, perform
from portal.clocks.effects import ClockEffect, Effect
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Organization

FILING_DAYS = 90
_REQUIRED = {
    "appellant_name": "the appellant's name",
    "notice_title": "which notice is appealed",
    "grounds": "what is appealed and why",
}
#: What can be corrected later, by name of column.
EDITABLE = (
    "appellant_name",
    "appellant_case_number",
    "appellant_phone",
    "appellant_email",
    "language",
    "needs_interpreter",
    "hearing_format",
    "representative_name",
    "representative_contact",
    "representative_basis",
    "cdss_number",
)


@transaction.atomic
def open_appeal(
    *,
    actor: Actor,
    notice_date: date,
    requested_on: date,
    good_cause: str = "",
    queue: Organization | None = None,
    parent: Case | None = None,
    at: datetime | None = None,
    **particulars: Any,
) -> Case:
    """Open an appeal: a Service Center representative assists, or a unit takes it in.

    The routing rule names the unit. The clocks of a request that came in before today count from
    the day it came.

    Args:
        notice_date: of the notice that is appealed.
        requested_on: day the consumer asked for an appeal, in the exchange's zone.
        good_cause: why the request comes later than a notice allows (90 days).
        queue: a unit chosen by a person; without one the routing rule decides.
        parent: the case the appeal is work for.
        particulars: the other columns of :class:`AppealDetail` a form asks for.

    Raises:
        NotAllowed: the actor may not open appeals (the system may).
        Refused: no unit takes appeals.
        SsnRefused: a text holds a Social Security number.
        ValidationError: a date or text is missing or impossible; names the field.
    """
    if not actor.is_system:
        actor.require("appeals.open")
    good_cause = screened("the good cause", good_cause)
    _check_dates(actor.exchange, notice_date, requested_on, good_cause)
    particulars = _cleaned(particulars)
    if queue is None:
        found = routing.route(actor.exchange)
        queue, why = found.queue, found.why
    else:
        why = "Chosen by hand."
    counts_from = None
    if requested_on < today(actor.exchange):
        counts_from = start_of(requested_on, actor.exchange)
    clocks = [ClockEffect(Effect.START, "appeal.acknowledge", counts_from=counts_from)]
    through_cdss = particulars.get("came_by") == AppealDetail.CameBy.CDSS
    if not through_cdss:
        clocks.append(ClockEffect(Effect.START, "appeal.hand_over", counts_from=counts_from))
    case = open_case(
        actor=actor,
        kind_key="appeal",
        queue=queue,
        organization=parent.organization if parent else None,
        topic=particulars.get("subject", ""),
        at=at,
        notifies=["appeal.opened"],
        clock_effects=clocks,
        audience=Audience.INTERNAL,
        event_data={"queue": queue.pk},
    )
    detail = AppealDetail(
        exchange=actor.exchange,
        case=case,
        notice_date=notice_date,
        requested_on=requested_on,
        good_cause=good_cause,
        routed_because=why,
        handed_over_on=requested_on if through_cdss else None,
        receipt_confirmed_on=requested_on if through_cdss else None,
        **particulars,
    )
    check_columns(detail, particulars)
    detail.save(force_insert=True)
    packets.start_packet(case=case)
    if parent is not None:
        create_link(child=case, parent=parent, kind=CaseLink.Kind.CHILD)
    _index(detail)
    return case


def edit_appeal(
    *, case: Case, actor: Actor, expected_version: int | None = None, **values: Any
) -> Case:
    """Correct the appellant's particulars.

    Raises:
        SsnRefused: a text holds a Social Security number.
        ValidationError: the name is empty, or a representative has no basis.
    """
    values = _cleaned({name: value for name, value in values.items() if name in EDITABLE})

    def effect(case: Case) -> Change:
        detail = case.appeal
        changed = [name for name, value in values.items() if getattr(detail, name) != value]
        for name in changed:
            setattr(detail, name, values[name])
        check_columns(detail, changed)
        detail.save(update_fields=changed)
        _index(detail)
        return Change(fields=changed)

    return perform(
        case=case, act_key="edit", actor=actor, expected_version=expected_version, effect=effect
    )


def record_valid(
    *, case: Case, actor: Actor, cdss_number: str = "", expected_version: int | None = None
) -> Case:
    """CDSS found the request valid: hearing and decision are due 90 days after it (C.8 3)."""
    cdss_number = screened("the number", cdss_number)

    def effect(case: Case) -> Change:
        detail = case.appeal
        detail.cdss_number = cdss_number or detail.cdss_number
        detail.invalid_because, detail.cure_by = "", None
        detail.save(update_fields=["cdss_number", "invalid_because", "cure_by"])
        return Change(clocks=clocks_of_validity(detail), fields=["validity"])

    return perform(
        case=case,
        act_key="record_valid",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def clocks_of_validity(detail: AppealDetail) -> list[ClockEffect]:
    """What a valid request starts; both clocks count from the day of the request."""
    since = start_of(detail.requested_on, detail.exchange)
    return [
        ClockEffect(Effect.START, key, counts_from=since)
        for key in ("appeal.hearing", "appeal.decision")
    ]


def record_invalid(
    *, case: Case, actor: Actor, reason: str, cure_by: date, expected_version: int | None = None
) -> Case:
    """CDSS found the request invalid, and until when the appellant can cure it.

    Raises:
        ValidationError: no reason, or the day has passed.
    """
    reason = text_of("reason", reason, "why it is invalid")
    if cure_by < today(actor.exchange):
        raise ValidationError({"cure_by": "Give the appellant a day that is still to come."})

    def effect(case: Case) -> Change:
        AppealDetail.objects.filter(case=case).update(invalid_because=reason, cure_by=cure_by)
        return Change(note=reason, fields=["validity"])

    return perform(
        case=case,
        act_key="record_invalid",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def record_cure(
    *, case: Case, actor: Actor, cure: str, expected_version: int | None = None
) -> Case:
    """The appellant sent what was wrong or missing; CDSS decides on validity again."""
    change = Change(note=text_of("cure", cure, "what was cured"), fields=["validity"])
    return perform(
        case=case,
        act_key="record_cure",
        actor=actor,
        expected_version=expected_version,
        effect=lambda case: change,
    )


def _check_dates(
    exchange: Exchange, notice_date: date, requested_on: date, good_cause: str
) -> None:
    past_day("requested_on", requested_on, exchange)
    past_day("notice_date", notice_date, exchange)
    if notice_date > requested_on:
        raise ValidationError({"notice_date": "The notice must come before the request."})
    last = days_after(notice_date, exchange, FILING, FILING_DAYS)
    if requested_on > last and not good_cause:
        raise ValidationError(
            {
                "good_cause": f"The time to appeal this notice ended on {last:%B} {last.day},"
                f" {last.year}. Name the good cause for the delay."
            }
        )


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    """The particulars, screened; a representative needs a basis for speaking for the appellant."""
    cleaned = {
        name: screened(name.replace("_", " "), value) if isinstance(value, str) else value
        for name, value in values.items()
    }
    errors = {
        name: f"Enter {label}."
        for name, label in _REQUIRED.items()
        if name in cleaned and not cleaned[name]
    }
    if cleaned.get("representative_name") and not cleaned.get("representative_basis"):
        errors["representative_basis"] = "Say what authorizes the representative."
    if errors:
        raise ValidationError(errors)
    return cleaned


def _index(detail: AppealDetail) -> None:
    index_case(
        case=detail.case,
        texts=[detail.appellant_name, detail.representative_name, detail.get_subject_display()],
        identifiers=[
            detail.appellant_case_number,
            detail.appellant_phone,
            detail.appellant_email,
            detail.cdss_number,
        ],
    )
