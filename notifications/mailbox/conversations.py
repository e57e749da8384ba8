"""Every write of conversations: begin, answer, take over, settle. One transaction each.

The thread's row is locked first, so that two answers at the same moment get two numbers, and the
second writer is shown the first answer before theirs is sent.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from notifications.mailbox.items import take_from_unit
from notifications.mailbox.models import Message, MessageFile, Seat, Team, Thread
from notifications.mailbox.names import ANSWER, HOLD, USE
from notifications.mailbox.people import Party, resolve, team_of
from notifications.mailbox.telling import TEAM_WAITS, let_know, waiting_line, works_for
from notifications.mailbox.threads import SUBJECT_LENGTH
from portal.casework.machine import Conflict, Refused
from portal.casework.models import Case, OutboxMessage
from portal.casework.services import require_text, wake_dispatcher
from portal.documents.models import Document
from portal.documents.refusals import SsnRefused
from portal.documents.screening import ScreenedFile
from portal.documents.services import store_document
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Person

BODY_LENGTH: Final = 10_000
MOST_FILES: Final = 5

Files = Iterable["File[bytes] | ScreenedFile"]


def begin_conversation(
    *,
    actor: Actor,
    to: Sequence[str],
    subject: str,
    body: str,
    files: Files = (),
    case_number: str = "",
    begun_as: uuid.UUID | None = None,
) -> list[Thread]:
    """Write to a team, to colleagues, or for one's team to enrollers.

    What a team writes to several enrollers begins a conversation with each, so that none of them
    reads the others' answers or learns who they are.

    Args:
        to: addresses as :mod:`notifications.mailbox.people` hands them out.
        case_number: the case it is about; it must be one the actor may know of.
        begun_as: the draft it was; the same draft sent twice begins nothing a second time.

    Raises:
        NotAllowed: the actor has no mailbox.
        ValidationError: a recipient is out of reach, or a value does not fit; by field.
        SsnRefused: the subject or the text holds a Social Security number.
        UploadRefused: a file is not accepted.
    """
    actor.require(USE)
    begun_as = begun_as or uuid.uuid4()
    try:
        with transaction.atomic():
            return _begin(actor, to, subject, body, files, case_number, begun_as)
    except IntegrityError:
        # Sent by the same page a moment ago.
        if begun := _begun(actor, begun_as):
            return begun
        raise


def _begin(
    actor: Actor,
    to: Sequence[str],
    subject: str,
    body: str,
    files: Files,
    case_number: str,
    begun_as: uuid.UUID,
) -> list[Thread]:
    if begun := _begun(actor, begun_as):
        return begun
    subject = _checked(require_text("subject", subject, "a subject"), "subject", SUBJECT_LENGTH)
    body = _checked(require_text("body", body, "your message"), "body", BODY_LENGTH)
    parties = resolve(actor, to)
    case = _case(actor, case_number)
    documents = _stored(actor, files)
    is_inside = any(
        party.team or party.is_colleague_of == actor.organization_id for party in parties
    )
    speaks_for = None if is_inside else team_of(actor)
    now = timezone.now()
    groups = [[party] for party in parties] if speaks_for else [parties]
    threads = []
    for place, group in enumerate(groups):
        thread = Thread.objects.create(
            exchange=actor.exchange,
            subject=subject,
            case=case,
            begun_by=_person(actor),
            begun_as=begun_as,
            place=place,
            created_at=now,
            last_message_at=now,
        )
        _seat(actor, thread, group, speaks_for, now)
        _say(actor, thread, speaks_for, body, documents, now)
        threads.append(thread)
    record(
        actor=actor,
        action="mailbox.begun",
        cases=[case.pk] if case else [],
        data={"conversations": [thread.pk for thread in threads]},
    )
    wake_dispatcher()
    return threads


@transaction.atomic
def reply(*, actor: Actor, thread: Thread, body: str, seen: int, files: Files = ()) -> Message:
    """Answer in a conversation, as oneself or for the team the actor sits in it for.

    An answer for a team takes the conversation, where no colleague has.

    Args:
        seen: number of the last message the writer has read.

    Raises:
        NotAllowed: the actor has no mailbox.
        Thread.DoesNotExist: the actor does not sit in it (any more).
        Conflict: somebody wrote since; show it before this is sent.
        Refused: a colleague has taken it.
        ValidationError: there is no text, or it is too long.
        SsnRefused: it holds a Social Security number.
        UploadRefused: a file is not accepted.
    """
    actor.require(USE)
    thread = _locked(actor, thread)
    body = _checked(require_text("body", body, "your message"), "body", BODY_LENGTH)
    newer = thread.messages.filter(number__gt=seen).exclude(author_id=actor.person_id)
    if newer.exists():
        raise Conflict(
            "Somebody wrote while you were typing. Read it, then send yours.",
            current_version=thread.last_number,
        )
    now = timezone.now()
    seat = _own_seat(actor, thread)
    if seat.team is not None:
        if seat.taken_by_id not in (None, actor.person_id) and works_for(seat.team, seat.taken_by):
            raise Refused(f"{seat.taken_by} has taken this conversation. Take it over first.")
        seat.taken_by, seat.waits_since = actor.person, None
        seat.save(update_fields=["taken_by", "waits_since"])
    message = _say(actor, thread, seat.team, body, _stored(actor, files), now)
    record(
        actor=actor,
        action="mailbox.answered",
        cases=[thread.case_id] if thread.case_id else [],
        data={"conversation": thread.pk, "message": message.number},
    )
    wake_dispatcher()
    return message


@transaction.atomic
def take_conversation(*, actor: Actor, thread: Thread, from_person: int | None) -> None:
    """Take a team's conversation, or take it over from a colleague.

    Args:
        from_person: whose it was when the actor looked; None: nobody's.

    Raises:
        NotAllowed: the actor answers for no team.
        Thread.DoesNotExist: it is not the actor's team's.
        Conflict: it was taken by somebody else in the meantime.
    """
    seat = _team_seat(actor, thread)
    if seat.taken_by_id == actor.person_id:
        return
    if seat.taken_by_id != from_person:
        raise Conflict(
            f"{seat.taken_by or 'Nobody'} has it by now. Look at it again first.",
            current_version=seat.thread.last_number,
        )
    seat.taken_by = actor.person
    seat.save(update_fields=["taken_by"])
    record(actor=actor, action="mailbox.taken", data={"conversation": thread.pk})


@transaction.atomic
def give_back_conversation(*, actor: Actor, thread: Thread) -> None:
    """Leave a conversation one has taken to the team again.

    Raises:
        NotAllowed: the actor answers for no team.
        Thread.DoesNotExist: it is not the actor's team's.
        Refused: the actor has not taken it.
    """
    seat = _team_seat(actor, thread)
    if seat.taken_by_id != actor.person_id:
        raise Refused("You have not taken this conversation.")
    seat.taken_by = None
    seat.save(update_fields=["taken_by"])
    record(actor=actor, action="mailbox.given_back", data={"conversation": thread.pk})


@transaction.atomic
def settle_conversation(*, actor: Actor, thread: Thread, seen: int) -> None:
    """Say that the last message needs no answer of the team.

    Args:
        seen: number of the last message the actor has read.

    Raises:
        NotAllowed: the actor answers for no team.
        Thread.DoesNotExist: it is not the actor's team's.
        Conflict: somebody wrote since.
    """
    seat = _team_seat(actor, thread)
    if seat.thread.last_number > seen:
        raise Conflict(
            "There is a newer message. Read it first.", current_version=seat.thread.last_number
        )
    seat.waits_since = None
    seat.save(update_fields=["waits_since"])
    record(actor=actor, action="mailbox.settled", data={"conversation": thread.pk})


@transaction.atomic
def hand_on_conversation(*, actor: Actor, thread: Thread, team: Team, seen: int) -> None:
    """Hand a conversation on to another team; the own one reads it no more.

    Args:
        seen: number of the last message the actor has read.

    Raises:
        NotAllowed: the actor answers for no team.
        Thread.DoesNotExist: it is not the actor's team's.
        ValidationError: the other team takes no messages, or sits in it already.
        Conflict: somebody wrote since.
    """
    seat = _team_seat(actor, thread)
    if seat.thread.last_number > seen:
        raise Conflict(
            "There is a newer message. Read it first.", current_version=seat.thread.last_number
        )
    others = other_teams(actor=actor, thread=thread)
    if not others.filter(pk=team.pk).exists():
        raise ValidationError({"team": "Choose a team that takes messages."})
    now = timezone.now()
    seat.team, seat.taken_by, seat.waits_since = team, None, now
    seat.save(update_fields=["team", "taken_by", "waits_since"])
    if actor.organization_id is not None:
        take_from_unit(unit_id=actor.organization_id, threads=[thread.pk])
    last = seat.thread.messages.get(number=seat.thread.last_number)
    OutboxMessage.objects.bulk_create(
        [waiting_line(last, TEAM_WAITS, now, team=team)], ignore_conflicts=True
    )
    record(
        actor=actor,
        action="mailbox.handed_on",
        data={"conversation": thread.pk, "team": team.pk},
    )
    wake_dispatcher()


def other_teams(*, actor: Actor, thread: Thread) -> QuerySet[Team]:
    """The teams a conversation of the actor's team can be handed on to."""
    rows = Team.objects.filter(exchange_id=actor.exchange_id, is_active=True)
    return rows.exclude(seats__thread=thread).order_by("label")


