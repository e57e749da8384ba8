"""The folders of a mailbox, and what lies in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils.text import slugify

from notifications.mailbox import kinds
from notifications.mailbox.models import Item, ItemQuerySet, Message, Seat, Team
from notifications.mailbox.names import ANSWER
from portal.tenancy.actor import Actor

INBOX: Final = "inbox"
TEAM: Final = "team"
SENT: Final = "sent"
ARCHIVE: Final = "archive"


@dataclass(frozen=True)
class Folder:
    """One folder; of a kind of things its ``kinds`` say which."""

    key: str
    label: str
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Counted:
    """A folder with how many unread items (of a team: waiting conversations) it holds."""

    folder: Folder
    unread: int


def folders_of(actor: Actor) -> list[Folder]:
    """The folders the actor has, in their order; a team's inbox only for those who answer."""
    found = [Folder(INBOX, "Inbox")]
    if actor.may(ANSWER):
        found.append(Folder(TEAM, "Team inbox"))
    by_label: dict[str, set[str]] = {}
    for kind in kinds.all_kinds():
        if kind.plural:
            by_label.setdefault(kind.plural, set()).add(kind.key)
    found += [
        Folder(slugify(label), label, frozenset(keys)) for label, keys in sorted(by_label.items())
    ]
    return [*found, Folder(SENT, "Sent"), Folder(ARCHIVE, "Archive")]


def counted(actor: Actor, folders: Sequence[Folder]) -> list[Counted]:
    """Each folder with its count; one statement for one's own, one for the team's."""
    by_kind = dict(
        Item.objects.visible_to(actor)
        .unread()
        .order_by()
        .values_list("kind")
        .annotate(number=Count("pk"))
    )
    waiting = team_seats(actor).filter(waiting_for(actor)).count() if actor.may(ANSWER) else 0
    return [Counted(folder, _unread_in(folder, by_kind, waiting)) for folder in folders]


def _unread_in(folder: Folder, by_kind: dict[str, int], waiting: int) -> int:
    if folder.key == INBOX:
        return sum(by_kind.values())
    if folder.key == TEAM:
        return waiting
    return sum(by_kind.get(key, 0) for key in folder.kinds)


def items_in(actor: Actor, folder: Folder) -> ItemQuerySet:
    """The actor's items in a folder; everything in Inbox that is not archived."""
    rows = Item.objects.visible_to(actor)
    if folder.key == ARCHIVE:
        return rows.exclude(archived_at=None)
    rows = rows.filter(archived_at=None)
    return rows.filter(kind__in=folder.kinds) if folder.kinds else rows


def sent_by(actor: Actor) -> QuerySet[Message]:
    """What the actor wrote, in conversations they may still read."""
    rows = Message.objects.visible_to(actor).filter(author_id=actor.person_id)
    return rows.select_related("thread", "team").defer("body")


def team_seats(actor: Actor) -> QuerySet[Seat]:
    """The conversations of the actor's team."""
    teams = Team.objects.worked_by(actor).values("pk")
    rows = Seat.objects.filter(exchange_id=actor.exchange_id, team__in=teams)
    return rows.select_related("thread", "team", "taken_by")


def waiting_for(actor: Actor) -> Q:
    """Of a team's conversations those that wait for an answer and are nobody's, or the actor's."""
    return Q(waits_since__isnull=False) & (Q(taken_by=None) | Q(taken_by_id=actor.person_id))
