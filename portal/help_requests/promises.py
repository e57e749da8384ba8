"""What enrollers are promised, and how long a request waits for them (C.4; proposed)."""

from portal.clocks.promises import PolicySpec, register
from portal.help_requests.table import ANSWER, AUTO_CLOSE, FIRST_RESPONSE

_PROPOSED = "Proposed here; no figure is published"

POLICIES = (
    PolicySpec(FIRST_RESPONSE, "First response to a help request", 2, citation=_PROPOSED),
    PolicySpec(ANSWER, "Answer from the enroller", 10, citation=_PROPOSED),
    PolicySpec(AUTO_CLOSE, "Close a resolved help request", 5, citation=_PROPOSED),
)

register(*POLICIES, exchanges=["covered-california"])
