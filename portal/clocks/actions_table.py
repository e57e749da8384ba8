"""The actions of the clocks room, with the roles that start with them."""

from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import ADMINISTRATORS, EVERYONE, ROLES, STAFF

_LEADS = frozenset(key for key in STAFF if ROLES[key].lead)

register(
    "clocks.view_calendar",
    "See the exchange's hours and holidays",
    roles=EVERYONE,
    reach=Reach.ANYONE,
)
register("clocks.view_policies", "See the deadlines each kind of case has", roles=STAFF)
register(
    "clocks.edit_calendar",
    "Edit business calendars, after a preview of every deadline that would move",
    roles=ADMINISTRATORS | {"workforce_analyst"},
)
register("clocks.edit_policies", "Edit SLA policies", roles=ADMINISTRATORS)
register(
    "clocks.simulate",
    "Try other deadlines or hours on the recorded cases",
    roles=ADMINISTRATORS | {"workforce_analyst"} | _LEADS,
)
