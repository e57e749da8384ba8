"""Who gets a ticket without a person's hand: the least loaded who may, under a lock (C.2a 3)."""

from django.db.models import Count, QuerySet

from escalations.tickets.models import RoutingRule, TicketDetail
from portal.casework.models import Case
from portal.casework.services import Change, perform
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership, Organization

NOBODY_FREE = "Nobody in the queue is free for it, so it waits there."


def workers_of(queue: Organization) -> QuerySet[Membership]:
    """The memberships that work a queue's cases."""
    return (
        Membership.objects.current()
        .in_organization(queue)
        .filter(exchange_id=queue.exchange_id, role__actions__contains=["casework.take"])
    )


def assign_by_rule(*, case: Case, rule: RoutingRule) -> Case:
    """Give a ticket to whoever of its queue has the fewest open cases and is below their cap.

    They must speak the line's language and have its skill, where it names one. Where several have
    as few cases, the one who joined first gets it, so that the same table gives the same answer.
    Where nobody is free the ticket stays in the queue and says so.

    The candidates' rows are locked while their cases are counted: two tickets opened at once never
    push anybody over their cap.
    """
    if case.queue is None:
        return case
    # One order for everybody, so that two openings wait for, and never lock out, each other.
    rows = workers_of(case.queue).select_related("person").order_by("pk")
    locked = rows.select_for_update(of=("self",), no_key=True)
    chosen = _least_loaded([row for row in locked if _suits(row, rule)])
    because = NOBODY_FREE
    if chosen is not None:
        change = Change(
            columns={"owner": chosen.person},
            recipient=chosen.person,
            event_data={"owner": chosen.person_id, "rule": rule.pk},
            fields=["owner"],
        )
        case = perform(
            case=case,
            act_key="assign_by_rule",
            actor=Actor.system(case.exchange),
            effect=lambda case: change,
        )
        because = f"Assigned by line {rule.position} of the routing table."
    TicketDetail.objects.filter(case=case).update(assigned_because=because)
    return case


def _suits(membership: Membership, rule: RoutingRule) -> bool:
    return _has(membership.languages, rule.language) and _has(membership.skills, rule.skill)


def _has(those: list[str], wanted: str) -> bool:
    return not wanted or wanted.casefold() in {one.casefold() for one in those}


def _least_loaded(memberships: list[Membership]) -> Membership | None:
    open_cases = dict(
        Case.objects.filter(is_open=True, owner_id__in={row.person_id for row in memberships})
        .order_by()
        .values_list("owner_id")
        .annotate(Count("pk"))
    )
    free = [
        row
        for row in memberships
        if row.capacity is None or open_cases.get(row.person_id, 0) < row.capacity
    ]
    return min(free, key=lambda row: (open_cases.get(row.person_id, 0), row.pk), default=None)
