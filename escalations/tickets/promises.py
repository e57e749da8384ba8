"""The promises of escalation tickets and of the Service Center's other work (decisions 9, 10)."""

from portal.clocks.models import SlaPolicy
from portal.clocks.promises import PolicySpec, register

_CALENDAR_DAYS = SlaPolicy.Measure.CALENDAR_DAYS

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
_OMBUDS = "Service Center timelines published by the Ombuds office"
SERVICE_CENTER_POLICIES = (
    PolicySpec("help_desk.submit", "Submit the help desk ticket", 2),
    PolicySpec("help_desk.review", "Review with the vendor", 5, citation="Decision 10"),
    PolicySpec(
        "access_to_care.contact_urgent",
        "Contact the consumer (urgent)",
        2,
        target=1,
        citation=_OMBUDS,
    ),
    PolicySpec("access_to_care.resolve_urgent", "Resolve (urgent)", 5, citation=_OMBUDS),
    PolicySpec("access_to_care.contact", "Contact the consumer", 3, citation=_OMBUDS),
    PolicySpec("access_to_care.resolve", "Resolve", 15, citation=_OMBUDS),
    PolicySpec(
        "complaint.update",
        "Update the consumer; then Ombuds-eligible",
        30,
        target=25,
        measure=_CALENDAR_DAYS,
        citation="The Ombuds takes complaints more than 30 days old without an update",
    ),
    PolicySpec(
        "form_1095a.resolve",
        "Answer the 1095-A dispute",
        60,
        target=45,
        measure=_CALENDAR_DAYS,
        citation="60 days of submission",
    ),
    PolicySpec("verification.resolve", "Verify", 5),
    PolicySpec("social_media.resolve", "Answer the contact", 2),
    PolicySpec("qhp_contact.resolve", "Answer the health plan", 5),
    PolicySpec("system_error.resolve", "Resolve the system error", 10, target=7),
    PolicySpec("privacy_contact.resolve", "Answer the Privacy Office", 5),
    PolicySpec("meds_license.resolve", "Decide on the license", 10, target=7),
)

register(*TICKET_POLICIES)
register(*SERVICE_CENTER_POLICIES, exchanges=["covered-california"])
