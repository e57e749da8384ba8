"""What somebody may see of a CRW case, under the names the workspace prints (CRW-12, CRW-14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from portal.casework.models import Case
from portal.casework.projection import CaseDetailView, CaseStatusView, Section, common_detail
from portal.consumers.mirror import Consumer
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from retention.aging import age_in_days, today
from retention.models import CrwCase, Interaction, Risk

#: Personal data a case shows of its consumer, as the ledger names it.
CONSUMER_FIELDS = ("full_name", "phone", "email", "language", "best_time")


@dataclass(frozen=True)
class CrwCaseView(CaseDetailView):
    """A CRW case with what its page shows beside the sections; plain data."""

    consumer_id: int = 0
    consumer_name: str = ""
    phone: str = ""
    risk: int = 0
    risk_label: str = ""
    risk_tone: str = "neutral"
    risk_reasons: Sequence[str] = ()
    plan_year: int = 0
    deadline: date | None = None
    #: Local days to the deadline; negative when it has passed.
    days_left: int = 0
    age: int = 0
    holder: str = ""
    was_transferred: bool = False
    next_contact_on: date | None = None
    reason_label: str = ""


def project(actor: Actor, case: Case, *, surface: str = "page") -> CaseStatusView:
    """A CRW case for somebody who may know of it; the look is recorded, with its consumer."""
    crw = _detail(case)
    now, zone_name = timezone.now(), actor.exchange.time_zone
    shared = common_detail(case, actor)
    consumer = crw.consumer
    record(
        actor=actor,
        action="casework.viewed",
        cases=[case.pk],
        consumers=[consumer.pk],
        disclosed_to=actor.organization_id if actor.is_outside else None,
        fields=[*CONSUMER_FIELDS, "notes"],
        data={"surface": surface},
    )
    return CrwCaseView(
        **shared,
        sections=[
            consumer_section(consumer),
            _risk(crw),
            _interactions(case),
            _resolution(crw, shared["status"]),
        ],
        consumer_id=consumer.pk,
        consumer_name=consumer.full_name,
        phone=consumer.phone,
        risk=crw.risk,
        risk_label=Risk(crw.risk).label,
        risk_tone=risk_tone(crw.risk),
        risk_reasons=tuple(crw.risk_reasons),
        plan_year=crw.plan_year,
        deadline=crw.deadline,
        days_left=(crw.deadline - today(now, zone_name)).days,
        age=age_in_days(crw.aged_from, crw.closed_at or now, zone_name),
        holder=case.owner.full_name if case.owner else "",
        was_transferred=crw.was_transferred,
        next_contact_on=crw.next_contact_on,
        reason_label=crw.reason.label if crw.reason else "",
    )


def outcome(case: Case) -> tuple[str, str]:
    """How the work on a case ended: the reason's label and the steps; empty while it is open."""
    crw = _detail(case)
    return (crw.reason.label if crw.reason else "", crw.steps)


def risk_tone(risk: int) -> str:
    """The tone of a risk's tag; its words say the same."""
    return {5: "danger", 4: "warning", 3: "info"}.get(risk, "neutral")


def consumer_section(consumer: Consumer) -> Section:
    """“Phone number, email, and preferred language”, and what helps to reach them (CRW-12)."""
    return Section(
        "consumer",
        "Consumer Information",
        (
            ("full_name", "Name", consumer.full_name),
            ("phone", "Phone number", consumer.phone),
            ("email", "Email", consumer.email),
            ("language", "Preferred language", consumer.language),
            ("best_time", "Best time to call", consumer.best_time),
        ),
    )


def _detail(case: Case) -> CrwCase:
    return CrwCase.objects.select_related("consumer", "reason").get(pk=case.pk)


def _risk(crw: CrwCase) -> Section:
    return Section(
        "risk",
        "Risk Categorization",
        (
            ("risk", "Risk of not renewing", Risk(crw.risk).label),
            ("risk_reasons", "Why", "; ".join(crw.risk_reasons)),
            ("scored_at", "Scored", crw.scored_at),
            ("plan_year", "Plan year", str(crw.plan_year)),
            ("deadline", "Last day to renew", crw.deadline),
        ),
    )


def _interactions(case: Case) -> Section:
    rows = Interaction.objects.filter(case=case).select_related("by", "event__note")
    return Section(
        "interactions",
        "Interaction Documentation",
        tuple((f"interaction-{row.pk}", _title(row), _told(row)) for row in rows),
    )


def _title(row: Interaction) -> str:
    channel, outcome = Interaction.Channel(row.channel), Interaction.Outcome(row.outcome)
    return f"{channel.label}: {outcome.label}"


def _told(row: Interaction) -> dict[str, Any]:
    note = row.event.note if row.event else None
    at: datetime = row.at
    return {
        "at": at,
        "by": row.by.full_name if row.by else "",
        "text": note.body if note else "",
    }


def _resolution(crw: CrwCase, status: str) -> Section:
    return Section(
        "resolution",
        "Resolution Selection",
        (
            ("status", "Status", status),
            ("reason", "Resolution Reason", crw.reason.label if crw.reason else ""),
            ("steps", "Steps to Resolve", crw.steps),
        ),
    )
