"""A member's case and a member's formal appeal as the spine sees them: two kinds of ticket."""

from django.db.models import Q

from escalations.tickets.workkinds import WorkKind
from escalations.tiers import appeal_table, appeals, doors, projection, services, table
from portal.tenancy.actor import Actor
from portal.tenancy.roles import Family


def visible_cases(actor: Actor) -> Q | None:
    """Every tier sees the cases of all tiers, so that whoever answers the member's next call
    knows where it stands (CC-09); an employer, those it brought itself."""
    if actor.family is Family.EMPLOYER:
        return _brought(actor)
    return Q() if actor.may("tiers.view_all") else _own(actor)


def visible_appeals(actor: Actor) -> Q | None:
    """The unit that has the appeal, and its owner: what is appealed is about somebody's health."""
    return None if actor.is_outside else _own(actor)


def detailed_cases(actor: Actor) -> Q | None:
    """Nobody outside sees more of a member's case than its status."""
    return None if actor.is_outside else visible_cases(actor)


def _brought(actor: Actor) -> Q | None:
    if not actor.may("tiers.view_own"):
        return None
    return Q(organization_id__in=actor.organization_ids)


def _own(actor: Actor) -> Q | None:
    if not actor.may("tickets.view"):
        return None
    return Q(queue_id__in=actor.organization_ids) | Q(owner_id=actor.person_id)


MEMBER_CASE = WorkKind(
    machine=table.MACHINE,
    label="Member case",
    plural="Member cases",
    number_prefix="CC",
    opening=table.OPENING_CLOCKS,
    opened_elsewhere="tiers:open",
    doors=doors.MEMBER_CASE_DOORS,
    opened=services.place_new_case,
    visible=visible_cases,
    detailed=detailed_cases,
    shares_details=False,
    project=projection.project,
)
PLAN_APPEAL = WorkKind(
    machine=appeal_table.MACHINE,
    label="Formal appeal",
    plural="Formal appeals",
    number_prefix="PA",
    opening=appeal_table.OPENING_CLOCKS,
    opened_elsewhere="tiers:open",
    doors=doors.PLAN_APPEAL_DOORS,
    opened=appeals.prepare_new_appeal,
    visible=visible_appeals,
    project=projection.project,
)
