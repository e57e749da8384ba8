"""How many items somebody has not read, for the badge beside the bell."""

from typing import Final

from django.db.models import QuerySet

from notifications.mailbox.models import Item
from notifications.mailbox.names import MODULE, USE
from portal.tenancy.actor import Actor
from portal.ui.live import Waiting

#: Beyond this the badge counts no further.
COUNT_LIMIT: Final = 99


def unread_rows(actor: Actor) -> QuerySet[Item, int]:
    """Keys of the unread items, newest first, no more than a badge counts."""
    if not actor.may(USE) or not actor.has_module(MODULE):
        return Item.objects.none().values_list("pk", flat=True)
    rows = Item.objects.visible_to(actor).unread()
    return rows.values_list("pk", flat=True)[: COUNT_LIMIT + 1]


def waiting_for(actor: Actor) -> Waiting:
    """How much is unread, and the key of the newest of it. One statement."""
    keys = list(unread_rows(actor))
    return Waiting(len(keys), max(keys, default=0))
