"""The demonstration's ticket types, routing tables, resolution codes and referral directory.

Types and best practices of the four tabled escalations are those of ES-04; the routing table is
decision 4; phones of the referral directory are the public ones of the bodies themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.demo import maryland, service_center
from escalations.constituent.directory import add_referral_contact
from escalations.constituent.models import ReferralContact
from escalations.producers.table import KIND as PRODUCER_ESCALATION
from escalations.tickets import configuration
from escalations.tickets.models import ResolutionCode, RoutingRule, TicketType
from portal.help_requests.configuration import found_help_requests
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization

Contact = ReferralContact.Kind


@dataclass(frozen=True)
class TypeSpec:
    key: str
    label: str
    best_practices: tuple[str, ...] = ()
    yearly_counts: Mapping[str, int] = field(default_factory=dict)
    #: How its tickets are worked; a key of :mod:`escalations.tickets.workkinds`.
    kind: str = "ticket"


@dataclass(frozen=True)
class Line:
    """One line of a routing table; an empty type is any type."""

    ticket_type: str
    queue: str
    why: str
    only_urgent: bool = False


@dataclass(frozen=True)
class ContactSpec:
    name: str
    kind: str
    helps_with: str
    phone: str = ""
    aliases: tuple[str, ...] = ()


_TABLED_TYPES = (
    TypeSpec(
        "non-payment-reinstatement",
        "Non-Payment Reinstatement",
        (
            "Ensure consumers are keeping up with their insurance payments, including"
            " autopayments.",
            "For Autopay Users: Whenever a change is made to an enrollment, follow up with the"
            " carrier to ensure the autopay is continuing and not cancelled.",
        ),
        {"2025": 2722},
    ),
    TypeSpec(
        "rop-reinstatement",
        "ROP (Reasonable Opportunity Period) Reinstatement",
        (
            "Accurate and complete data entry will ensure, when possible, e-verification can"
            " take place.",
            "When requested, make sure documents have been uploaded so they can be reviewed.",
            "Check in periodically to verify the document has been reviewed and the request has"
            " been cleared.",
            "If not, call the Service Center.",
        ),
        {"2025": 2645},
    ),
    TypeSpec(
        "date-change",
        "Termination Date Change / Effective Date Change",
        (
            "Make sure to use the correct Qualified Life Event date when reporting a change for"
            " special enrollment.",
            "If a consumer's current coverage is ending 8/31/25, enter that date for the QLE"
            " date rather than 9/1/25.",
            "Report terminations in a timely manner to avoid getting the incorrect termination"
            " date.",
        ),
        {"2025": 2381},
    ),
    TypeSpec(
        "eligibility-aptc",
        "Eligibility / APTC Discrepancy",
        (
            "For Mixed Households, make sure that the consumer has reported the correct"
            " information to their local county office.",
            "This will help avoid unexpected changes being applied by the local county office.",
            "When renewals start or when you have been delegated to a new case, review your"
            " consumers application for any changes.",
            "Make sure that Consent for Verification is updated prior to expiration.",
            "This information is found in your Daily Email Summaries.",
        ),
        {"2025": 2143},
    ),
)

_COVERED_CALIFORNIA_TYPES = (
    *_TABLED_TYPES,
    TypeSpec("access-to-care", "Access to care"),
    TypeSpec("formal-complaint", "Formal written complaint"),
    TypeSpec("complaint", "Complaint received in the Service Center"),
    TypeSpec("system-error", "System error"),
    TypeSpec("form-1095a", "1095-A dispute"),
    TypeSpec("social-media", "Social media contact"),
    TypeSpec("qhp-contact", "Qualified Health Plan (QHP) contact"),
    TypeSpec("help-desk-ticket", "CalHEERS/ESS help desk ticket"),
    TypeSpec("manual-verification", "Manual verification"),
    TypeSpec("dmhc-contact", "DMHC contact"),
    TypeSpec("privacy-office", "Privacy Office contact"),
    TypeSpec("meds-license", "MEDS license request"),
    TypeSpec("appeal", "Appeal"),
    TypeSpec("appeal-over-capacity", "Appeal over the Appeals unit's capacity"),
    TypeSpec("constituent-case", "Constituent case from External Affairs"),
)

_COVERED_CALIFORNIA_LINES = (
    Line(
        "access-to-care",
        "escalations-unit",
        "Urgent access to care goes to the Escalations Unit at once.",
        only_urgent=True,
    ),
    Line("access-to-care", "escalations-unit", "Access to care goes to the Escalations Unit."),
    Line(
        "formal-complaint",
        "escalations-unit",
        "Formal written complaints go to the Escalations Unit.",
    ),
    Line("system-error", "escalations-unit", "System errors go to the Escalations Unit."),
    Line("dmhc-contact", "escalations-unit", "The Escalations Unit is the liaison for DMHC."),
    Line(
        "privacy-office",
        "escalations-unit",
        "The Escalations Unit is the Privacy Office's single point of contact.",
    ),
    Line("meds-license", "escalations-unit", "The Escalations Unit manages MEDS licenses."),
    Line(
        "complaint",
        "program-assistance-unit",
        "Complaints received in the Service Center go to the Program Assistance Unit.",
    ),
    Line(
        "appeal-over-capacity",
        "program-assistance-unit",
        "Appeals over capacity go to the Program Assistance Unit.",
    ),
    Line("appeal", "appeals", "Appeals go to the Appeals unit."),
    Line(
        "form-1095a",
        "priority-support-unit",
        "1095-A disputes go to the Priority Support Unit.",
    ),
    Line(
        "social-media",
        "priority-support-unit",
        "Social media contacts go to the Priority Support Unit.",
    ),
    Line(
        "qhp-contact",
        "priority-support-unit",
        "QHP contacts go to the Priority Support Unit.",
    ),
    Line(
        "help-desk-ticket",
        "priority-support-unit",
        "The Priority Support Unit tracks help desk tickets.",
    ),
    Line(
        "manual-verification",
        "agent-cec-service-center",
        "Manual verifications stay with the first tier.",
    ),
    Line("", "escalations-unit", "Most cases are handled by the Escalations Unit (EA-11)."),
)

_MARYLAND_TYPES = (
    TypeSpec("consumer-enrollment", "Consumer Enrollment Issue", kind=PRODUCER_ESCALATION),
    TypeSpec("determination", "Determination Issue", kind=PRODUCER_ESCALATION),
    TypeSpec("system-error", "System Error Issue", kind=PRODUCER_ESCALATION),
    TypeSpec("termination", "Termination Issue", kind=PRODUCER_ESCALATION),
    TypeSpec("form-1095a", "1095 A Issue", kind=PRODUCER_ESCALATION),
    TypeSpec("commission", "Commission Issue", kind=PRODUCER_ESCALATION),
)

_MARYLAND_LINES = (
    Line("commission", "producer-operations", "Commission issues belong to Producer Operations."),
    Line("", "escalated-cases-team", "All other issues go to the Escalated Cases team."),
)

_CALCHOICE_TYPES = (
    *(
        TypeSpec(key, label, kind="member_case")
        for key, label in (
            ("eligibility", "General eligibility"),
            ("billing", "Billing"),
            ("id-card", "ID card"),
            ("email-enquiry", "Email enquiry"),
            ("plan-comparison", "Plan comparison"),
            ("claims-dispute", "Claims dispute"),
            ("regulatory-inquiry", "Regulatory inquiry"),
            ("legal-referral", "Legal referral"),
        )
    ),
    TypeSpec("formal-appeal", "Formal appeal", kind="plan_appeal"),
)

_CALCHOICE_LINES = (
    Line("formal-appeal", "tier-3", "Formal appeals go to Tier 3."),
    Line("regulatory-inquiry", "tier-3", "Regulatory inquiries go to Tier 3."),
    Line("legal-referral", "tier-3", "Legal referrals go to Tier 3."),
    Line("plan-comparison", "tier-2", "Plan comparisons go to Tier 2."),
    Line("claims-dispute", "tier-2", "Claims disputes go to Tier 2."),
    Line("", "tier-1", "Routine issues begin with Tier 1."),
)

_TYPES = {
    "covered-california": _COVERED_CALIFORNIA_TYPES,
    "maryland": _MARYLAND_TYPES,
    "calchoice": _CALCHOICE_TYPES,
}
_LINES = {
    "covered-california": _COVERED_CALIFORNIA_LINES,
    "maryland": _MARYLAND_LINES,
    "calchoice": _CALCHOICE_LINES,
}

RESOLUTION_CODES = {
    "coverage-reinstated": "Coverage reinstated",
    "date-corrected": "Date corrected",
    "eligibility-corrected": "Eligibility corrected",
    "care-arranged": "Care arranged with the health plan",
    "explained": "Explained to the consumer",
    "data-fixed": "Data fixed by the help desk",
    "no-response": "No response from the consumer",
    "denied": "Not possible under the rules",
}

_PLAN = "Bills, identification cards, claims and care of its members"
REFERRAL_CONTACTS = (
    ContactSpec(
        "Department of Managed Health Care",
        Contact.REGULATOR,
        "Complaints about a health plan; Independent Medical Review",
        "1-888-466-2219 (TDD 1-877-688-9891)",
        ("DMHC",),
    ),
    ContactSpec(
        "California Department of Insurance",
        Contact.REGULATOR,
        "Complaints about an insurance carrier or agent",
        "1-800-927-4357 (TTY 1-800-482-4833)",
        ("CDI",),
    ),
    ContactSpec(
        "Department of Health Care Services",
        Contact.AGENCY,
        "Medi-Cal",
        "1-888-452-8609",
        ("DHCS", "Medi-Cal Ombudsman"),
    ),
    ContactSpec(
        "Health Consumer Alliance",
        Contact.OTHER,
        "Free legal help with health coverage",
        "1-888-804-3536",
        ("HCA", "Health Care Alliance(HCA)"),
    ),
    ContactSpec(
        "Department of Social Services, State Hearings Division",
        Contact.AGENCY,
        "State fair hearings",
        "1-855-795-0634",
        ("CDSS",),
    ),
    ContactSpec(
        "Centers for Medicare & Medicaid Services",
        Contact.AGENCY,
        "Medicare; rules of the federal marketplace",
        aliases=("CMS",),
    ),
    ContactSpec(
        "County social services office",
        Contact.AGENCY,
        "Medi-Cal applications and renewals of people in the county",
        aliases=("County office", "Medi-Cal office"),
    ),
    *(
        ContactSpec(name, Contact.PLAN, _PLAN)
        for name in ("Anthem Blue Cross", "Blue Shield of California", "Health Net")
    ),
    ContactSpec("Kaiser Permanente", Contact.PLAN, _PLAN),
    ContactSpec("L.A. Care Health Plan", Contact.PLAN, _PLAN),
    ContactSpec("Molina Healthcare", Contact.PLAN, _PLAN),
)


def found_rules(*, actor: Actor, organizations: Mapping[str, Organization]) -> None:
    """Give the actor's exchange the types, lines, codes and contacts it lacks.

    A routing table that has lines is left as it is: where a new one belongs is not for us to say.
    """
    slug = actor.exchange.slug
    is_california = slug == "covered-california"
    types = {row.key: row for row in TicketType.objects.filter(exchange=actor.exchange)}
    for spec in _TYPES[slug]:
        if spec.key not in types:
            types[spec.key] = configuration.add_type(
                actor=actor,
                key=spec.key,
                label=spec.label,
                kind=service_center.KINDS.get(spec.key, spec.kind) if is_california else spec.kind,
                fields=service_center.FIELDS.get(spec.key, ()) if is_california else (),
                usual_exception=(
                    service_center.USUAL_EXCEPTIONS.get(spec.key, "") if is_california else ""
                ),
                best_practices=spec.best_practices,
                yearly_counts=spec.yearly_counts,
            )
    if not RoutingRule.objects.filter(exchange=actor.exchange).exists():
        for line in _LINES[slug]:
            configuration.add_rule(
                actor=actor,
                ticket_type=types[line.ticket_type] if line.ticket_type else None,
                only_urgent=line.only_urgent,
                queue=organizations[line.queue],
                why=line.why,
            )
    codes = set(ResolutionCode.objects.values_list("key", flat=True))
    for key, label in RESOLUTION_CODES.items():
        if key not in codes:
            configuration.add_resolution_code(actor=actor, key=key, label=label)
    if is_california:
        _found_directory(actor)
        found_help_requests(actor=actor)
    if slug == "maryland":
        maryland.found_producers(actor=actor, types=types)


def _found_directory(actor: Actor) -> None:
    known = set(ReferralContact.objects.values_list("name", flat=True))
    for spec in REFERRAL_CONTACTS:
        if spec.name not in known:
            add_referral_contact(
                actor=actor,
                name=spec.name,
                kind=spec.kind,
                helps_with=spec.helps_with,
                phone=spec.phone,
                aliases=spec.aliases,
            )
