"""The promises of escalation tickets (decisions 9 and 10)."""

from portal.clocks.promises import PolicySpec, register

#: Shared by every kind of ticket: what runs while one waits, and after it is resolved.
SHARED = (
    PolicySpec("ticket.consumer_answer", "Answer from the consumer", 30, target=5),
    PolicySpec("ticket.enroller_answer", "Answer from the enroller", 30, target=5),
    PolicySpec(
        "ticket.carrier_follow_up", "Follow up with the health plan", 5, citation="Decision 10"
    ),
    PolicySpec("ticket.help_desk_review", "Review the help desk ticket", 5, citation="Decision 10"),
    PolicySpec("ticket.auto_close", "Close after resolution", 5),
)
TICKET_POLICIES = (
    PolicySpec(
        "ticket.resolve",
        "Resolve the ticket",
        10,
        target=7,
        citation="7–10 business days (decision 9)",
    ),
    *SHARED,
)

register(*TICKET_POLICIES)
