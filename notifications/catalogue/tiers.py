"""Messages on members' cases in tiers, and on their appeals."""

from notifications import recipients as to
from notifications.catalogue.base import to_employer, to_staff

MESSAGES = (
    to_staff(
        "tiers.escalated",
        "A case has come up to your tier",
        "{number} has come up to your tier",
        "{number} has been moved up to your tier, with the reasons and the documents on record.",
        to.leads_of_queue,
        source="CC-18, C.9",
    ),
    to_staff(
        "tiers.lowered",
        "A case has come back to your tier",
        "{number} has come back to your tier",
        "{number} has been sent back to your tier by the tier above, with the reasons on record.",
        to.leads_of_queue,
        source="CC-19",
    ),
    to_staff(
        "tiers.case_manager",
        "You are the case manager",
        "You are the case manager of {number}",
        "You have been made the case manager of {number}.",
        to.the_one_named,
        source="CC-18",
    ),
    to_staff(
        "tiers.answer_due",
        "Nobody has answered yet",
        "{number}: ask again",
        "{number} has waited for an answer for five business days.",
        to.owner_or_queue,
        source="C.9",
    ),
    to_staff(
        "tiers.expedited",
        "An appeal is expedited",
        "{number} is expedited: 72 hours",
        "{number} has been expedited as medically necessary. It must be decided within 72 hours.",
        to.owner_and_leads,
        source="CC-15, C.8",
    ),
    to_employer(
        "tiers.resolved",
        "A case your company brought is resolved",
        "{number} has been resolved",
        "{number}, which your company brought, has been resolved.",
        source="C.9",
    ),
)
