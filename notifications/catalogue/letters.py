"""Messages on response letters: to staff only, by bell, with no word of the letter (CC-28)."""

from collections.abc import Iterable

from notifications import recipients as to
from notifications.catalogue.base import to_staff
from portal.casework.models import OutboxMessage, TimelineEvent
from portal.tenancy.models import Membership, Person


def approvers(message: OutboxMessage) -> Iterable[Person]:
    """Those who approve letters in the case's unit, but for whoever asked; without such, those of
    the whole exchange. Who is not shown the case is left out when the message is sent."""
    rows = Membership.objects.current().filter(
        exchange_id=message.exchange_id, role__actions__contains=["letters.approve"]
    )
    asked_by = TimelineEvent.objects.filter(pk=message.data.get("event")).values("actor_id")
    rows = rows.exclude(person_id__in=asked_by.filter(actor__isnull=False))
    queue = message.case.queue if message.case else None
    if queue is not None:
        near = rows.in_organization(queue)
        if near.exists():
            rows = near
    return Person.objects.filter(pk__in=rows.values("person_id"))


MESSAGES = (
    to_staff(
        "letter.approval_asked",
        "A letter waits for approval",
        "Case {number}: a letter waits for your approval",
        "A colleague has written a letter on case {number}. Somebody else has to approve it before"
        " it is sent.",
        approvers,
        source="CC-28",
    ),
    to_staff(
        "letter.approved",
        "A letter was approved",
        "Case {number}: your letter was approved",
        "The letter you wrote on case {number} was approved and filed. Send it, and record how.",
        to.the_one_named,
        source="CC-28",
    ),
    to_staff(
        "letter.returned",
        "A letter was returned",
        "Case {number}: your letter was returned",
        "The letter you wrote on case {number} was returned. Sign in to read what has to change.",
        to.the_one_named,
        source="CC-28",
    ),
)
