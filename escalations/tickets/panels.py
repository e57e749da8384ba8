"""Blocks of a case's page about the help desk: what holds a case, and which cases one holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from escalations.tickets.help_desk import KIND, held_by
from portal.casework import kinds
from portal.casework.models import Case
from portal.tenancy.actor import Actor


@dataclass(frozen=True)
class Holder:
    """The help desk ticket a case waits for."""

    number: str
    opens: bool
    status: str
    system: str
    subject: str
    vendor_number: str
    since: datetime


@dataclass(frozen=True)
class Held:
    """A case that waits, or has waited, for a help desk ticket."""

    number: str
    opens: bool
    status: str
    queue: str
    since: datetime
    released_at: datetime | None


def holder(actor: Actor, case: Case) -> Mapping[str, Any] | None:
    """Which help desk ticket a case waits for; only for the exchange's own staff."""
    if actor.is_outside or case.status != "pending_help_desk":
        return None
    hold = held_by(case)
    if hold is None:
        return None
    desk = hold.help_desk
    ticket = desk.help_desk_ticket
    return {
        "holder": Holder(
            number=desk.number,
            opens=Case.objects.visible_to(actor).filter(pk=desk.pk).exists(),
            status=kinds.get(KIND).machine.statuses[desk.status].label,
            system=ticket.get_system_display(),
            subject=ticket.subject,
            vendor_number=ticket.vendor_number,
            since=hold.since,
        )
    }


def held(actor: Actor, case: Case) -> Mapping[str, Any] | None:
    """The cases a help desk ticket holds or held, oldest first.

    Number, status and unit hold nothing personal; those the actor may open are links.
    """
    if actor.is_outside:
        return None
    holds = list(case.held.select_related("case__queue"))
    mine = {hold.case_id for hold in holds}
    opens = set(
        Case.objects.visible_to(actor).filter(pk__in=mine).values_list("pk", flat=True)
        if mine
        else ()
    )
    return {
        "held": [
            Held(
                number=hold.case.number,
                opens=hold.case_id in opens,
                status=kinds.get(hold.case.kind).machine.statuses[hold.case.status].label,
                queue=hold.case.queue.name if hold.case.queue else "",
                since=hold.since,
                released_at=hold.released_at,
            )
            for hold in holds
        ]
    }
