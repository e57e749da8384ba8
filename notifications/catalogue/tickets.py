"""Messages on escalation tickets."""

from notifications import recipients as to
from notifications.catalogue.base import to_staff

MESSAGES = (
    to_staff(
        "ticket.opened",
        "A new ticket in the queue",
        "New ticket {number} in your queue",
        "Ticket {number} has been routed to your unit's queue.",
        to.leads_of_queue,
        source="C.1 5",
    ),
)
