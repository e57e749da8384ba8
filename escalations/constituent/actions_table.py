"""The actions of the constituent room, with the roles that start with them."""

from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import EXTERNAL_AFFAIRS, OFFICE, UNIT_WORKERS

register(
    "constituent.view",
    "See constituent cases: an office its own, External Affairs all, a unit those it works for",
    roles=OFFICE | EXTERNAL_AFFAIRS | UNIT_WORKERS,
    reach=Reach.ANYONE,
)
register("constituent.submit", "Submit a constituent's case", roles=OFFICE, reach=Reach.ANYONE)
register(
    "constituent.reply",
    "Answer what External Affairs asks the office",
    roles=OFFICE,
    reach=Reach.ANYONE,
)
register("constituent.record", "Record a case from a phone call or letter", roles=EXTERNAL_AFFAIRS)
register("constituent.acknowledge", "Acknowledge receipt to the office", roles=EXTERNAL_AFFAIRS)
register("constituent.decide_jurisdiction", "Determine jurisdiction", roles=EXTERNAL_AFFAIRS)
register("constituent.refer", "Refer a case out, with the right contact", roles=EXTERNAL_AFFAIRS)
register("constituent.assign_division", "Assign a case to a division", roles=EXTERNAL_AFFAIRS)
register("constituent.ask_office", "Ask the office for information", roles=EXTERNAL_AFFAIRS)
register("constituent.update", "Post an update for the office", roles=EXTERNAL_AFFAIRS)
register("constituent.close", "Tell the office and close", roles=EXTERNAL_AFFAIRS)
register("constituent.reopen", "Reopen a case", roles=EXTERNAL_AFFAIRS)
register("constituent.end", "Mark a case as a duplicate or as withdrawn", roles=EXTERNAL_AFFAIRS)
register("constituent.edit", "Complete or correct what the office sent", roles=EXTERNAL_AFFAIRS)
