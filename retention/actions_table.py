"""Who may do what in the workspace (CRW-05, CRW-06, CRW-16, decision 18)."""

from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import ADMINISTRATORS

_AGENTS = frozenset({"agent_level_1", "agent_level_2", "certified_enrollment_counselor"})
_LEADS = frozenset({"agency_manager", "entity_primary_contact"})
_OUTREACH = frozenset({"distribution_services_staff"})

register(
    "retention.view_own",
    "See the CRW cases one works",
    roles=_AGENTS | _LEADS,
    reach=Reach.ANYONE,
)
register(
    "retention.view_organization",
    "See the CRW cases of all of one's agency's or entity's enrollers",
    roles=_LEADS,
    reach=Reach.ANYONE,
)
register("retention.view_all", "See every CRW case", roles=_OUTREACH)
register(
    "retention.work",
    "Work a CRW case: log interactions, close",
    roles=_AGENTS | _LEADS,
    reach=Reach.ANYONE,
)
register(
    "retention.transfer",
    "Transfer CRW cases to another Agent Level 2 of the agency",
    roles={"agency_manager"},
    reach=Reach.ANYONE,
)
register(
    "retention.reopen",
    "Reopen a closed CRW case",
    roles=_LEADS,
    reach=Reach.ANYONE,
)
register(
    "retention.report",
    "See reports of all enrollers' CRW activities",
    roles=_LEADS | _OUTREACH,
    reach=Reach.ANYONE,
)
register(
    "retention.export",
    "Export lists of CRW cases",
    roles=_AGENTS | _LEADS | _OUTREACH,
    reach=Reach.ANYONE,
)
register(
    "retention.import",
    "Import renewal files",
    roles=ADMINISTRATORS | _OUTREACH,
)
register(
    "retention.configure",
    "Configure resolution reasons",
    roles=ADMINISTRATORS,
)
register(
    "retention.risk_models",
    "See risk models, and put one into use",
    roles=ADMINISTRATORS | _OUTREACH,
)
