"""Searching one's own mailbox: subjects in the database, texts once they are read.

Texts are encrypted at rest, and stay so: no index of their words exists that somebody with the
database alone could read. What is looked through is decrypted for this one answer, the newest
messages first and no more than :data:`MOST_READ` of them, which takes a fraction of a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse

from notifications.mailbox import kinds
from notifications.mailbox.models import Item, Message, Thread
from notifications.mailbox.names import CONVERSATION
from notifications.mailbox.reading import others_in
from portal.tenancy.actor import Actor

#: Messages whose text one search looks through.
MOST_READ: Final = 1_000
MOST_FOUND: Final = 50
SHORTEST: Final = 2


@dataclass(frozen=True)
class Hit:
    """Something that was found."""

    url: str
    subject: str
    kind: str
    at: datetime
    is_unread: bool = False
    #: Whom a conversation is with.
    others: Sequence[str] = ()


@dataclass(frozen=True)
class Found:
    """What a search answers, newest first."""

    hits: list[Hit]
    #: Older messages were left out, of which only subjects were searched.
    is_cut: bool


def search_mailbox(actor: Actor, text: str) -> Found:
    """Items and conversations of the actor with ``text`` in their subject, or in what was said.

    Every word must be there, in the subject or in one message; letters count as one in either
    case. Archived ones are found too.
    """
    words = text.casefold().split()
    if len(text.strip()) < SHORTEST:
        return Found([], is_cut=False)
    threads = Thread.objects.visible_to(actor)
    spoken, is_cut = _spoken_of(actor, words)
    by_subject = threads
    others = Item.objects.visible_to(actor).exclude(kind=CONVERSATION)
    for word in words:
        by_subject = by_subject.filter(subject__icontains=word)
        others = others.filter(subject__icontains=word)
    found = {row.pk: row for row in by_subject[:MOST_FOUND]}
    found |= {row.pk: row for row in threads.filter(pk__in=spoken)[:MOST_FOUND]}
    unread = set(
        Item.objects.visible_to(actor)
        .unread()
        .filter(kind=CONVERSATION, source_id__in=found)
        .values_list("source_id", flat=True)
    )
    label = kinds.get(CONVERSATION).label
    others_of = others_in(actor=actor, threads=found)
    hits = [
        Hit(
            _url(CONVERSATION, row.pk),
            row.subject,
            label,
            row.last_message_at,
            row.pk in unread,
            others_of.get(row.pk, ()),
        )
        for row in found.values()
    ]
    hits += [
        Hit(
            _url(row.kind, row.source_id),
            row.subject,
            kinds.get(row.kind).label,
            row.received_at,
            row.read_at is None,
        )
        for row in others[:MOST_FOUND]
    ]
    hits.sort(key=lambda hit: hit.at, reverse=True)
    return Found(hits[:MOST_FOUND], is_cut)


def _spoken_of(actor: Actor, words: list[str]) -> tuple[set[int], bool]:
    """Threads with all words in one message, and whether older messages were left out."""
    rows = Message.objects.visible_to(actor).order_by("-sent_at", "-pk")
    bodies = list(rows.values_list("thread_id", "body")[: MOST_READ + 1])
    threads = {
        thread
        for thread, body in bodies[:MOST_READ]
        if all(word in body.casefold() for word in words)
    }
    return threads, len(bodies) > MOST_READ


def _url(kind: str, source: int) -> str:
    return reverse(kinds.get(kind).url_name, args=[source])