@transaction.atomic
def hold_conversation(*, actor: Actor, number: int, is_held: bool) -> Thread:
    """Put a legal hold on a conversation, or end it. Who holds it reads nothing of it.

    Raises:
        NotAllowed: the actor sets no holds.
        ValidationError: the exchange has no such conversation.
    """
    actor.require(HOLD)
    rows = Thread.objects.select_for_update().filter(exchange_id=actor.exchange_id, pk=number)
    thread = rows.first()
    if thread is None:
        raise ValidationError({"number": "There is no such conversation."})
    thread.is_held = is_held
    thread.save(update_fields=["is_held"])
    record(
        actor=actor,
        action="mailbox.held" if is_held else "mailbox.hold_ended",
        data={"conversation": thread.pk},
    )
    return thread


def _begun(actor: Actor, begun_as: uuid.UUID) -> list[Thread]:
    rows = Thread.objects.filter(
        exchange_id=actor.exchange_id, begun_by_id=actor.person_id, begun_as=begun_as
    )
    return list(rows.order_by("place"))


def _person(actor: Actor) -> Person:
    if actor.person is None:
        raise TypeError("Only a person has a mailbox.")
    return actor.person


def _locked(actor: Actor, thread: Thread) -> Thread:
    rows = Thread.objects.visible_to(actor).select_for_update(of=("self",))
    return rows.get(pk=thread.pk)


