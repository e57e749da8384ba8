"""Messages every kind of case has, and those of clocks and outbox."""

from notifications import recipients as to
from notifications.catalogue.base import BELL, BOTH, COMMON, Circle, MessageKind, to_staff

MESSAGES = (
    to_staff(
        "case.assigned",
        "A case was assigned to you",
        "{number} has been assigned to you",
        "{number} has been assigned to you.",
        to.the_one_named,
        channels=BOTH,
        source="EA-13",
    ),
    to_staff(
        "case.transferred",
        "A case came to the unit",
        "{number} has been transferred to your unit",
        "{number} has been transferred to your unit's queue. Its deadlines have not changed.",
        to.leads_of_queue,
        source="C.0",
    ),
    to_staff(
        "case.mentioned",
        "Named in a note",
        "You were named in a note on {number}",
        "A colleague named you in an internal note on {number}.",
        to.those_mentioned,
        source="C.0",
    ),
    to_staff(
        "case.changed",
        "A watched case changed",
        "{number}, which you watch, has moved on",
        "The status of {number} has changed.",
        to.watchers,
        source="C.0",
    ),
    to_staff(
        "sla.warning",
        "A deadline is near",
        "{number}: a deadline is near",
        "A deadline of {number} is near.",
        to.owner_or_queue,
        source="N-21",
    ),
    to_staff(
        "sla.breach",
        "A deadline has passed",
        "{number}: a deadline has passed",
        "A deadline of {number} has passed.",
        to.owner_and_leads,
        channels=BOTH,
        source="N-21",
    ),
    MessageKind(
        key="outbox.parked",
        label="A message could not be handled",
        circle=Circle.STAFF,
        channels=BELL,
        subject="A message was parked and needs a person",
        body="A message could not be handled, or a mail may not have arrived. Open the outbox,"
        " see why, and send it again if need be:\n{link}",
        recipients=to.operators,
        variables=COMMON,
        required=frozenset(),
        source="E 11",
    ),
)
