"""The actions of the toolkits, with the roles that start with them."""

from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import ADMINISTRATORS, ENROLLERS, STAFF
from portal.toolkits.models import HISTORY, VIEW, WRITE

register(
    VIEW,
    "Read and search the Enroller Toolkits",
    roles=STAFF | ENROLLERS,
    reach=Reach.ANYONE,
)
register(HISTORY, "Read earlier versions of toolkit entries", roles=STAFF)
register(
    WRITE,
    "Write, publish and withdraw toolkit entries",
    roles=ADMINISTRATORS | {"distribution_services_staff"},
)
