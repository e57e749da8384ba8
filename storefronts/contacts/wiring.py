"""How requests for help make themselves known to the rest of the portal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Min
from django.urls import reverse

from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange
from storefronts.contacts.models import HelpContact
from storefronts.contacts.services import ANSWER, forget_contacts
from storefronts.table import KIND

LEDGER_ACTIONS: Final = {
    "storefronts.help_asked": "Asked for help in Find a Local Enroller",
    "storefronts.contact_seen": "Saw a request for help",
    "storefronts.contact_accepted": "Accepted a request for help",
    "storefronts.contact_declined": "Declined a request for help",
    "storefronts.contacts_forgotten": "Deleted what old requests for help said",
}


def register() -> None:
    """Navigation, home card, ledger names, a line under pending delegations, and the deleting."""
    from portal.casework import rounds
    from portal.delegations import elsewhere
    from portal.ledger import names
    from portal.ui import cards, navigation

    names.name_actions(LEDGER_ACTIONS)
    rounds.register("storefronts.contacts", forget_round)
    elsewhere.register(pending_line)
    cards.register(
        cards.Card(
            "help-contacts",
            "Requests for help",
            "storefronts/contacts/_card.html",
            pending_card,
            order=32,
            action=ANSWER,
            module=KIND,
        )
    )
    navigation.register(
        navigation.NavItem(
            "help-contacts",
            "Requests for help",
            "storefronts:contacts",
            ANSWER,
            47,
            section=navigation.ORGANIZATION,
            hint="Answer people who found you in Find a Local Enroller.",
            module=KIND,
        )
    )


def forget_round(*, exchange: Exchange, now: datetime) -> int:
    """Expire and empty what is older than 30 days."""
    with use_exchange(exchange):
        return forget_contacts(actor=Actor.system(exchange, channel="timer"), now=now)


def pending_card(actor: Actor) -> Mapping[str, Any] | None:
    """How many wait, and since when; None where none waits."""
    rows = HelpContact.objects.visible_to(actor).pending().order_by()
    found = rows.aggregate(count=Count("pk"), since=Min("asked_at"))
    return found if found["count"] else None


def pending_line(actor: Actor) -> tuple[str, str] | None:
    """A line with its link for the page of pending delegations; None where none waits."""
    if not actor.may(ANSWER) or not actor.has_module(KIND):
        return None
    count = HelpContact.objects.visible_to(actor).pending().count()
    if not count:
        return None
    noun = "request" if count == 1 else "requests"
    return f"{count} {noun} for help from Find a Local Enroller", reverse("storefronts:contacts")
