"""Who reads alerts and briefings, and who writes them (AL-01, PN-02)."""

from notifications.briefings.names import READ, SET_RULES, WRITE
from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import ADMINISTRATORS, ENROLLERS

register(
    READ,
    "Get enroller alerts and briefings, and search their archive",
    roles=ENROLLERS - {"producer"},
    reach=Reach.ANYONE,
)
register(
    WRITE,
    "Write, approve and send enroller alerts and briefings",
    roles={"distribution_services_staff"},
)
register(
    SET_RULES,
    "Set the contact and the newsroom that stand under enroller briefings",
    roles=ADMINISTRATORS,
)
