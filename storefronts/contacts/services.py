"""Asking for help from the finder, and answering (FL-02, DL-06).

A request is a pending delegation of somebody who has proved nothing: it opens no consumer on file,
whatever name it gives, and its public answer is always the same. Whoever accepts it learns how to
reach the one who asks, and is delegated to them in the Delegation Tool, with the passcode.
"""

from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.casework.machine import Refused
from portal.casework.models import OutboxMessage
from portal.casework.services import wake_dispatcher
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from storefronts.addresses import clean_phone
from storefronts.choices import LANGUAGES
from storefronts.contacts.models import KEPT_DAYS, HelpContact
from storefronts.models import Listing

ANSWER: Final = "storefronts.answer_contacts"
ASKED: Final = "storefronts.help_asked"
NAME_LENGTH: Final = 120
MESSAGE_LENGTH: Final = 1_000
_ERASED: Final = {"name": "", "phone": "", "email": "", "message": ""}

Status = HelpContact.Status


@transaction.atomic
def ask_for_help(
    *,
    exchange: Exchange,
    listing: Listing,
    name: str,
    phone: str = "",
    email: str = "",
    language: str = "",
    message: str = "",
) -> HelpContact:
    """Put a request before the enroller, or before the leads of a storefront's organization.

    The transaction must work for the exchange.

    Raises:
        ValidationError: no name, no way to answer, or a wrong one; a Social Security number; by
            field.
        Refused: the place is not on the map any more.
    """
    values = _checked(name, phone, email, language, message)
    listing = Listing.objects.get(pk=listing.pk, exchange=exchange)
    if listing.state != Listing.State.ACTIVE:
        raise Refused("This place does not take requests any more.")
    contact = HelpContact.objects.create(
        exchange=exchange,
        listing=listing,
        organization_id=listing.organization_id,
        enroller_id=listing.person_id,
        **values,
    )
    system = Actor.system(exchange, channel="public")
    record(actor=system, action=ASKED, data={"contact": contact.pk, "listing": listing.pk})
    OutboxMessage.objects.create(
        exchange=exchange,
        key=ASKED,
        data={
            "contact": contact.pk,
            "organization": contact.organization_id,
            "enroller": contact.enroller_id,
        },
        dedupe_key=f"{ASKED}:{contact.pk}",
    )
    wake_dispatcher()
    return contact


@transaction.atomic
def accept_contact(*, actor: Actor, contact: HelpContact) -> HelpContact:
    """Take a request on; from now on the one who accepts sees how to reach who asked.

    Raises:
        NotAllowed: the actor may not answer requests.
        HelpContact.DoesNotExist: the actor may not know of it.
        Refused: it was answered or has expired meanwhile.
    """
    return _decide(actor, contact, Status.ACCEPTED)


@transaction.atomic
def decline_contact(*, actor: Actor, contact: HelpContact) -> HelpContact:
    """Decline a request; who asked is forgotten at once.

    Raises:
        NotAllowed: the actor may not answer requests.
        HelpContact.DoesNotExist: the actor may not know of it.
        Refused: it was answered or has expired meanwhile.
    """
    return _decide(actor, contact, Status.DECLINED)


@transaction.atomic
def see_contact(*, actor: Actor, contact: HelpContact) -> HelpContact:
    """The request for its reader; that they saw it is recorded.

    Raises:
        NotAllowed: the actor may not answer requests.
        HelpContact.DoesNotExist: the actor may not know of it.
    """
    actor.require(ANSWER)
    found = HelpContact.objects.visible_to(actor).select_related("listing").get(pk=contact.pk)
    record(actor=actor, action="storefronts.contact_seen", data={"contact": found.pk})
    return found


def forget_contacts(*, actor: Actor, now: datetime, limit: int = 1_000) -> int:
    """Expire what nobody answered within 30 days, and empty what is as old; returns how many."""
    rows = HelpContact.objects.filter(
        exchange_id=actor.exchange_id,
        emptied_at__isnull=True,
        asked_at__lte=now - timedelta(days=KEPT_DAYS),
    )
    with transaction.atomic():
        keys = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        chosen = HelpContact.objects.filter(pk__in=keys)
        chosen.filter(status=Status.PENDING).update(status=Status.EXPIRED, decided_at=now)
        chosen.update(emptied_at=now, **_ERASED)
        if keys:
            record(actor=actor, action="storefronts.contacts_forgotten", data={"count": len(keys)})
    return len(keys)


def _decide(actor: Actor, contact: HelpContact, status: str) -> HelpContact:
    actor.require(ANSWER)
    rows = HelpContact.objects.visible_to(actor).select_for_update(of=("self",))
    found = rows.get(pk=contact.pk)
    if found.status != Status.PENDING:
        raise Refused(f"This request is {found.get_status_display().lower()} already.")
    found.status, found.decided_at, found.decided_by = status, timezone.now(), actor.person
    if status == Status.DECLINED:
        found.name = found.phone = found.email = found.message = ""
        found.emptied_at = found.decided_at
    found.save()
    record(actor=actor, action=f"storefronts.contact_{status}", data={"contact": found.pk})
    return found


def _checked(name: str, phone: str, email: str, language: str, message: str) -> dict[str, str]:
    """What was typed, in order; every objection beside its field, in the page's language."""
    errors: dict[str, str] = {}
    values = {
        "name": " ".join(name.split()),
        "phone": phone.strip(),
        "email": email.strip(),
        "language": language,
        "message": message.strip(),
    }
    if not values["name"]:
        errors["name"] = _("Enter your name.")
    elif len(values["name"]) > NAME_LENGTH:
        errors["name"] = _("This name is too long.")
    if not values["phone"] and not values["email"]:
        errors["phone"] = _("Enter a phone number or an e-mail address, so that we can answer.")
    if values["phone"]:
        try:
            values["phone"] = clean_phone(values["phone"])
        except ValidationError:
            errors["phone"] = _("Enter a phone number with ten digits, like (916) 555-0142.")
    if values["email"]:
        try:
            validate_email(values["email"])
        except ValidationError:
            errors["email"] = _("Enter an e-mail address like name@example.com.")
    if language and language not in LANGUAGES:
        errors["language"] = _("Choose one of the languages.")
    if len(values["message"]) > MESSAGE_LENGTH:
        errors["message"] = _("This message is too long.")
    for field in ("name", "phone", "email", "message"):
        if contains_ssn(values[field]):
            errors[field] = _(
                "Never send a Social Security number here. Take it out; whoever helps you will not"
                " need it yet."
            )
    if errors:
        raise ValidationError(errors)
    return values
