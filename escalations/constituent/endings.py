"""How a constituent case ends, is taken up again, and follows the ticket worked for it."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from escalations.constituent import table
from escalations.constituent.models import ConstituentDetail
from escalations.constituent.particulars import reindex
from portal.casework import kinds
from portal.casework.common_acts import create_link
from portal.casework.machine import Act, Refused
from portal.casework.models import Case, CaseLink
from portal.casework.services import Change, perform, require_text
from portal.tenancy.actor import Actor

#: Calendar days within which an ended case can be taken up again (C.0).
REOPEN_DAYS = 30


def notify_office(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """Tell the office that the case is resolved (EA-15)."""

    def effect(case: Case) -> Change:
        ConstituentDetail.objects.filter(case=case).update(office_told_at=timezone.now())
        return Change(fields=["office_told_at"])

    return perform(
        case=case,
        act_key="notify_office",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def close_case(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """Close a resolved case.

    Raises:
        Refused: the office has not been told yet (EA-15, C.1 9).
    """

    def effect(case: Case) -> Change:
        if case.constituent.office_told_at is None:
            raise Refused("Tell the office that the case is resolved before you close it.")
        return Change()

    return perform(
        case=case, act_key="close", actor=actor, expected_version=expected_version, effect=effect
    )


def reopen_case(
    *, case: Case, actor: Actor, reason: str, expected_version: int | None = None
) -> Case:
    """Take a case up again: same number, new clocks, one more on the count (C.0).

    Raises:
        Refused: the reopening window has passed.
    """
    reason = require_text("reason", reason, "why it is reopened")
    act_key = "reopen" if case.status in ("resolved", "closed") else "review_again"

    def effect(case: Case) -> Change:
        if case.closed_at and timezone.now() - case.closed_at > timedelta(days=REOPEN_DAYS):
            raise Refused(
                f"This case ended more than {REOPEN_DAYS} days ago. Record a new case and link it."
            )
        ConstituentDetail.objects.filter(case=case).update(
            office_told_at=None, resolution="", resolution_steps=""
        )
        return Change(note=reason)

    case = perform(
        case=case, act_key=act_key, actor=actor, expected_version=expected_version, effect=effect
    )
    if act_key == "reopen":
        _each_ticket(case, "reopen", reason)
    return case


def mark_duplicate(
    *, case: Case, actor: Actor, of: Case, expected_version: int | None = None
) -> Case:
    """End a case that repeats another of the same office."""

    def effect(case: Case) -> Change:
        if of.kind != "constituent" or of.organization_id != case.organization_id:
            raise ValidationError({"number": "Choose a constituent case of the same office."})
        create_link(child=case, parent=of, kind=CaseLink.Kind.DUPLICATE)
        return Change(event_data={"duplicate_of": of.pk}, fields=["links"])

    case = perform(
        case=case,
        act_key="mark_duplicate",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )
    _each_ticket(case, "cancel", "The constituent case is a duplicate.")
    return case


def withdraw_case(
    *, case: Case, actor: Actor, reason: str, expected_version: int | None = None
) -> Case:
    """End a case the office or the constituent no longer pursues."""
    change = Change(note=require_text("reason", reason, "why it is withdrawn"))
    case = perform(
        case=case,
        act_key="withdraw",
        actor=actor,
        expected_version=expected_version,
        effect=lambda case: change,
    )
    _each_ticket(case, "cancel", "The constituent case was withdrawn.")
    return case


def follow_ticket(parent: Case, child: Case, act: Act, actor: Actor) -> None:
    """What a ticket's step means for the constituent case it is work for (EA-13).

    External Affairs sees the work go on without owning it.
    """
    act_key = table.act_for_child(act, kinds.get(child.kind).machine)
    if act_key is None:
        return
    status = table.MACHINE.statuses[parent.status]
    if not table.MACHINE.act(act_key).starts_from(status):
        return

    def effect(case: Case) -> Change:
        if act_key == "unit_resolved":
            detail = case.constituent
            if outcome := kinds.get(child.kind).outcome:
                detail.resolution, detail.resolution_steps = outcome(child)
            detail.save(update_fields=["resolution", "resolution_steps"])
            reindex(detail)
        return Change(event_data={"ticket": child.pk})

    perform(
        case=parent,
        act_key=act_key,
        actor=Actor.system(parent.exchange, channel=actor.channel),
        effect=effect,
    )


def _each_ticket(case: Case, act_key: str, reason: str) -> None:
    system = Actor.system(case.exchange)
    links = case.links_in.filter(kind=CaseLink.Kind.CHILD).select_related("from_case")
    for link in links:
        child = link.from_case
        kind = kinds.get(child.kind)
        door, machine = kind.doors.get(act_key), kind.machine
        if door and machine.act(act_key).starts_from(machine.statuses[child.status]):
            door.service(case=child, actor=system, reason=reason)
