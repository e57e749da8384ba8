"""The demonstration's exchanges and the bodies in and around them (T-01, SC-03…SC-18)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.tenancy.models import Organization

Kind = Organization.Kind


@dataclass(frozen=True)
class ExchangeSpec:
    slug: str
    name: str
    short_name: str
    time_zone: str
    contact_email: str
    contact_phone: str
    modules: tuple[str, ...]
    number_formats: Mapping[str, str]
    shop_and_compare_url: str = ""
    website_origins: tuple[str, ...] = ()

    def as_fields(self) -> dict[str, Any]:
        """Column values of a new exchange; a demonstration asks for no second factor."""
        return {
            "name": self.name,
            "short_name": self.short_name,
            "time_zone": self.time_zone,
            "contact_email": self.contact_email,
            "contact_phone": self.contact_phone,
            "modules": list(self.modules),
            "number_formats": dict(self.number_formats),
            "shop_and_compare_url": self.shop_and_compare_url,
            "website_origins": list(self.website_origins),
            "require_second_factor": False,
            "is_demo": True,
        }


#: Kinds of work of the Service Center, with the prefix of their numbers.
_SERVICE_CENTER_WORK = (
    ("help_desk", "HD"),
    ("access_to_care", "AC"),
    ("complaint", "CO"),
    ("form_1095a", "TX"),
    ("verification", "MV"),
    ("social_media", "SM"),
    ("qhp_contact", "QH"),
    ("system_error", "SE"),
    ("privacy_contact", "PV"),
    ("meds_license", "ML"),
)

#: Rooms of the enroller portal that are no kind of case.
_ENROLLER_PORTAL = ("enroller_portal", "delegations", "toolkits", "book", "summaries")

EXCHANGES = (
    ExchangeSpec(
        "covered-california",
        "Covered California",
        "Covered CA",
        "America/Los_Angeles",
        "externalaffairs@covered.example",
        "(916) 555-0100",
        (
            *("constituent", "ticket", "appeal", "crw", "help_request", "storefront"),
            *(key for key, _ in _SERVICE_CENTER_WORK),
            *_ENROLLER_PORTAL,
        ),
        {
            "constituent": "EA-{year}-{sequence:06d}",
            "ticket": "ES-{year}-{sequence:06d}",
            "appeal": "AP-{year}-{sequence:06d}",
            "crw": "CRW-{year}-{sequence:06d}",
            "help_request": "HR-{year}-{sequence:06d}",
            "storefront": "SF-{year}-{sequence:06d}",
            **{key: f"{prefix}-{{year}}-{{sequence:06d}}" for key, prefix in _SERVICE_CENTER_WORK},
        },
        "https://compare.covered.example/",
        ("https://www.covered.example",),
    ),
    ExchangeSpec(
        "maryland",
        "Maryland Health Connection",
        "MHC",
        "America/New_York",
        "ect@mhc.example",
        "(410) 555-0100",
        ("producer_escalation",),
        {"producer_escalation": "{day}-{sequence:07d}"},
    ),
    ExchangeSpec(
        "calchoice",
        "CalChoice",
        "CalChoice",
        "America/Los_Angeles",
        "service@calchoice.example",
        "(714) 555-0100",
        ("member_case", "plan_appeal"),
        {
            "member_case": "CC-{year}-{sequence:06d}",
            "plan_appeal": "PA-{year}-{sequence:06d}",
        },
    ),
)


@dataclass(frozen=True)
class Body:
    """One organization; ``parent`` is the code of one listed before it."""

    code: str
    name: str
    kind: str
    parent: str = ""
    has_queue: bool = False
    aliases: tuple[str, ...] = ()
    #: What the body does, one duty a line, as its exchange prints it.
    duties: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""


def _workstreams(parent: str, *names: tuple[str, str]) -> tuple[Body, ...]:
    return tuple(Body(f"{parent}-{code}", name, Kind.WORKSTREAM, parent) for code, name in names)


_SERVICE_CENTER = (
    Body(
        "service-center-operations",
        "Service Center Call/Contact Center Operations",
        Kind.BRANCH,
        "exchange",
        duties=(
            "Tier 1 support for consumer assistance with application enrollment",
            "Inbound calls via the Interactive Voice Response (IVR)",
            "Processing of manual verifications",
        ),
    ),
    Body(
        "rancho",
        "Rancho Call/Contact Center Operations",
        Kind.SUB_BRANCH,
        "service-center-operations",
    ),
    *_workstreams(
        "rancho",
        ("calls", "Inbound Calls (Rancho)"),
        ("manual", "Manual Workstream (Rancho)"),
        ("helpline", "Health Plan/County Helpline – Specialty Team"),
    ),
    Body(
        "fresno",
        "Fresno Call/Contact Center Operations",
        Kind.SUB_BRANCH,
        "service-center-operations",
    ),
    *_workstreams(
        "fresno",
        ("calls", "Inbound Calls (Fresno)"),
        ("manual", "Manual Workstream (Fresno)"),
        ("surge", "Pinnacle Surge Assistance – Specialty Team"),
    ),
    Body(
        "surge-vendor",
        "Surge Vendor Call/Contact Center Operations",
        Kind.SUB_BRANCH,
        "service-center-operations",
        duties=(
            "200 – 600 staff depending upon call/chat volumes and time of year",
            "The majority of the bilingual resources",
        ),
    ),
    *_workstreams(
        "surge-vendor",
        ("calls", "Inbound Calls (Surge Vendor)"),
        ("manual", "Manual Workstream (Surge Vendor)"),
        ("chat", "Chat – Specialty Team"),
        ("bilingual", "Bilingual Teams"),
    ),
    Body(
        "service-center-support",
        "Service Center Support Services",
        Kind.BRANCH,
        "exchange",
        duties=(
            "Tier 2 support for consumer assistance",
            "Support of Service Center Operations",
        ),
    ),
    Body(
        "internal-compliance",
        "Internal Compliance & Support",
        Kind.SUB_BRANCH,
        "service-center-support",
    ),
    Body(
        "priority-support-unit",
        "Priority Support Unit",
        Kind.UNIT,
        "internal-compliance",
        has_queue=True,
        duties=(
            "Escalated assistance for Service Center Staff",
            "Social Media Support",
            "1095-A dispute resolution",
            "Qualified Health Plan (QHP) contact",
            "CalHEERS/ESS ticket tracking and submission for the Service Center",
        ),
    ),
    Body(
        "quality-assurance",
        "Quality Assurance Unit",
        Kind.UNIT,
        "internal-compliance",
        duties=(
            "Monitoring and evaluating incoming phone calls",
            "Monitoring and evaluating outgoing phone calls",
            "Monitoring and evaluating paper application keying",
            "Process development to evaluate additional work areas",
        ),
    ),
    Body(
        "consumer-relations",
        "Consumer Relations & Resolution",
        Kind.SUB_BRANCH,
        "service-center-support",
    ),
    Body(
        "appeals",
        "Appeals",
        Kind.UNIT,
        "consumer-relations",
        has_queue=True,
        duties=(
            "Researching and working appeals to try to informally resolve",
            "Statements of position and documentation to the consumer and CDSS before a hearing",
            "Attending formal hearings with an Administrative Law Judge (ALJ) from CDSS",
            "Implementing the ALJ decisions",
            "Transfer of cases to the Department of Managed Health Care (DMHC) when appropriate",
        ),
    ),
    Body(
        "program-assistance-unit",
        "Program Assistance Unit",
        Kind.UNIT,
        "consumer-relations",
        has_queue=True,
        duties=(
            "Resolves appeals and complaints received in the Service Center",
            "Creates statements of position before a scheduled hearing",
            "Attends formal hearings and implements the ALJ decisions",
            "Resolves urgent and non-urgent access to care issues",
            "Works closely with all Health Plans to resolve access to care issues",
            "Responds to written complaints filed by consumers",
            "Help desk tickets requesting data fixes for complex consumer cases",
        ),
    ),
    Body(
        "escalations-unit",
        "Escalations Unit",
        Kind.UNIT,
        "consumer-relations",
        has_queue=True,
        aliases=("Escalation Resolution Unit",),
        duties=(
            "Resolves urgent and non-urgent access to care issues",
            "Works closely with all Health Plans to resolve access to care issues",
            "Responds to formal written complaints filed by consumers",
            "Help desk tickets requesting data fixes for complex consumer cases",
            "Primary program liaison for DMHC and the Health Consumer Alliance (HCA)",
            "Complex system error cases with Program Integrity and Plan Management",
            "Single point of contact for the Privacy Office",
            "Concerns related to the QHP/QDP with the Plan Management Division",
            "Medi-Cal Eligibility Database System (MEDS) contract and licenses",
        ),
    ),
    Body(
        "resource-planning",
        "Resource Planning & Management",
        Kind.SUB_BRANCH,
        "service-center-support",
    ),
    Body(
        "administrative-support",
        "Administrative Support Unit",
        Kind.UNIT,
        "resource-planning",
        duties=(
            "HR liaison for the Service Centers",
            "Timekeeping and payroll processing",
            "Contract management and procurement",
            "Business Services Branch (BSB) liaison",
            "Manages the budget and the budget process",
            "IT liaison for onboarding and off boarding",
            "Reception",
        ),
    ),
    Body(
        "workforce-management",
        "Workforce Management Unit",
        Kind.UNIT,
        "resource-planning",
        duties=(
            "Forecasting and scheduling Service Center Operation staff",
            "Communication of Service Center data",
            "Identifies trends that impact performance and makes recommendations",
            "Coordinates the workstreams to keep a balanced workload",
        ),
    ),
)

_COVERED_CALIFORNIA = (
    Body("exchange", "Covered California", Kind.EXCHANGE),
    Body(
        "external-affairs",
        "External Affairs",
        Kind.UNIT,
        "exchange",
        has_queue=True,
        duties=("Constituent cases of government offices",),
        email="externalaffairs@covered.example",
    ),
    *_SERVICE_CENTER,
    Body(
        "agent-cec-service-center",
        "Agent/CEC Service Center",
        Kind.UNIT,
        "exchange",
        has_queue=True,
        duties=("Calls and help requests of certified enrollers",),
    ),
    Body("outreach-and-sales", "Outreach and Sales", Kind.UNIT, "exchange", has_queue=True),
    Body(
        "distribution-services",
        "Distribution Services Unit",
        Kind.WORKSTREAM,
        "outreach-and-sales",
        duties=("Notices, toolkits and storefronts of certified enrollers",),
    ),
    Body("legal-affairs", "Office of Legal Affairs", Kind.UNIT, "exchange"),
    Body("plan-management", "Plan Management Division", Kind.UNIT, "exchange"),
    Body("program-integrity", "Program Integrity Division", Kind.UNIT, "exchange"),
    Body("business-services", "Business Services Branch", Kind.BRANCH, "exchange"),
    Body("agent-contracts", "Agent Contracts", Kind.UNIT, "exchange", has_queue=True),
    Body("certification-services", "Certification Services", Kind.UNIT, "exchange", has_queue=True),
    Body("privacy-office", "Privacy Office", Kind.UNIT, "exchange"),
    Body("assembly-13", "Assembly District 13", Kind.GOVERNMENT_OFFICE, phone="(209) 555-0113"),
    Body("senate-07", "Senate District 7", Kind.GOVERNMENT_OFFICE, phone="(925) 555-0107"),
    Body("assembly-62", "Assembly District 62", Kind.GOVERNMENT_OFFICE, phone="(562) 555-0162"),
    Body("supervisor-3", "County Supervisor, District 3", Kind.GOVERNMENT_OFFICE),
    Body("sunrise", "Sunrise Insurance Agency", Kind.AGENCY, phone="(559) 555-0121"),
    Body("harbor", "Harbor Benefits Group", Kind.AGENCY, phone="(310) 555-0122"),
    Body("bridge-clinic", "Bridge Community Clinic", Kind.ENTITY, phone="(510) 555-0123"),
    Body("meadowlark", "Meadowlark Health Plan", Kind.CARRIER, phone="(800) 555-0131"),
    Body("pacific-crest", "Pacific Crest Health Plan", Kind.CARRIER, phone="(800) 555-0132"),
    Body("golden-valley", "Golden Valley Dental", Kind.CARRIER, phone="(800) 555-0133"),
)

_MARYLAND = (
    Body("exchange", "Maryland Health Connection", Kind.EXCHANGE),
    Body(
        "producer-support-hotline",
        "Producer Support Hotline",
        Kind.UNIT,
        "exchange",
        has_queue=True,
    ),
    Body("escalated-cases-team", "Escalated Cases Team", Kind.UNIT, "exchange", has_queue=True),
    Body("producer-operations", "Producer Operations", Kind.UNIT, "exchange", has_queue=True),
    Body("training-support", "Training Support", Kind.UNIT, "exchange", has_queue=True),
    Body("chesapeake", "Chesapeake Producers", Kind.AGENCY, phone="(410) 555-0141"),
    Body("bay-brokers", "Bay Brokers", Kind.AGENCY, phone="(443) 555-0142"),
    Body("patapsco", "Patapsco Mutual Health", Kind.CARRIER, phone="(800) 555-0143"),
)

_CALCHOICE = (
    Body("exchange", "CalChoice", Kind.EXCHANGE),
    Body("tier-1", "Tier 1 Member Services", Kind.UNIT, "exchange", has_queue=True),
    Body("tier-2", "Tier 2 Benefits Specialists", Kind.UNIT, "exchange", has_queue=True),
    Body("tier-3", "Tier 3 Appeals & Compliance", Kind.UNIT, "exchange", has_queue=True),
    Body("compliance", "Compliance", Kind.UNIT, "exchange"),
    Body(
        "overflow-vendor",
        "Overflow Contact Center",
        Kind.OUTSIDE_BODY,
        duties=("Answers members' calls for Tier 1 when all lines are taken",),
    ),
    Body("harvest-bakery", "Harvest Bakery", Kind.EMPLOYER, phone="(714) 555-0151"),
    Body("tidepool", "Tidepool Surf Supply", Kind.EMPLOYER, phone="(714) 555-0152"),
    Body("sierra-choice", "Sierra Choice Health", Kind.CARRIER, phone="(800) 555-0153"),
)

#: Exchange slug → its bodies, parents first.
ORGANIZATIONS: dict[str, tuple[Body, ...]] = {
    "covered-california": _COVERED_CALIFORNIA,
    "maryland": _MARYLAND,
    "calchoice": _CALCHOICE,
}
