"""The promises of escalation tickets (decision 9)."""

from portal.clocks.promises import PolicySpec, register

TICKET_POLICIES = (
    PolicySpec(
        "ticket.resolve",
        "Resolve the ticket",
        10,
        target=7,
        citation="7–10 business days (decision 9)",
    ),
    PolicySpec("ticket.consumer_answer", "Answer from the consumer", 30, target=5),
    PolicySpec("ticket.auto_close", "Close after resolution", 5),
)

register(*TICKET_POLICIES)
