"""Who may delegate, decide, transfer and end (C.7, decision 18; docs/decisions/0016)."""

from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import ADMINISTRATORS

#: Those a consumer can be delegated to.
_CERTIFIED = frozenset(
    {"agency_manager", "agent_level_1", "agent_level_2", "certified_enrollment_counselor"}
)
_LEADS = frozenset({"agency_manager", "entity_primary_contact"})
_ADMIN_STAFF = frozenset({"admin_staff_1", "admin_staff_2"})

register(
    "delegations.search",
    "Use the Delegation Tool",
    roles=_CERTIFIED,
    reach=Reach.ANYONE,
)
register(
    "delegations.view",
    "See pending, accepted and past delegations",
    roles=_CERTIFIED | _LEADS | _ADMIN_STAFF,
    reach=Reach.ANYONE,
)
register(
    "delegations.decide",
    "Accept or decline a pending delegation",
    roles=_CERTIFIED | _LEADS,
    reach=Reach.ANYONE,
)
register(
    "delegations.transfer",
    "Transfer delegations within the agency or entity",
    roles=_LEADS | {"admin_staff_2"},
    reach=Reach.ANYONE,
)
register(
    "delegations.end",
    "End a delegation of one's own book",
    roles=_CERTIFIED | _LEADS,
    reach=Reach.ANYONE,
)
register(
    "delegations.manage",
    "Add or remove a consumer's delegation with the primary contact on the phone",
    roles={"service_center_representative"},
)
register(
    "delegations.configure",
    "Publish disclaimers and set the rules of delegations",
    roles=ADMINISTRATORS,
)
