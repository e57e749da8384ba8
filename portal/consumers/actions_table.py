"""Who may see consumers (T-02, X-07, decision 18)."""

from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import ADMINISTRATORS

_ADMIN_STAFF = frozenset({"admin_staff_1", "admin_staff_2"})
_LEADS = frozenset({"agency_manager", "entity_primary_contact"})
_OWN = frozenset({"agent_level_1", "agent_level_2", "certified_enrollment_counselor"})

register(
    "consumers.view",
    "See any consumer's page",
    roles={
        "service_center_representative",
        "distribution_services_staff",
        "escalations_specialist",
        "escalations_lead",
        "priority_support_specialist",
        "program_assistance_specialist",
        "privacy_officer",
    },
)
register(
    "consumers.view_organization",
    "See the consumers of all of one's agency's or entity's enrollers",
    roles=_LEADS | _ADMIN_STAFF,
    reach=Reach.ANYONE,
)
register(
    "consumers.view_own",
    "See the consumers delegated to oneself",
    roles=_OWN,
    reach=Reach.ANYONE,
)
register(
    "consumers.import",
    "Import files of the eligibility system",
    roles=ADMINISTRATORS | {"distribution_services_staff"},
)
