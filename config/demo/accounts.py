"""The demonstration's accounts: one for every role, all with the demonstration's one password."""

from dataclasses import dataclass

PLATFORM_EMAIL = "root@platform.example"


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in; ``organization`` and ``role`` are keys."""

    exchange: str
    organization: str
    role: str
    email: str
    name: str


def _accounts(exchange: str, *rows: tuple[str, str, str, str]) -> tuple[Account, ...]:
    return tuple(Account(exchange, *row) for row in rows)


_COVERED_CALIFORNIA = _accounts(
    "covered-california",
    ("external-affairs", "ea_analyst", "ea.analyst@covered.example", "Maribel Ochoa"),
    ("external-affairs", "ea_lead", "ea.lead@covered.example", "Desmond Achterberg"),
    (
        "escalations-unit",
        "escalations_specialist",
        "eru.specialist@covered.example",
        "Thao Vang",
    ),
    ("escalations-unit", "escalations_lead", "eru.lead@covered.example", "Ingrid Solheim"),
    (
        "priority-support-unit",
        "priority_support_specialist",
        "psu.specialist@covered.example",
        "Anahit Petrosyan",
    ),
    (
        "program-assistance-unit",
        "program_assistance_specialist",
        "pau.specialist@covered.example",
        "Kwame Boateng",
    ),
    ("appeals", "appeals_specialist", "appeals.specialist@covered.example", "Noor Haddad"),
    (
        "agent-cec-service-center",
        "service_center_representative",
        "scr@covered.example",
        "Luis Barrientos",
    ),
    ("quality-assurance", "quality_analyst", "qa.analyst@covered.example", "Priya Raghavan"),
    (
        "workforce-management",
        "workforce_analyst",
        "wfm.analyst@covered.example",
        "Oskar Lindqvist",
    ),
    (
        "outreach-and-sales",
        "distribution_services_staff",
        "osd.staff@covered.example",
        "Camille Fontenot",
    ),
    (
        "outreach-and-sales",
        "distribution_services_staff",
        "osd.staff2@covered.example",
        "Teodoro Balagtas",
    ),
    ("agent-contracts", "contracts_staff", "contracts@covered.example", "Hideo Nakagawa"),
    (
        "certification-services",
        "certification_staff",
        "certification@covered.example",
        "Rosalind Whitehorse",
    ),
    ("privacy-office", "privacy_officer", "privacy@covered.example", "Farah Daryani"),
    ("exchange", "exchange_administrator", "admin@covered.example", "Tobias Reinholt"),
    ("assembly-13", "office_manager", "manager@assembly13.example", "Geraldine Pacheco"),
    ("assembly-13", "office_staff", "staff@assembly13.example", "Malik Johnson-Reyes"),
    ("assembly-13", "office_staff", "staff2@assembly13.example", "Yesenia Duarte"),
    ("senate-07", "office_staff", "staff@senate07.example", "Harriet Blom"),
    ("sunrise", "agency_manager", "manager@sunrise.example", "Bao Quyen Dinh"),
    ("sunrise", "agent_level_1", "agent1@sunrise.example", "Elena Marchetti"),
    ("sunrise", "agent_level_2", "agent2@sunrise.example", "Samuel Okonkwo"),
    ("sunrise", "agent_level_2", "agent2b@sunrise.example", "Mei-Ling Tsai"),
    ("sunrise", "admin_staff_2", "admin2@sunrise.example", "Paulina Kowal"),
    ("harbor", "agency_manager", "manager@harbor.example", "Reuben Castellanos"),
    ("harbor", "agent_level_2", "agent2@harbor.example", "Aroha Tamatea"),
    ("bridge-clinic", "entity_primary_contact", "contact@bridge.example", "Solomon Adeyemi"),
    ("bridge-clinic", "certified_enrollment_counselor", "cec@bridge.example", "Lucía Bermejo"),
)

_MARYLAND = _accounts(
    "maryland",
    ("chesapeake", "producer", "producer@chesapeake.example", "Winifred Oakes"),
    ("bay-brokers", "producer", "producer@baybrokers.example", "Dominic Treadwell"),
    (
        "producer-support-hotline",
        "hotline_representative",
        "hotline@mhc.example",
        "Keisha Ambrose",
    ),
    ("escalated-cases-team", "escalated_cases_worker", "ect@mhc.example", "Jonas Feldstein"),
    ("producer-operations", "producer_operations_staff", "pot@mhc.example", "Marguerite Sloane"),
    ("training-support", "training_support_staff", "training@mhc.example", "Ravi Chaudhary"),
    ("exchange", "exchange_administrator", "admin@mhc.example", "Beatrix Halloran"),
)

_CALCHOICE = _accounts(
    "calchoice",
    ("tier-1", "tier1_representative", "tier1@calchoice.example", "Joaquín Villaseñor"),
    ("tier-2", "tier2_specialist", "tier2@calchoice.example", "Sunniva Aas"),
    ("tier-3", "tier3_specialist", "tier3@calchoice.example", "Emeka Nwosu"),
    ("compliance", "compliance_officer", "compliance@calchoice.example", "Philippa Stroud"),
    ("harvest-bakery", "group_plan_administrator", "admin@harvestbakery.example", "Agnes Molnár"),
    ("exchange", "exchange_administrator", "admin@calchoice.example", "Cornelius Vance"),
)

ACCOUNTS = _COVERED_CALIFORNIA + _MARYLAND + _CALCHOICE

#: Invented license and certification numbers of those who enroll.
LICENSES = {
    "manager@sunrise.example": "0X10001",
    "agent1@sunrise.example": "0X10002",
    "agent2@sunrise.example": "0X10003",
    "agent2b@sunrise.example": "0X10004",
    "manager@harbor.example": "0X20001",
    "agent2@harbor.example": "0X20002",
    "contact@bridge.example": "CEC-300001",
    "cec@bridge.example": "CEC-300002",
}
