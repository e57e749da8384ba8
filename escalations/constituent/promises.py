"""The promises of constituent cases (decision 8)."""

from portal.clocks.promises import PolicySpec, register

CONSTITUENT_POLICIES = (
    PolicySpec("constituent.acknowledge", "Acknowledge the case", 1, citation="Decision 8"),
    PolicySpec("constituent.jurisdiction", "Decide on jurisdiction", 2, citation="Decision 8"),
    PolicySpec("constituent.first_update", "First update to the office", 5, citation="Decision 8"),
    PolicySpec("constituent.update", "Next update to the office", 5, citation="Decision 8"),
    PolicySpec(
        "constituent.office_answer",
        "Answer from the office",
        10,
        target=3,
        citation="Reminder after 3 business days, to the lead after 10",
    ),
    PolicySpec("constituent.tell_office", "Tell the office the outcome", 1),
    PolicySpec("constituent.auto_close", "Close after resolution", 5),
)

register(*CONSTITUENT_POLICIES)
