"""The actions the tenancy room itself offers, with the roles that start with them."""

from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import ADMINISTRATORS, EVERYONE, ROLES, STAFF

register(
    "tenancy.sign_in",
    "Sign in and see one's own profile and sessions",
    roles=EVERYONE,
    reach=Reach.ANYONE,
)
register(
    "tenancy.administer",
    "Administer organizations, people, roles and the exchange's settings",
    roles=ADMINISTRATORS,
)
register(
    "tenancy.invite",
    "Invite people into one's own organization",
    roles=ADMINISTRATORS | {"office_manager", "agency_manager", "entity_primary_contact"},
    reach=Reach.ANYONE,
)
register(
    "tenancy.set_skills",
    "Set languages, skills and caps of the people of one's unit",
    roles=ADMINISTRATORS | {key for key in STAFF if ROLES[key].lead},
)
register("tenancy.api_token", "Hold API tokens of one's own", roles=EVERYONE, reach=Reach.ANYONE)
register(
    "tenancy.view_organizations",
    "See the exchange's units, their duties and queues, and the bodies around it",
    roles=STAFF,
)
