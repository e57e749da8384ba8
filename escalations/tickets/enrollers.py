"""The enroller who called about a ticket: found by address, shown its status only (ES-03)."""

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q

from escalations.tickets.models import TicketDetail
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership

ACTION = "tickets.view_own"
_NONE = "There is no such enroller. Check the address."


def find_enroller(actor: Actor, email: str) -> Membership | None:
    """The enroller of the actor's exchange with this address; None where none is named.

    Somebody who works for several agencies is found in the first they joined.

    Raises:
        ValidationError: nobody who may be told has this address.
    """
    if not email.strip():
        return None
    rows = Membership.objects.current().filter(
        exchange_id=actor.exchange_id,
        person__email__iexact=email.strip(),
        role__actions__contains=[ACTION],
    )
    found = rows.select_related("person", "organization", "role").order_by("since", "pk").first()
    if found is None:
        raise ValidationError(_NONE)
    return found


def check_enroller(enroller: Membership, *, actor: Actor) -> None:
    """Only an enroller of the actor's exchange can be told where a ticket stands.

    Raises:
        ValidationError: this is none; names the field.
    """
    is_theirs = enroller.exchange_id == actor.exchange_id and enroller.is_active
    if not is_theirs or ACTION not in enroller.role.actions:
        raise ValidationError({"enroller": _NONE})


def brought_by(actor: Actor) -> Q | None:
    """The tickets an enroller brought, or was named in; a manager's are their organization's.

    A unit's own work on what the organization brought bears its name too, e.g. a doubt handed to
    Program Integrity. Nobody outside brought that, so nobody outside knows of it.
    """
    if not actor.may(ACTION):
        return None
    theirs = Q(organization_id__in=actor.organization_ids)
    named = TicketDetail.objects.filter(case_id=OuterRef("pk"))
    if actor.is_lead:
        return theirs & Q(Exists(named.filter(enroller__isnull=False)))
    own = named.filter(enroller_id=actor.person_id)
    return theirs & (Q(opened_by_id=actor.person_id) | Q(Exists(own)))
