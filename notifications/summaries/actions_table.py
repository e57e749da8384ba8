"""Who gets a daily summary (SM-02, SM-03): whoever may have consumers of their own, and leads.

Admin Staff have no consumers (decision 18), and producers of other exchanges no enroller portal.
"""

from notifications.summaries.models import READ, READ_TEAM, SET_RULES
from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import ADMINISTRATORS

_LEADS = frozenset({"agency_manager", "entity_primary_contact"})
_WORKING = frozenset({"agent_level_1", "agent_level_2", "certified_enrollment_counselor"})

register(
    READ, "Get a daily summary, and read one's own", roles=_LEADS | _WORKING, reach=Reach.ANYONE
)
register(
    READ_TEAM,
    "Get the manager's daily summary, of all enrollers of the organization",
    roles=_LEADS,
    reach=Reach.ANYONE,
)
register(
    SET_RULES,
    "Set when daily summaries are made, and how long they are kept",
    roles=ADMINISTRATORS,
)
