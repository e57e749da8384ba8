"""The actions of the reports room, with the roles that start with them."""

from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import ADMINISTRATORS, ROLES, STAFF

_LEADS = frozenset(key for key in STAFF if ROLES[key].lead)

register(
    "reports.view",
    "See reports: who held the cases, in business minutes",
    roles=ADMINISTRATORS | {"workforce_analyst", "quality_analyst"} | _LEADS,
)
# Which reports somebody may run, each report says for itself.
register(
    "reports.mine",
    "Run reports of one's own work, and keep them",
    roles={
        "agency_manager",
        "agent_level_1",
        "agent_level_2",
        "admin_staff_1",
        "admin_staff_2",
        "entity_primary_contact",
        "certified_enrollment_counselor",
        "distribution_services_staff",
    },
    reach=Reach.ANYONE,
)
