"""What somebody may see of a ticket."""

from escalations.releases.gate import Decision, Disclosure, record_disclosure
from escalations.tickets.models import TicketDetail
from portal.casework.models import Case
from portal.casework.projection import CaseDetailView, Section, common_detail
from portal.tenancy.actor import Actor


def project(actor: Actor, case: Case, *, surface: str = "page") -> CaseDetailView:
    """A ticket for somebody who may know of it; looking at it is recorded.

    Tickets are the exchange's own work: only its staff may know of one (see ``visible``).
    """
    detail = TicketDetail.objects.select_related("ticket_type", "resolution_code").get(case=case)
    contacts = case.contacts.select_related("recorded_by")
    sections = [
        Section(
            "consumer",
            "Consumer",
            (
                ("consumer_name", "Name", detail.consumer_name),
                ("consumer_case_number", "Case # or Application ID #", detail.consumer_case_number),
                ("consumer_phone", "Telephone", detail.consumer_phone),
                ("consumer_email", "Email", detail.consumer_email),
            ),
        ),
        Section(
            "issue",
            "Issue",
            (
                ("ticket_type", "Type", detail.ticket_type.label),
                ("summary", "What it is about", detail.summary),
                ("routed_because", "Why it was routed here", detail.routed_because),
                *(
                    (f"facts.{key}", key.replace("_", " ").capitalize(), value)
                    for key, value in detail.facts.items()
                ),
            ),
        ),
        Section(
            "contacts",
            "Contacts with the consumer",
            tuple(
                (
                    "contact",
                    f"{contact.get_channel_display()}, {contact.get_outcome_display().lower()}",
                    {
                        "at": contact.at,
                        "text": contact.summary,
                        "by": contact.recorded_by.full_name if contact.recorded_by else "System",
                    },
                )
                for contact in contacts
            ),
        ),
    ]
    if detail.resolution_code:
        sections.append(
            Section(
                "resolution",
                "Resolution",
                (
                    ("resolution_code", "Resolution", detail.resolution_code.label),
                    ("resolution_steps", "Steps taken", detail.resolution_steps),
                ),
            )
        )
    fields = [key for section in sections for key, _, value in section.rows if value]
    record_disclosure(
        actor=actor,
        cases=[case.pk],
        decision=Decision(Disclosure.DETAIL),
        fields=[*fields, "notes", "files"],
        surface=surface,
    )
    return CaseDetailView(sections=sections, **common_detail(case, actor))
