"""The same matter twice: found while a ticket is opened, and ended with the other's number."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from escalations.tickets import workkinds
from escalations.tickets.models import TicketType
from portal.casework.common_acts import create_link
from portal.casework.models import Case, CaseLink
from portal.casework.search import normal_identifier
from portal.casework.services import Change, perform
from portal.tenancy.actor import Actor

_ENDED_WITHOUT_WORK = frozenset({"duplicate", "cancelled"})


def find_duplicates(
    *, actor: Actor, ticket_type: TicketType, consumer_case_number: str
) -> Sequence[Case]:
    """Open tickets of the exchange of the same type about the same case number, oldest first.

    Whoever opens one may not see another unit's ticket: they are told its number and nothing else.
    """
    number = normal_identifier(consumer_case_number)
    if not number:
        return []
    rows = Case.objects.filter(
        exchange_id=actor.exchange_id,
        kind=ticket_type.kind,
        topic=ticket_type.key,
        is_open=True,
        text__identifiers__contains=[number],
    )
    return list(rows.order_by("opened_at")[:5])


def require_no_duplicate(
    *, actor: Actor, ticket_type: TicketType, consumer_case_number: str
) -> None:
    """Raise where such a ticket is open.

    Raises:
        ValidationError: names the field, and the tickets that are there.
    """
    found = find_duplicates(
        actor=actor, ticket_type=ticket_type, consumer_case_number=consumer_case_number
    )
    if found:
        numbers = ", ".join(case.number for case in found)
        raise ValidationError(
            {
                "consumer_case_number": f"Open already about this case: {numbers}. Quote that"
                " number, or say that you open another."
            },
            code="duplicate",
        )


def mark_duplicate(
    *, case: Case, actor: Actor, of: Case, expected_version: int | None = None
) -> Case:
    """End a ticket as a duplicate of another, which goes on (C.2a, C.2b 8).

    Raises:
        ValidationError: the other is no ticket, is this one, or has itself ended without work.
    """

    def effect(case: Case) -> Change:
        if of.pk == case.pk:
            raise ValidationError({"of": "A ticket cannot be a duplicate of itself."})
        if of.kind not in workkinds.kind_keys():
            raise ValidationError({"of": f"{of.number} is no ticket."})
        if of.status in _ENDED_WITHOUT_WORK:
            raise ValidationError({"of": f"{of.number} has itself ended without work."})
        create_link(child=case, parent=of, kind=CaseLink.Kind.DUPLICATE)
        return Change(event_data={"other": of.pk}, fields=["links"])

    return perform(
        case=case,
        act_key="mark_duplicate",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )
