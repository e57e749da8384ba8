"""Who is told of a message: those who sit in the conversation, and the teams nobody answers for.

A person is told once until they have read it; a team once a message, as long as nobody took it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from notifications.mailbox.models import Item, Message, Team
from notifications.mailbox.names import ANSWER, CONVERSATION, USE
from portal.casework.models import OutboxMessage
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership, Person
from portal.ui import live

PERSON_WAITS: Final = "mailbox.message_waiting"
TEAM_WAITS: Final = "mailbox.team_waiting"


def let_know(*, actor: Actor, message: Message, now: datetime) -> None:
    """Tell everybody else in a conversation of a message that was just written."""
    # Person → for whom they sit in the conversation.
    people: dict[int, int] = {}
    outbox = []
    for seat in message.thread.seats.select_related("team", "taken_by"):
        if seat.team is None:
            if seat.person_id and seat.organization_id:
                people[seat.person_id] = seat.organization_id
        elif seat.team_id != message.team_id:
            seat.waits_since = seat.waits_since or now
            seat.save(update_fields=["waits_since"])
            if seat.taken_by and works_for(seat.team, seat.taken_by):
                people[seat.taken_by.pk] = seat.team.unit_id
            else:
                outbox.append(waiting_line(message, TEAM_WAITS, now, team=seat.team))
    people.pop(actor.person_id or 0, None)
    news = _put_into_mailboxes(message, people, now)
    outbox += [waiting_line(message, PERSON_WAITS, now, person=key) for key in news]
    OutboxMessage.objects.bulk_create(outbox, ignore_conflicts=True)


def _put_into_mailboxes(message: Message, people: dict[int, int], now: datetime) -> list[int]:
    """Make or renew the item of each person who still works there; who had nothing unread of it."""
    thread = message.thread
    if not people:
        return []
    current = Membership.objects.current().filter(
        exchange_id=message.exchange_id, person_id__in=people, role__actions__contains=[USE]
    )
    there = {
        person
        for person, organization in current.values_list("person_id", "organization_id")
        if people[person] == organization
    }
    rows = Item.objects.filter(
        exchange_id=message.exchange_id, kind=CONVERSATION, source_id=thread.pk
    )
    unread = set(rows.unread().values_list("person_id", flat=True))
    Item.objects.bulk_create(
        [
            Item(
                exchange_id=message.exchange_id,
                person_id=person,
                organization_id=people[person],
                kind=CONVERSATION,
                source_id=thread.pk,
                subject=thread.subject,
                received_at=now,
            )
            for person in sorted(there)
        ],
        update_conflicts=True,
        unique_fields=["exchange", "person", "kind", "source_id"],
        update_fields=["organization", "received_at", "read_at", "archived_at"],
    )
    live.touch(there)
    return sorted(there - unread)


def waiting_line(
    message: Message,
    key: str,
    now: datetime,
    *,
    person: int | None = None,
    team: Team | None = None,
) -> OutboxMessage:
    """The message that tells a person or a team's members that something waits."""
    whom = f"person:{person}" if person else f"team:{team.pk if team else ''}"
    return OutboxMessage(
        exchange_id=message.exchange_id,
        key=key,
        recipient_id=person,
        data={"team": team.pk} if team else {},
        dedupe_key=f"{key}:{message.pk}:{whom}",
        created_at=now,
        next_attempt_at=now,
    )


def works_for(team: Team, person: Person | None) -> bool:
    """Whether somebody who took a team's conversation still answers for the team."""
    rows = Membership.objects.current().filter(
        organization_id=team.unit_id, person=person, role__actions__contains=[ANSWER]
    )
    return rows.exists()
