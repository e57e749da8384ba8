"""The promise producers are given, and the patience with those who were asked (MD-20)."""

from escalations.producers.table import ANSWER, REPLY
from portal.clocks.promises import PolicySpec, register

POLICIES = (
    PolicySpec(
        REPLY,
        "Reply to the producer",
        2,
        citation="“You can expect a reply within 2 business days.” (MD-20)",
    ),
    PolicySpec(ANSWER, "Answer from the producer", 5, citation="Set here; not in the guide"),
)

register(*POLICIES, exchanges=["maryland"])
