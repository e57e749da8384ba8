"""Everybody chooses how they are told; webhooks belong to an organization, or the exchange."""

from __future__ import annotations

from typing import Any

from notifications.channels.hooks import Webhook, WebhookDelivery
from notifications.channels.inbox import ITEM_KIND
from notifications.mailbox.models import Item
from portal.casework.models import Case
from tests.access.policy import ADMIN, EVERYBODY, EVERYONE, LEADS, Route, page, thing
from tests.notifications.ground import message
from tests.world import World

_MANAGERS = ADMIN | LEADS | {"office.manager"}
_OURS = frozenset({"office.manager"})
_STAFF = frozenset({"office.staff"})

ROUTES: dict[str, Route] = {
    "channels:preferences": EVERYBODY,
    "channels:rules": page(ADMIN),
    "channels:quiet-hours": page(ADMIN, post=True, get=False),
    "channels:mailbox-entry": thing(_STAFF, EVERYONE, pk="told"),
    "channels:webhooks": page(_MANAGERS),
    "channels:webhook": thing(_OURS, _MANAGERS, pk="webhook"),
    "channels:webhook-secret": thing(_OURS, _MANAGERS, post=True, get=False, pk="webhook"),
    "channels:webhook-remove": thing(_OURS, _MANAGERS, pk="webhook"),
    "channels:delivery": thing(_OURS, _MANAGERS, pk="webhook_event"),
    "channels:delivery-again": thing(_OURS, _MANAGERS, post=True, get=False, pk="webhook_event"),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A webhook of the first office with one event, and a message in its staff's mailbox."""
    case = Case.objects.filter(organization=world.organizations["assembly-13"]).earliest("pk")
    told = message(world, "constituent.updated", case)
    Item.objects.create(
        exchange=world.exchange,
        person=world.people["office.staff"],
        kind=ITEM_KIND,
        source_id=told.pk,
        subject="An update",
    )
    webhook = Webhook.objects.create(
        exchange=world.exchange,
        organization=world.organizations["assembly-13"],
        url="https://hooks.example/in",
        groups=["answers"],
        secret="invented",
    )
    event = WebhookDelivery.objects.create(
        exchange=world.exchange, webhook=webhook, message=told, case=case, key=told.key
    )
    return {"told": told.pk, "webhook": webhook.pk, "webhook_event": event.pk}
