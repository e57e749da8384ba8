"""The kinds of ticket as the spine sees them."""

from collections.abc import Mapping, Sequence

from django.db.models import Exists, OuterRef, Q

from escalations.tickets import doors, enrollers, projection, services, workkinds
from escalations.tickets.models import TicketDetail, TicketType
from escalations.tickets.promise import USUAL
from escalations.tickets.table import MACHINE, OPENING_CLOCKS
from escalations.tickets.workkinds import WorkKind
from portal.casework import kinds
from portal.casework.kinds import CaseKind
from portal.casework.models import Case, CaseLink
from portal.prepared import numbered, prepared
from portal.tenancy.actor import Actor
from portal.tenancy.roles import Family


def visible(actor: Actor) -> Q | None:
    """A unit sees its own queues and what its people own; External Affairs sees tickets that
    are work for a constituent case, without owning them (EA-13); an enroller sees those they
    brought or were named in, by status only (ES-03)."""
    if actor.is_outside:
        return enrollers.brought_by(actor)
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


def detailed(actor: Actor) -> Q | None:
    """Tickets are the exchange's own work: nobody outside is ever shown what is in one."""
    return None if actor.is_outside else visible(actor)


def summaries(actor: Actor, cases: Sequence[Case]) -> Mapping[int, str]:
    """Type and consumer, for rows of a queue."""
    query = prepared(
        ("tickets.summaries", len(cases)),
        lambda slots: TicketDetail.objects.filter(
            case_id__in=slots.integers("case", len(cases))
        ).values_list("case_id", "ticket_type__label", "consumer_name"),
    )
    rows = query.rows(**numbered("case", (case.pk for case in cases)))
    return {pk: " · ".join(filter(None, [label, consumer])) for pk, label, consumer in rows}


def outcome(case: Case) -> tuple[str, str]:
    """How a ticket ended: the resolution code's label or the status, and the steps taken."""
    detail = TicketDetail.objects.select_related("resolution_code").get(case=case)
    status = kinds.get(case.kind).machine.statuses[case.status]
    label = detail.resolution_code.label if detail.resolution_code else status.label
    return (label, detail.resolution_steps)


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
    endings = {outcome.act: doors.outcome_door(outcome) for outcome in kind.outcomes}
    known = {**doors.DOORS, **endings}
    shared = {key: door for key, door in known.items() if key in kind.machine.acts}
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
            detailed=kind.detailed if kind.visible else detailed,
            shares_details=kind.detailed is not None and kind.shares_details,
            brought_by=kind.brought_by,
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
    promise=USUAL,
)
