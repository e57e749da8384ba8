"""The promises of a storefront's review (C.6)."""

from portal.clocks.models import SlaPolicy
from portal.clocks.promises import PolicySpec, register
from storefronts.table import ANSWER, REVIEW

register(
    PolicySpec(REVIEW, "Decide about a storefront application", 10, target=8, citation="C.6"),
    PolicySpec(
        ANSWER,
        "Answer from the applicant",
        30,
        measure=SlaPolicy.Measure.CALENDAR_DAYS,
        citation="C.6: no answer in 30 days",
    ),
    exchanges=["covered-california"],
)
