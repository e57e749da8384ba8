"""Marking what lies in one's own mailbox: read, unread, archived, back again."""

from collections.abc import Collection, Iterable
from enum import StrEnum

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from notifications.mailbox.models import Item, Seat
from notifications.mailbox.names import CONVERSATION, USE
from portal.tenancy.actor import Actor
from portal.ui import live


class Mark(StrEnum):
    """What can be done to several items at once."""

    READ = "read"
    UNREAD = "unread"
    ARCHIVE = "archive"
    RESTORE = "restore"


def mark_items(*, actor: Actor, keys: Collection[int], mark: Mark) -> int:
    """Mark the actor's items with these keys; returns how many. Keys of others find nothing.

    Raises:
        NotAllowed: the actor has no mailbox.
    """
    actor.require(USE)
    rows = Item.objects.visible_to(actor).filter(pk__in=keys)
    now = timezone.now()
    if actor.person_id:
        live.touch([actor.person_id])
    match mark:
        case Mark.READ:
            return rows.filter(read_at=None).update(read_at=now)
        case Mark.UNREAD:
            return rows.exclude(read_at=None).update(read_at=None)
        case Mark.ARCHIVE:
            return rows.filter(archived_at=None).update(archived_at=now)
        case Mark.RESTORE:
            return rows.exclude(archived_at=None).update(archived_at=None)


def mark_source_read(*, actor: Actor, kind: str, source_id: int) -> None:
    """Mark the actor's item of something as read, when its page is opened."""
    rows = Item.objects.visible_to(actor).filter(kind=kind, source_id=source_id, read_at=None)
    if rows.update(read_at=timezone.now()) and actor.person_id:
        live.touch([actor.person_id])


def take_from_unit(*, unit_id: int, threads: Iterable[int] | QuerySet[Seat, int]) -> None:
    """Take conversations out of the mailboxes of a unit whose team reads them no more.

    Whoever sits in one of them as themselves keeps it.
    """
    own = Seat.objects.filter(thread=OuterRef("source_id"), person=OuterRef("person_id"))
    rows = Item.objects.filter(
        ~Exists(own), kind=CONVERSATION, source_id__in=threads, organization_id=unit_id
    )
    live.touch(list(rows.values_list("person_id", flat=True)))
    rows.delete()
