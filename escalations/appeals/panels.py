"""The blocks of an appeal's page: hearing and deliveries, packet, tasks."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from escalations.appeals.common import day_of, limit_of, today
from escalations.appeals.hearings import missing_deliveries
from escalations.appeals.models import AppealTask, Delivery, Hearing
from escalations.appeals.packets import packet_panel
from portal.casework import panels
from portal.casework.models import Case
from portal.casework.services import allowed_acts
from portal.clocks.models import SlaPolicy, Timer
from portal.clocks.reckoning import calendar_of, deadline
from portal.tenancy.actor import Actor

NOTICE_DAYS = 15
_TONES = {"scheduled": "info", "postponed": "warning", "cancelled": "neutral", "held": "success"}


def hearing_panel(actor: Actor, case: Case) -> Mapping[str, Any] | None:
    """The hearing, what is due before it, and to whom the statement of position was delivered."""
    if actor.is_outside:
        return None
    hearing = Hearing.objects.filter(case=case).first()
    deliveries = Delivery.objects.filter(case=case).select_related(
        "delivered_by", "attachment__document"
    )
    offered = {act.key for act in allowed_acts(case, actor)}
    is_set = hearing is not None and hearing.state == Hearing.State.SCHEDULED
    due_at = _sop_due(case, hearing)
    return {
        "hearing": _shown(hearing) if hearing else None,
        "short_notice": _short_notice(hearing, actor),
        "deliveries": [
            {
                "to": row.get_recipient_display(),
                "at": row.at,
                "way": row.get_way_display(),
                "by": row.delivered_by.full_name if row.delivered_by else "System",
                "evidence": row.evidence,
                "file_id": str(row.attachment.document.public_id) if row.attachment else "",
                "file_name": row.attachment.document.original_name if row.attachment else "",
                "is_late": due_at is not None and row.at > due_at,
            }
            for row in deliveries
        ],
        "missing": missing_deliveries(case),
        "due_at": due_at,
        "may_deliver": "deliver" in offered,
        "may_schedule": "schedule_hearing" in offered and not is_set,
        "may_postpone": "postpone_hearing" in offered and is_set,
    }


def tasks_panel(actor: Actor, case: Case) -> Mapping[str, Any] | None:
    """What has to be done because of the decision or the agreement, with its evidence."""
    if actor.is_outside:
        return None
    rows = AppealTask.objects.filter(case=case).select_related(
        "assigned_to", "done_by", "attachment__document"
    )
    offered = {act.key for act in allowed_acts(case, actor)}
    if not rows and "add_task" not in offered:
        return None
    now = today(actor.exchange)
    return {
        "tasks": [
            {
                "what": row.what,
                "cause": row.get_cause_display(),
                "who": _who(row),
                "due_on": row.due_on,
                "is_late": row.done_on is None and row.due_on < now,
                "done_on": row.done_on,
                "done_by": row.done_by.full_name if row.done_by else "",
                "evidence": row.evidence,
                "file_id": str(row.attachment.document.public_id) if row.attachment else "",
                "file_name": row.attachment.document.original_name if row.attachment else "",
            }
            for row in rows
        ],
        "open": sum(row.done_on is None for row in rows),
        "may_add": "add_task" in offered,
        "may_finish": "finish_task" in offered,
    }


def register() -> None:
    """Put the blocks on the page, in the order in which an appeal meets them."""
    for template, context, order, title in (
        ("appeals/_hearing.html", hearing_panel, 20, "Hearing and statement of position"),
        ("appeals/_packet.html", packet_panel, 30, "Packet"),
        ("appeals/_tasks.html", tasks_panel, 40, "Tasks"),
    ):
        panels.register("appeal", template, context, order, title=title)


def _shown(hearing: Hearing) -> Mapping[str, Any]:
    """The hearing as plain values: templates are given no models of details."""
    return {
        "at": hearing.at,
        "state": hearing.get_state_display(),
        "tone": _TONES[hearing.state],
        "format": hearing.get_format_display(),
        "place": hearing.place,
        "judge": hearing.judge,
        "notice_on": hearing.notice_on,
        "record_opened_on": hearing.record_opened_on,
        "postponements": hearing.postponements,
    }


def _who(task: AppealTask) -> str:
    if task.side == AppealTask.Side.APPELLANT:
        return "The appellant"
    return task.assigned_to.full_name if task.assigned_to else "The unit"


def _sop_due(case: Case, hearing: Hearing | None) -> Any:
    """When the statement of position is due before the hearing (UTC), by its clock or policy."""
    if hearing is None or hearing.state not in (Hearing.State.SCHEDULED, Hearing.State.HELD):
        return None
    timer = Timer.objects.filter(case_id=case.pk, policy__key="appeal.sop").last()
    if timer is not None and timer.counts_from == hearing.at:
        return timer.due_at
    policy = SlaPolicy.objects.filter(exchange_id=case.exchange_id, key="appeal.sop").first()
    return deadline(policy, calendar_of(policy), hearing.at) if policy else None


def _short_notice(hearing: Hearing | None, actor: Actor) -> str:
    """A sentence when the notice of hearing leaves, or left, the appellant too few days."""
    if hearing is None or hearing.state != Hearing.State.SCHEDULED:
        return ""
    rule = limit_of(actor.exchange, "appeal.hearing_notice", NOTICE_DAYS)
    day = day_of(hearing.at, actor.exchange)
    if hearing.notice_on is not None:
        days = (day - hearing.notice_on).days
        said = f"The notice of hearing was sent {days} days before it"
        return "" if days >= rule else f"{said}; the rule is {rule} (10 CCR 6614(b))."
    if day - day_of(timezone.now(), actor.exchange) < timedelta(days=rule):
        return (
            f"No notice of hearing is on record, and the hearing is less than {rule} days away"
            " (10 CCR 6614(b))."
        )
    return ""
