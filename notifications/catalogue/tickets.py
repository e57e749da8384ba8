"""Messages on escalation tickets."""

from notifications import recipients as to
from notifications.catalogue.base import to_enroller, to_staff

MESSAGES = (
    to_staff(
        "ticket.opened",
        "A new ticket in the queue",
        "New ticket {number} in your queue",
        "Ticket {number} has been routed to your unit's queue.",
        to.leads_of_queue,
        source="C.1 5",
    ),
    to_staff(
        "ticket.carrier_follow_up_due",
        "Follow up with the health plan",
        "{number}: follow up with the health plan",
        "{number} has waited for a health plan for five business days.",
        to.owner_or_queue,
        source="ES-03, C.2a 6",
    ),
    to_staff(
        "ticket.help_desk_review_due",
        "Look after the help desk ticket",
        "{number}: look after the help desk ticket",
        "{number} has waited for a help desk ticket for another five business days.",
        to.owner_or_queue,
        source="ES-03, C.2a 5",
    ),
    to_staff(
        "ticket.returned",
        "A ticket came back",
        "{number} has been returned",
        "{number} has been returned to whoever opened it, with the reason.",
        to.opener,
        source="C.2a 11",
    ),
    to_enroller(
        "ticket.exception_carrier",
        "An exception: a health plan is asked",
        "{number}: we are coordinating with a health plan",
        "{number} needs coordination with a health plan. It is an exception to our usual 7-10"
        " business days: we follow up with the health plan every five business days.",
        source="ES-03, C.2a 6",
    ),
    to_enroller(
        "ticket.exception_help_desk",
        "An exception: a help desk ticket is needed",
        "{number}: a help desk ticket is needed",
        "{number} requires a help desk ticket. It is an exception to our usual 7-10 business days:"
        " we look after the help desk ticket every five business days.",
        source="ES-03, C.2a 5",
    ),
    to_enroller(
        "ticket.resolved",
        "Resolved",
        "{number} has been resolved",
        "{number} has been resolved.",
        source="C.2a 9",
    ),
)
