"""A message as an entry of the secure mailbox, for whoever wants it there."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from notifications.catalogue import MessageKind, get
from notifications.mailbox.models import Item
from notifications.mailbox.names import MODULE, USE
from notifications.recipients import still_allowed
from notifications.texts import without_footer
from notifications.wording import (
    Wording,
    absolute,
    bell_line,
    fill,
    own_subjects,
    page_path,
    values_for,
    wording_of,
)
from portal.casework.models import OutboxMessage
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Membership, Person

#: What the mailbox calls these; their source is the message's key.
ITEM_KIND: Final = "notification"


def put_in_mailboxes(
    *, message: OutboxMessage, kind: MessageKind, people: Collection[int], now: datetime
) -> int:
    """Lay one entry into each of these people's mailboxes, once however often it is done.

    Whoever has no mailbox is passed over. The exchange must be set.
    """
    exchange: Exchange = message.exchange
    if not people or MODULE not in exchange.modules:
        return 0
    having = Membership.objects.current().filter(
        exchange=exchange, person_id__in=people, role__actions__contains=[USE]
    )
    subject = bell_line(kind.key, case=message.case, exchange=exchange, own=own_subjects(exchange))[
        :160
    ]
    items = Item.objects.bulk_create(
        [
            Item(
                exchange=exchange,
                person_id=person,
                kind=ITEM_KIND,
                source_id=message.pk,
                subject=subject,
                received_at=now,
            )
            for person in having.order_by().values_list("person_id", flat=True).distinct()
        ],
        ignore_conflicts=True,
    )
    return len(items)


def entry_for(actor: Actor, pk: int) -> tuple[OutboxMessage, Wording]:
    """A message that lies in the actor's mailbox, in the words its mail would have now.

    Raises:
        OutboxMessage.DoesNotExist: it does not, or they may not know of its case any more.
    """
    mine = Item.objects.visible_to(actor).filter(kind=ITEM_KIND, source_id=pk)
    message = OutboxMessage.objects.select_related("case", "exchange").get(
        pk=pk, exchange_id=actor.exchange_id, pk__in=mine.values("source_id")
    )
    person: Person | None = actor.person
    if person is None or not still_allowed(person, message):
        raise OutboxMessage.DoesNotExist
    kind = get(message.key)
    values = values_for(kind, exchange=actor.exchange, case=message.case)
    values.setdefault("link", absolute(page_path(kind, message.data)))
    words = fill(kind, wording_of(kind, exchange_id=actor.exchange_id), values)
    return message, without_footer(words)
