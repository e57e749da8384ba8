"""Messages on appeals: number, status and link; what it is about stays behind the sign-in."""

from notifications import recipients as to
from notifications.catalogue.base import BOTH, to_staff

MESSAGES = (
    to_staff(
        "appeal.opened",
        "A new appeal in the queue",
        "New appeal {number} in your queue",
        "Appeal {number} has been routed to your unit's queue.",
        to.leads_of_queue,
        source="C.8 1",
    ),
    to_staff(
        "appeal.hearing_set",
        "CDSS set a hearing",
        "A hearing is set in {number}",
        "CDSS set a hearing in appeal {number}. What is due before it is on the case.",
        to.owner_or_queue,
        channels=BOTH,
        source="C.8 8",
    ),
    to_staff(
        "appeal.hearing_postponed",
        "CDSS postponed a hearing",
        "The hearing in {number} is postponed",
        "CDSS postponed the hearing in appeal {number}.",
        to.owner_or_queue,
        channels=BOTH,
        source="C.8 10",
    ),
    to_staff(
        "appeal.decided",
        "A decision was issued",
        "A decision is on record in {number}",
        "The judge decided appeal {number}. The time to implement it runs.",
        to.owner_or_queue,
        channels=BOTH,
        source="C.8 11",
    ),
    to_staff(
        "appeal.dismissed",
        "CDSS dismissed an appeal",
        "Appeal {number} was dismissed",
        "CDSS dismissed appeal {number}.",
        to.owner_or_queue,
        source="C.8 14",
    ),
    to_staff(
        "appeal.second_level",
        "An appeal went to the second level",
        "Appeal {number} went to the second level",
        "The appellant in {number} went to CMS/HHS. The Office of Legal Affairs has it with you.",
        to.owner_or_queue,
        source="AP-06, C.8 13",
    ),
)
