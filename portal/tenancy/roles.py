"""The roles of the field, by the names the source documents use (T-01…T-05, decision 18)."""

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """Roles that stand in the same relation to the exchange."""

    OFFICE = "office"
    ENROLLER = "enroller"
    EMPLOYER = "employer"
    EXTERNAL_AFFAIRS = "external-affairs"
    UNIT = "unit"
    OVERSIGHT = "oversight"
    ADMINISTRATION = "administration"


@dataclass(frozen=True)
class RoleSpec:
    key: str
    label: str
    family: Family
    #: Leads may reassign their unit's work and receive its breaches.
    lead: bool = False

    @property
    def outside(self) -> bool:
        """True for people who do not work for the exchange."""
        return self.family in (Family.OFFICE, Family.ENROLLER, Family.EMPLOYER)


_SPECS = (
    RoleSpec("ea_analyst", "External Affairs analyst", Family.EXTERNAL_AFFAIRS),
    RoleSpec("ea_lead", "External Affairs lead", Family.EXTERNAL_AFFAIRS, lead=True),
    RoleSpec("escalations_specialist", "Escalations specialist", Family.UNIT),
    RoleSpec("escalations_lead", "Escalations lead", Family.UNIT, lead=True),
    RoleSpec("priority_support_specialist", "Priority support specialist", Family.UNIT),
    RoleSpec("program_assistance_specialist", "Program assistance specialist", Family.UNIT),
    RoleSpec("appeals_specialist", "Appeals specialist", Family.UNIT),
    RoleSpec("service_center_representative", "Service Center representative", Family.UNIT),
    RoleSpec("distribution_services_staff", "Distribution services staff", Family.UNIT),
    RoleSpec("contracts_staff", "Contracts staff", Family.UNIT),
    RoleSpec("certification_staff", "Certification staff", Family.UNIT),
    RoleSpec("hotline_representative", "Hotline representative", Family.UNIT),
    RoleSpec("escalated_cases_worker", "Escalated cases worker", Family.UNIT),
    RoleSpec("producer_operations_staff", "Producer operations staff", Family.UNIT),
    RoleSpec("training_support_staff", "Training support staff", Family.UNIT),
    RoleSpec("tier1_representative", "Tier 1 representative", Family.UNIT),
    RoleSpec("tier2_specialist", "Tier 2 specialist", Family.UNIT),
    RoleSpec("tier3_specialist", "Tier 3 specialist", Family.UNIT),
    RoleSpec("quality_analyst", "Quality analyst", Family.OVERSIGHT),
    RoleSpec("workforce_analyst", "Workforce analyst", Family.OVERSIGHT),
    RoleSpec("privacy_officer", "Privacy officer", Family.OVERSIGHT),
    RoleSpec("compliance_officer", "Compliance officer", Family.OVERSIGHT),
    RoleSpec("exchange_administrator", "Exchange administrator", Family.ADMINISTRATION),
    RoleSpec("office_manager", "Office manager", Family.OFFICE, lead=True),
    RoleSpec("office_staff", "Office staff", Family.OFFICE),
    RoleSpec("agency_manager", "Agency Manager", Family.ENROLLER, lead=True),
    RoleSpec("agent_level_1", "Agent Level 1", Family.ENROLLER),
    RoleSpec("agent_level_2", "Agent Level 2", Family.ENROLLER),
    RoleSpec("admin_staff_1", "Admin Staff Level 1", Family.ENROLLER),
    RoleSpec("admin_staff_2", "Admin Staff Level 2", Family.ENROLLER),
    RoleSpec("entity_primary_contact", "Entity Primary Contact", Family.ENROLLER, lead=True),
    RoleSpec("certified_enrollment_counselor", "Certified Enrollment Counselor", Family.ENROLLER),
    RoleSpec("producer", "Producer", Family.ENROLLER),
    RoleSpec("group_plan_administrator", "Group Plan Administrator", Family.EMPLOYER),
)

ROLES: dict[str, RoleSpec] = {spec.key: spec for spec in _SPECS}


def in_family(*families: Family) -> frozenset[str]:
    """Keys of every role in these families."""
    return frozenset(spec.key for spec in _SPECS if spec.family in families)


OFFICE = in_family(Family.OFFICE)
EXTERNAL_AFFAIRS = in_family(Family.EXTERNAL_AFFAIRS)
UNIT_WORKERS = in_family(Family.UNIT)
ENROLLERS = in_family(Family.ENROLLER)
#: Units for which the sources name no lead: colleagues hand on each other's work, are the second
#: pair of eyes, and see the unit's work in numbers.
UNLED_WORKERS = UNIT_WORKERS - {"escalations_specialist", "escalations_lead"}
STAFF = frozenset(spec.key for spec in _SPECS if not spec.outside)
EVERYONE = frozenset(ROLES)
ADMINISTRATORS = frozenset({"exchange_administrator"})
#: Which kinds of organization a role of each family may be held in.
OUTSIDE_KINDS = {
    Family.OFFICE: {"government_office"},
    Family.ENROLLER: {"agency", "entity"},
    Family.EMPLOYER: {"employer"},
}
