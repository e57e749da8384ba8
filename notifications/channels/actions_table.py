"""Who chooses channels, who sets an exchange's rules, and who registers webhooks."""

from notifications.channels.hooks import MANAGE
from notifications.channels.services import CHOOSE, SET_RULES
from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import ADMINISTRATORS, EVERYONE

register(CHOOSE, "Choose how one is told", roles=EVERYONE, reach=Reach.ANYONE)
register(
    SET_RULES, "Set quiet hours and how people are told who have not chosen", roles=ADMINISTRATORS
)
register(
    MANAGE,
    "Register webhooks of one's organization, or of the exchange",
    roles=ADMINISTRATORS | {"agency_manager", "entity_primary_contact", "office_manager"},
    reach=Reach.ANYONE,
)
