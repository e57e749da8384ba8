"""Writes on the referral directory: whom a case outside the jurisdiction is sent to (EA-17)."""

from collections.abc import Sequence

from django.db import transaction

from escalations.constituent.models import ReferralContact
from portal.ledger.services import record
from portal.tenancy.actor import Actor

ACTION = "tenancy.administer"


@transaction.atomic
def add_referral_contact(
    *,
    actor: Actor,
    name: str,
    kind: str,
    helps_with: str = "",
    phone: str = "",
    url: str = "",
    address: str = "",
    aliases: Sequence[str] = (),
) -> ReferralContact:
    """Add an entity to the exchange's directory.

    Raises:
        NotAllowed: the actor does not administer the exchange.
        ValidationError: the name is taken, or a value has the wrong form; names the field.
    """
    _require(actor)
    contact = ReferralContact(exchange=actor.exchange)
    _fill(
        contact,
        name=name.strip(),
        kind=kind,
        helps_with=helps_with,
        phone=phone,
        url=url,
        address=address,
        aliases=list(aliases),
    )
    record(actor=actor, action="constituent.referral_contact_added", data={"contact": contact.pk})
    return contact


@transaction.atomic
def change_referral_contact(
    *, actor: Actor, contact: ReferralContact, **values: object
) -> ReferralContact:
    """Change an entry; switched off (``is_active``), new cases are no longer referred to it.

    Raises:
        NotAllowed: the actor does not administer the exchange.
        ValidationError: the name is taken, or a value has the wrong form; names the field.
    """
    _require(actor)
    changed = [name for name, value in values.items() if getattr(contact, name) != value]
    if changed:
        _fill(contact, **values)
        record(
            actor=actor,
            action="constituent.referral_contact_changed",
            fields=changed,
            data={"contact": contact.pk},
        )
    return contact


def _fill(contact: ReferralContact, **values: object) -> None:
    for name, value in values.items():
        setattr(contact, name, value)
    contact.full_clean()
    contact.save()


def _require(actor: Actor) -> None:
    if not actor.is_system:
        actor.require(ACTION)
