"""The actions of the help requests room, with the roles that start with them (C.4, decision 18).

Admin Staff may ask about the agency's or an enroller's profile, which is office work, but bring no
consumer's case: they see consumers and never act for them (decision 18).
"""

from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import ADMINISTRATORS, UNIT_WORKERS

#: AM, A1, A2, PC, CEC of C.4.
ASKERS = frozenset(
    {
        "agency_manager",
        "agent_level_1",
        "agent_level_2",
        "entity_primary_contact",
        "certified_enrollment_counselor",
    }
)
ENROLLERS = ASKERS | {"admin_staff_1", "admin_staff_2"}
#: The Agent/CEC Service Center, Agent Contracts and Certification Services (HR-02).
TEAMS = frozenset({"service_center_representative", "contracts_staff", "certification_staff"})

register(
    "help_requests.submit",
    "Submit a help request about one's agency, entity or profile",
    roles=ENROLLERS,
    reach=Reach.ANYONE,
)
register(
    "help_requests.submit_consumer",
    "Submit a help request about a consumer",
    roles=ASKERS,
    reach=Reach.ANYONE,
)
register(
    "help_requests.view_own",
    "See one's own help requests; a lead those of the agency or entity",
    roles=ENROLLERS,
    reach=Reach.ANYONE,
)
register(
    "help_requests.reply",
    "Reply on one's help request, reopen or cancel it",
    roles=ENROLLERS,
    reach=Reach.ANYONE,
)
register(
    "help_requests.rate",
    "Say how satisfied one is with a closed help request",
    roles=ENROLLERS,
    reach=Reach.ANYONE,
)
register(
    "help_requests.view",
    "See the help requests of one's unit, and those it works an escalation for",
    roles=UNIT_WORKERS,
)
register("help_requests.work", "Work a help request: start, ask, re-route, resolve", roles=TEAMS)
register(
    "help_requests.escalate",
    "Turn a help request into an escalation ticket",
    roles={"service_center_representative"},
)
register(
    "help_requests.view_figures",
    "See how satisfied enrollers are with help requests",
    roles=TEAMS | ADMINISTRATORS | {"quality_analyst", "workforce_analyst"},
)
register(
    "help_requests.configure",
    "Configure help topics and the teams that answer them",
    roles=ADMINISTRATORS,
)