def _own_seat(actor: Actor, thread: Thread) -> Seat:
    """The actor's seat; their own before their team's."""
    rows = Seat.objects.of(actor).filter(thread=thread).select_related("team", "taken_by")
    seats = sorted(rows, key=lambda seat: seat.team_id is not None)
    if not seats:
        raise Thread.DoesNotExist
    return seats[0]


def _team_seat(actor: Actor, thread: Thread) -> Seat:
    actor.require(ANSWER)
    locked = _locked(actor, thread)
    teams = Team.objects.worked_by(actor).values("pk")
    rows = Seat.objects.filter(thread=locked, team__in=teams).select_related("thread", "taken_by")
    seat = rows.first()
    if seat is None:
        raise Thread.DoesNotExist
    return seat


def _checked(text: str, name: str, longest: int) -> str:
    if len(text) > longest:
        raise ValidationError({name: f"At most {longest:,} characters."})
    if contains_ssn(text):
        raise SsnRefused("the subject" if name == "subject" else "the message")
    return text


def _case(actor: Actor, number: str) -> Case | None:
    number = number.strip()
    if not number:
        return None
    case = Case.objects.visible_to(actor).filter(number__iexact=number).first()
    if case is None:
        raise ValidationError({"case_number": "You have no case with this number."})
    return case


def _stored(actor: Actor, files: Files) -> list[Document]:
    files = list(files)
    if len(files) > MOST_FILES:
        raise ValidationError({"files": f"At most {MOST_FILES} files."})
    return [
        store_document(
            exchange=actor.exchange,
            file=file,
            purpose=Document.Purpose.ATTACHMENT,
            uploaded_by=actor.person,
        )
        for file in files
    ]


def _seat(
    actor: Actor, thread: Thread, parties: Sequence[Party], team: Team | None, now: datetime
) -> None:
    own: dict[str, object] = {"person": actor.person, "organization": actor.organization}
    if team is not None:
        own = {"team": team, "taken_by": actor.person}
    seats = [Seat(exchange=actor.exchange, thread=thread, moved_at=now, **own)]
    for party in parties:
        theirs: dict[str, object] = {"team": party.team}
        if party.membership is not None:
            theirs = {
                "person_id": party.membership.person_id,
                "organization_id": party.membership.organization_id,
            }
        seats.append(Seat(exchange=actor.exchange, thread=thread, moved_at=now, **theirs))
    Seat.objects.bulk_create(seats)


def _say(
    actor: Actor,
    thread: Thread,
    team: Team | None,
    body: str,
    documents: Sequence[Document],
    now: datetime,
) -> Message:
    """Add a message to a locked (or new) thread, and let everybody else in it know."""
    thread.last_number += 1
    thread.last_message_at = now
    thread.save(update_fields=["last_number", "last_message_at"])
    message = Message.objects.create(
        exchange=actor.exchange,
        thread=thread,
        number=thread.last_number,
        author=_person(actor),
        team=team,
        organization_name=actor.organization.name if actor.organization else "",
        body=body,
        sent_at=now,
    )
    MessageFile.objects.bulk_create(
        [MessageFile(exchange=actor.exchange, message=message, document=one) for one in documents]
    )
    thread.seats.update(moved_at=now)
    let_know(actor=actor, message=message, now=now)
    return message
