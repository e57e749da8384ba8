"""The actions of the notifications wing, with the roles that start with them."""

from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import ADMINISTRATORS, ENROLLERS, EVERYONE

register("notifications.read", "Read one's own bell", roles=EVERYONE, reach=Reach.ANYONE)
register(
    "notifications.operate",
    "See what waits, failed or was parked in the outbox, and send it again",
    roles=ADMINISTRATORS,
)
register("notifications.edit_templates", "Edit message templates", roles=ADMINISTRATORS)
register(
    "notifications.read_posts",
    "Read the enroller portal's notifications",
    roles=ENROLLERS - {"producer"},
    reach=Reach.ANYONE,
)
register(
    "notifications.announce",
    "Ring the bells of agencies and entities with words of one's own, and withdraw them",
    roles=ADMINISTRATORS | {"distribution_services_staff"},
)
register(
    "notifications.announce_to_all",
    "Ring the bells of everybody, of staff or of offices with words of one's own",
    roles=ADMINISTRATORS,
)
register(
    "notifications.post",
    "Write, publish and withdraw the enroller portal's notifications",
    roles={"distribution_services_staff"},
)
