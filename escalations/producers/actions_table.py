"""The actions of the producers room, with the roles that start with them (MD-01)."""

from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import ADMINISTRATORS

PRODUCERS = frozenset({"producer", "agency_manager"})
#: Hotline, Escalated Cases team and Producer Operations: one desk for producers (C.2b 7).
DESK = frozenset({"hotline_representative", "escalated_cases_worker", "producer_operations_staff"})
RECORDERS = frozenset({"hotline_representative", "producer_operations_staff"})

register(
    "producers.escalate",
    "Escalate issues of one's consumers",
    roles=PRODUCERS,
    reach=Reach.ANYONE,
)
register(
    "producers.view_own",
    "See one's own escalations; a manager those of the agency",
    roles=PRODUCERS,
    reach=Reach.ANYONE,
)
register("producers.reply", "Reply on one's escalation", roles=PRODUCERS, reach=Reach.ANYONE)
register(
    "producers.help",
    "See where producers find help",
    roles=PRODUCERS | DESK | ADMINISTRATORS | {"training_support_staff"},
    reach=Reach.ANYONE,
)
register("producers.view_all", "See every producer's escalation", roles=DESK)
register("producers.record", "Record a producer's call or mail", roles=RECORDERS)
register("producers.screen", "Release or redact a held reply", roles=DESK)
register(
    "producers.configure",
    "Configure producers' types, help contacts and NPNs",
    roles=ADMINISTRATORS,
)
