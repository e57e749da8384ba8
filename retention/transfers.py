"""Handing CRW cases to another Agent Level 2 of the agency (CRW-16, C.5 row 5, X-07)."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from portal.casework.machine import Refused
from portal.casework.models import Case, OutboxMessage, TimelineEvent
from portal.casework.services import Change, perform, wake_dispatcher
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership, Organization, Person
from retention.models import CrwCase

#: Cases of one transfer; a longer list is handed over in parts.
MOST: Final = 200
#: Who may be handed a case: an Agent Level 1 works own cases and receives none (decision 18).
RECEIVING_ROLE: Final = "agent_level_2"

NOT_LEVEL_2: Final = (
    "Choose an Agent Level 2: an Agent Level 1 works own cases and receives no transfers."
)
NOT_OF_THE_AGENCY: Final = "Choose an Agent Level 2 of the same agency."


def receiving_agents(organization: Organization | None) -> QuerySet[Person]:
    """The Agents Level 2 who work in an agency now, by name."""
    if organization is None:
        return Person.objects.none()
    rows = Membership.objects.current().in_organization(organization)
    rows = rows.filter(exchange_id=organization.exchange_id, role__key=RECEIVING_ROLE)
    return Person.objects.filter(pk__in=rows.values("person_id")).order_by("full_name")


def transfer_case(
    *, case: Case, actor: Actor, person: Person, expected_version: int | None = None
) -> Case:
    """Hand over one case; see :func:`transfer_cases`.

    Raises:
        Conflict: somebody changed the case since ``expected_version``.
    """
    [moved] = transfer_cases(
        cases=[case], actor=actor, person=person, expected_version=expected_version
    )
    return moved


@transaction.atomic
def transfer_cases(
    *,
    cases: Sequence[Case],
    actor: Actor,
    person: Person,
    expected_version: int | None = None,
) -> list[Case]:
    """Hand open cases to an Agent Level 2 of their agency: all of them or none.

    Aging goes on, and a reminder stays. The new holder is told of each case; whoever had them is
    told once how many went, since they may not see the cases any more.

    Raises:
        Case.DoesNotExist: the actor may not know of one of the cases.
        NotAllowed: the actor is no Agency Manager.
        Refused: a case is closed, or with that agent already; names it.
        ValidationError: the person is no Agent Level 2 of the agency.
    """
    if len(cases) > MOST:
        raise ValidationError(f"At most {MOST} cases at once.")
    moved, losers = [], Counter[int]()
    for case in sorted(cases, key=lambda case: case.number):  # one order, so none lock each other
        before = case.owner_id

        def effect(case: Case) -> Change:
            _check_receiver(case, person)
            if case.owner_id == person.pk:
                raise Refused(f"{case.number} is with {person.full_name} already.")
            CrwCase.objects.filter(pk=case.pk).update(was_transferred=True)
            return Change(
                columns={"owner": person},
                event_data={"from_owner": case.owner_id, "to_owner": person.pk},
                fields=["owner"],
                notifies=["retention.transferred_to"],
                recipient=person,
            )

        moved.append(
            perform(
                case=case,
                act_key="transfer_to_agent",
                actor=actor,
                expected_version=expected_version,
                effect=effect,
            )
        )
        if before is not None:
            losers[before] += 1
    _tell_former_holders(actor, moved, losers)
    return moved


def _check_receiver(case: Case, person: Person) -> None:
    if receiving_agents(case.organization).filter(pk=person.pk).exists():
        return
    colleague = case.organization is not None and (
        Membership.objects.current()
        .in_organization(case.organization)
        .filter(exchange_id=case.exchange_id, person=person)
        .exists()
    )
    raise ValidationError({"person": NOT_LEVEL_2 if colleague else NOT_OF_THE_AGENCY})


def _tell_former_holders(actor: Actor, moved: Sequence[Case], losers: Counter[int]) -> None:
    """One message a person and transfer, without the cases: they are not theirs to see any more."""
    event = (
        TimelineEvent.objects.filter(case__in=moved, verb="transfer_to_agent").order_by("pk").last()
    )
    if event is None:
        return
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                exchange_id=actor.exchange_id,
                key="retention.transferred_from",
                recipient_id=person_id,
                data={"event": event.pk, "cases": count},
                dedupe_key=f"retention.transferred_from:event:{event.pk}:{person_id}",
            )
            for person_id, count in losers.items()
        ],
        ignore_conflicts=True,
    )
    wake_dispatcher()
