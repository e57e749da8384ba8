"""Who has a secure mailbox: agencies and entities, and the exchange's own staff.

Government offices write on their cases, behind the release gate, and have none.
"""

from notifications.mailbox.names import ANSWER, CONFIGURE, HOLD, USE
from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import ADMINISTRATORS, ENROLLERS, STAFF, UNIT_WORKERS

register(
    USE,
    "Read and write in one's own secure mailbox",
    roles=STAFF | (ENROLLERS - {"producer"}),
    reach=Reach.ANYONE,
)
register(ANSWER, "Read and answer what is written to one's team", roles=UNIT_WORKERS)
register(
    CONFIGURE,
    "Say which teams can be written to, and how long mailboxes keep what they hold",
    roles=ADMINISTRATORS,
)
register(
    HOLD,
    "Keep a conversation from being deleted (legal hold)",
    roles={"privacy_officer", "compliance_officer"},
)
