"""The actions of the oversight room, with the roles that start with them (X-07)."""

from portal.tenancy.actions import register
from portal.tenancy.roles import EXTERNAL_AFFAIRS, ROLES, UNIT_WORKERS

#: Units without a role for leads are led from above; an administrator may give it to others.
_LEADS = frozenset(key for key in UNIT_WORKERS | EXTERNAL_AFFAIRS if ROLES[key].lead)

register("oversight.view", "See the unit's open work in numbers", roles=_LEADS)
