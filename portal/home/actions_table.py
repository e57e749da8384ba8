"""The actions of the home room, with the roles that start with them."""

from portal.tenancy.actions import Reach, register

#: Those who enroll consumers: Admin Staff do not (decision 18).
_WHO_ENROLL = frozenset(
    {
        "agency_manager",
        "agent_level_1",
        "agent_level_2",
        "entity_primary_contact",
        "certified_enrollment_counselor",
    }
)

register(
    "home.shop_and_compare",
    "Open Shop and Compare and print one's own details for consumers",
    roles=_WHO_ENROLL,
    reach=Reach.ANYONE,
)
