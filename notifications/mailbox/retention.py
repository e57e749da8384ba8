"""Forgetting: nothing lies in a mailbox longer than the exchange says it is needed.

A conversation goes as a whole, with its files, once its last message is old enough; while a legal
hold lies on it, or the case it is about is open, it stays. Everything else goes by itself.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from notifications.mailbox import kinds
from notifications.mailbox.models import Item, KeepRule, MessageFile, Thread
from notifications.mailbox.names import CONVERSATION
from portal.documents.models import Document
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

#: Days for which things are kept where an exchange says nothing else.
DAYS: Final = 400
#: Rows of one transaction.
BATCH: Final = 500


@dataclass
class ForgetCounts:
    """What one run forgot of one exchange."""

    items: int = 0
    conversations: int = 0
    files: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def days_of(exchange: Exchange) -> dict[str, int]:
    """Kind → days for which this room keeps it. The exchange must be set."""
    days = {kind.key: DAYS for kind in kinds.all_kinds() if not kind.forgets_itself}
    rules = KeepRule.objects.filter(exchange=exchange, kind__in=days)
    return days | dict(rules.values_list("kind", "days"))


def forget_mailbox(*, exchange: Exchange, now: datetime) -> ForgetCounts:
    """Delete what is older than the exchange keeps it; batches, in transactions of their own.

    Safe to repeat and to be killed anywhere.

    Args:
        now: the instant (UTC) from which days are counted back.
    """
    counts = ForgetCounts()
    with use_exchange(exchange):
        days = days_of(exchange)
    for kind, number in days.items():
        until = now - timedelta(days=number)
        if kind == CONVERSATION:
            while _forget_conversations(exchange, until, counts):
                pass
        else:
            while _forget_items(exchange, kind, until, counts):
                pass
    return counts


def _forget_items(exchange: Exchange, kind: str, until: datetime, counts: ForgetCounts) -> bool:
    with use_exchange(exchange):
        rows = Item.objects.filter(exchange=exchange, kind=kind, received_at__lt=until)
        keys = list(rows.order_by("received_at").values_list("pk", flat=True)[:BATCH])
        Item.objects.filter(pk__in=keys).delete()
    counts.items += len(keys)
    return len(keys) == BATCH


def _forget_conversations(exchange: Exchange, until: datetime, counts: ForgetCounts) -> bool:
    with use_exchange(exchange):
        keys = list(_over(exchange, until).values_list("pk", flat=True)[:BATCH])
        if not keys:
            return False
        items = Item.objects.filter(exchange=exchange, kind=CONVERSATION, source_id__in=keys)
        counts.items += items.count()
        items.delete()
        files = MessageFile.objects.filter(message__thread__in=keys)
        documents = set(files.values_list("document_id", flat=True))
        Thread.objects.filter(pk__in=keys).delete()
        # The rows alone: what no row names is swept from the storage.
        kept = set(
            MessageFile.objects.filter(document__in=documents).values_list("document_id", flat=True)
        )
        Document.objects.filter(pk__in=documents - kept).delete()
        record(
            actor=Actor.system(exchange, channel="timer"),
            action="mailbox.forgotten",
            data={"conversations": keys, "files": len(documents - kept)},
        )
    counts.conversations += len(keys)
    counts.files += len(documents - kept)
    return len(keys) == BATCH


def _over(exchange: Exchange, until: datetime) -> QuerySet[Thread]:
    """Conversations whose time is over; locked, so that nobody answers while they go."""
    rows = Thread.objects.filter(exchange=exchange, last_message_at__lt=until, is_held=False)
    rows = rows.exclude(case__is_open=True).order_by("last_message_at", "pk")
    return rows.select_for_update(of=("self",), skip_locked=True)
