"""The actions of the room of mail coming in, with the roles that start with them."""

from portal.tenancy.actions import register
from portal.tenancy.roles import ADMINISTRATORS, EXTERNAL_AFFAIRS

register(
    "inbound.triage",
    "See the mail that came in, and decide on what is held",
    roles=EXTERNAL_AFFAIRS,
)
register(
    "inbound.configure",
    "Set up the mailbox and the addresses offices write from",
    roles=ADMINISTRATORS | {"ea_lead"},
)
