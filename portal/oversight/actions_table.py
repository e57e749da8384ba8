"""The actions of the oversight room, with the roles that start with them (X-07)."""

from portal.tenancy.actions import register
from portal.tenancy.roles import EXTERNAL_AFFAIRS, ROLES, UNIT_WORKERS, UNLED_WORKERS

_LEADS = frozenset(key for key in UNIT_WORKERS | EXTERNAL_AFFAIRS if ROLES[key].lead)

register("oversight.view", "See the unit's open work in numbers", roles=_LEADS | UNLED_WORKERS)
