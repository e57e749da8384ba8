"""The actions of the releases room, with the roles that start with them."""

from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import EXTERNAL_AFFAIRS, OFFICE

register(
    "releases.submit",
    "Send in a release form",
    roles=OFFICE | EXTERNAL_AFFAIRS,
    reach=Reach.ANYONE,
)
register(
    "releases.view",
    "See release forms and their state",
    roles=EXTERNAL_AFFAIRS | {"privacy_officer"},
)
register("releases.decide", "Check a release form: valid or deficient", roles=EXTERNAL_AFFAIRS)
register(
    "releases.request_override",
    "Ask for a release to count although the check is incomplete",
    roles=EXTERNAL_AFFAIRS,
)
register(
    "releases.confirm_override",
    "Confirm, as a second person, a release somebody else asked to let count",
    roles={"ea_lead", "privacy_officer"},
)
register("releases.revoke", "Revoke a release form", roles=EXTERNAL_AFFAIRS | {"privacy_officer"})
register(
    "releases.request_digital",
    "Send the constituent a link to sign a release",
    roles=EXTERNAL_AFFAIRS,
)
