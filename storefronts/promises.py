"""The promises of a storefront's review (C.6)."""

from portal.clocks.models import SlaPolicy
from portal.clocks.promises import PolicySpec, register
from storefronts.table import ANSWER, REMINDERS, REVIEW

register(
    PolicySpec(REVIEW, "Decide about a storefront application", 10, target=8, citation="C.6"),
    PolicySpec(
        ANSWER,
        "Answer from the applicant",
        30,
        measure=SlaPolicy.Measure.CALENDAR_DAYS,
        citation="C.6: no answer in 30 days",
    ),
    PolicySpec(
        REMINDERS,
        "Remind the applicant of the questions",
        10,
        target=5,
        citation="C.6: reminders after 5 and 10 business days",
    ),
    exchanges=["covered-california"],
)
