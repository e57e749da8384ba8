"""The actions of the reports room, with the roles that start with them."""

from portal.tenancy.actions import register
from portal.tenancy.roles import ADMINISTRATORS, ROLES, STAFF

_LEADS = frozenset(key for key in STAFF if ROLES[key].lead)

register(
    "reports.view",
    "See reports: who held the cases, in business minutes",
    roles=ADMINISTRATORS | {"workforce_analyst", "quality_analyst"} | _LEADS,
)
