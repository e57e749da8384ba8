"""The actions of the tickets room, with the roles that start with them."""

from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import ENROLLERS, EXTERNAL_AFFAIRS, ROLES, UNIT_WORKERS

#: Those who resolve complex cases by asking for data fixes (SC-13, SC-14).
_RESOLVERS = frozenset(
    {
        "escalations_specialist",
        "escalations_lead",
        "program_assistance_specialist",
        "priority_support_specialist",
        "appeals_specialist",
    }
)
_LEADS = frozenset(key for key in UNIT_WORKERS if ROLES[key].lead)

register("tickets.view", "See the unit's tickets", roles=UNIT_WORKERS | EXTERNAL_AFFAIRS)
register("tickets.open", "Open a ticket", roles=UNIT_WORKERS)
register(
    "tickets.view_own",
    "See where the tickets one brought stand",
    roles=ENROLLERS,
    reach=Reach.ANYONE,
)
register(
    "tickets.track_help_desk",
    "Submit help desk tickets to the vendor and track them",
    roles={"priority_support_specialist"},
)
register(
    "tickets.request_help_desk",
    "See all help desk tickets, to let a case wait for one",
    roles=_RESOLVERS,
)
register(
    "tickets.view_privacy",
    "See the Privacy Office's contacts",
    roles={"escalations_specialist", "escalations_lead", "privacy_officer"},
)
register("tickets.view_workload", "See who of one's unit has how much in hand", roles=_LEADS)
register("tickets.work", "Work a ticket: start, ask, record contacts, resolve", roles=UNIT_WORKERS)
register("tickets.return", "Return a ticket to whoever sent it", roles=UNIT_WORKERS)
register("tickets.reopen", "Reopen a resolved ticket", roles=UNIT_WORKERS)
register("tickets.set_urgent", "Mark a ticket urgent", roles=UNIT_WORKERS)
register("tickets.clear_urgent", "Take the urgent mark off a ticket", roles=_LEADS)
register("tickets.import", "Import tickets from a feed", roles={"exchange_administrator"})
register(
    "tickets.configure",
    "Configure ticket types and the routing table",
    roles={"exchange_administrator"},
)
register(
    "tickets.view_types",
    "See the ticket types and their best practices",
    roles=UNIT_WORKERS | EXTERNAL_AFFAIRS | {"exchange_administrator"},
)
