"""The ticket as the spine sees it."""

from collections.abc import Mapping, Sequence

from django.db.models import Exists, OuterRef, Q

from escalations.tickets import doors, projection, services
from escalations.tickets.models import TicketDetail
from escalations.tickets.table import MACHINE
from portal.casework.kinds import CaseKind
from portal.casework.models import Case, CaseLink
from portal.tenancy.actor import Actor
from portal.tenancy.roles import Family


def visible(actor: Actor) -> Q | None:
    """A unit sees its own queues and what its people own; External Affairs sees tickets that
    are work for a constituent case, without owning them (EA-13)."""
    if not actor.may("tickets.view"):
        return None
    if actor.family is Family.EXTERNAL_AFFAIRS:
        return Q(
            Exists(
                CaseLink.objects.filter(
                    kind=CaseLink.Kind.CHILD,
                    from_case_id=OuterRef("pk"),
                    to_kind="constituent",
                )
            )
        )
    return Q(queue_id__in=actor.organization_ids) | Q(owner_id=actor.person_id)


def summaries(actor: Actor, cases: Sequence[Case]) -> Mapping[int, str]:
    """Type and consumer, for rows of a queue."""
    rows = TicketDetail.objects.filter(case__in=cases).select_related("ticket_type")
    return {
        row.case_id: " · ".join(filter(None, [row.ticket_type.label, row.consumer_name]))
        for row in rows
    }


TICKET = CaseKind(
    key="ticket",
    label="Escalation ticket",
    plural="Escalation tickets",
    machine=MACHINE,
    visible=visible,
    url_name="casework:case",
    number_prefix="ES",
    doors=doors.DOORS,
    summaries=summaries,
    project=projection.project,
    open_for=services.open_for_case,
)
