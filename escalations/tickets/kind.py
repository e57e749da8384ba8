"""The kinds of ticket as the spine sees them."""

from collections.abc import Mapping, Sequence

from django.db.models import Exists, OuterRef, Q

from escalations.tickets import doors, projection, services, workkinds
from escalations.tickets.models import TicketDetail, TicketType
from escalations.tickets.table import MACHINE, OPENING_CLOCKS
from escalations.tickets.workkinds import WorkKind
from portal.casework import kinds
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


def outcome(case: Case) -> tuple[str, str]:
    """How a ticket ended: the resolution code's label, and the steps taken."""
    detail = TicketDetail.objects.select_related("resolution_code").get(case=case)
    code = detail.resolution_code
    return (code.label if code else "", detail.resolution_steps)


def topics(actor: Actor) -> Sequence[tuple[str, str]]:
    """The exchange's ticket types, for filters."""
    rows = TicketType.objects.filter(exchange_id=actor.exchange_id)
    return list(rows.order_by("label").values_list("key", "label"))


def register_work_kind(kind: WorkKind) -> CaseKind:
    """Make a kind of ticket known to the spine: all of them are seen, shown and worked alike.

    Raises:
        ValueError: another kind has its key, or a door leads to an act that does not exist.
    """
    workkinds.add(kind)
    shared = {key: door for key, door in doors.DOORS.items() if key in kind.machine.acts}
    return kinds.register(
        CaseKind(
            key=kind.key,
            label=kind.label,
            plural=kind.plural,
            machine=kind.machine,
            visible=kind.visible or visible,
            url_name="casework:case",
            number_prefix=kind.number_prefix,
            doors={**shared, **kind.doors},
            detailed=kind.detailed,
            summaries=summaries,
            project=kind.project or projection.project,
            open_for=services.open_for_case,
            topics=topics,
            outcome=outcome,
        )
    )


TICKET = WorkKind(
    machine=MACHINE,
    label="Escalation ticket",
    plural="Escalation tickets",
    number_prefix="ES",
    opening=OPENING_CLOCKS,
)
