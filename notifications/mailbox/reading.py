"""A conversation as its reader sees it; every look is recorded."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.urls import reverse

from notifications.mailbox.items import mark_source_read
from notifications.mailbox.models import Message, MessageFile, Seat, Thread
from notifications.mailbox.names import CONVERSATION, USE
from portal.casework import kinds
from portal.casework.models import Case
from portal.documents.models import Document
from portal.ledger.services import record
from portal.tenancy.actor import Actor

#: As many of the others a list names.
_MOST_NAMED: Final = 2
#: What is shown of a conversation, for the ledger.
_FIELDS = ("subject", "messages", "participants")


@dataclass(frozen=True)
class FileView:
    """A file of a message, to be fetched."""

    public_id: str
    name: str
    size: int


@dataclass(frozen=True)
class MessageView:
    """One message."""

    number: int
    author: str
    #: The team the author spoke for, otherwise whom they worked for.
    on_behalf: str
    at: datetime
    body: str
    files: Sequence[FileView]
    is_own: bool


@dataclass(frozen=True)
class ThreadView:
    """A conversation with everything said in it."""

    pk: int
    subject: str
    participants: Sequence[str]
    messages: Sequence[MessageView]
    last_number: int
    #: Number and address of the case it is about, for readers who may see that case.
    case_number: str
    case_url: str
    #: Of a team's conversation: who has taken it, and whether a message waits.
    is_team: bool
    team: str
    team_id: int | None
    taken_by: str
    taken_by_id: int | None
    waits: bool
    is_mine: bool


def open_conversation(*, actor: Actor, pk: int) -> ThreadView:
    """A conversation of the actor, marked as read, with the look on record.

    Raises:
        NotAllowed: the actor has no mailbox.
        Thread.DoesNotExist: there is none the actor sits in; the two are one answer.
    """
    actor.require(USE)
    thread = Thread.objects.visible_to(actor).select_related("case").get(pk=pk)
    seen = Case.objects.visible_to(actor).filter(pk=thread.case_id or 0).first()
    mark_source_read(actor=actor, kind=CONVERSATION, source_id=pk)
    record(
        actor=actor,
        action="mailbox.opened",
        cases=[seen.pk] if seen else [],
        fields=_FIELDS,
        data={"conversation": pk},
    )
    return _view(actor, thread, seen)


def open_file(*, actor: Actor, thread: int, public_id: str) -> Document:
    """A file of one of the actor's conversations, with the look on record.

    Raises:
        NotAllowed: the actor has no mailbox.
        MessageFile.DoesNotExist: the actor reads no conversation with this file.
    """
    actor.require(USE)
    threads = Thread.objects.visible_to(actor).filter(pk=thread)
    row = MessageFile.objects.select_related("document").get(
        message__thread__in=threads, document__public_id=public_id
    )
    record(
        actor=actor,
        action="mailbox.file_opened",
        data={"conversation": thread, "document": row.document_id},
    )
    return row.document


def others_in(*, actor: Actor, threads: Iterable[int]) -> dict[int, list[str]]:
    """Whom a list names beside each conversation the actor reads, without what is said in it.

    Teams and people but the actor and their own team, two at most and how many more; one statement.
    """
    seats = Seat.objects.filter(
        thread__in=Thread.objects.visible_to(actor).filter(pk__in=set(threads))
    )
    named: dict[int, list[str]] = defaultdict(list)
    for seat in seats.select_related("person", "team").order_by("pk"):
        if seat.team is not None:
            is_own, name = seat.team.unit_id == actor.organization_id, seat.team.label
        else:
            is_own, name = seat.person_id == actor.person_id, str(seat.person)
        if not is_own:
            named[seat.thread_id].append(name)
    return {thread: _shortened(names) for thread, names in named.items()}


def _shortened(names: list[str]) -> list[str]:
    more = len(names) - _MOST_NAMED
    return [*names[:_MOST_NAMED], f"{more} more"] if more > 0 else names


def _view(actor: Actor, thread: Thread, case: Case | None) -> ThreadView:
    seats = list(
        thread.seats.select_related("person", "organization", "team", "taken_by").order_by("pk")
    )
    own = _team_seat(actor, seats)
    return ThreadView(
        pk=thread.pk,
        subject=thread.subject,
        participants=[_named(seat) for seat in seats],
        messages=[_said(actor, row) for row in _messages(thread)],
        last_number=thread.last_number,
        case_number=case.number if case else "",
        case_url=reverse(kinds.get(case.kind).url_name, args=[case.number]) if case else "",
        is_team=own is not None,
        team=own.team.label if own and own.team else "",
        team_id=own.team_id if own else None,
        taken_by=own.taken_by.full_name if own and own.taken_by else "",
        taken_by_id=own.taken_by_id if own else None,
        waits=bool(own and own.waits_since),
        is_mine=bool(own and own.taken_by_id == actor.person_id),
    )


def _messages(thread: Thread) -> QuerySet[Message]:
    rows = thread.messages.select_related("author", "team")
    return rows.prefetch_related("files__document").order_by("number")


def _team_seat(actor: Actor, seats: Sequence[Seat]) -> Seat | None:
    """The seat of the actor's team, unless they sit in the conversation themselves."""
    if any(seat.person_id == actor.person_id for seat in seats if seat.team is None):
        return None
    return next(
        (seat for seat in seats if seat.team and seat.team.unit_id == actor.organization_id), None
    )


def _named(seat: Seat) -> str:
    if seat.team is not None:
        return seat.team.label
    return f"{seat.person}, {seat.organization}"


def _said(actor: Actor, row: Message) -> MessageView:
    return MessageView(
        number=row.number,
        author=row.author.full_name,
        on_behalf=row.team.label if row.team else row.organization_name,
        at=row.sent_at,
        body=row.body,
        files=[
            FileView(str(file.document.public_id), file.document.original_name, file.document.size)
            for file in row.files.all()
        ],
        is_own=row.author_id == actor.person_id,
    )
