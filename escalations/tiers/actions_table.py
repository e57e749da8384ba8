"""The actions of the tiers room, with the roles that start with them (CC-03, CC-18)."""

from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import ADMINISTRATORS, STAFF

TIER_1, TIER_2, TIER_3 = "tier1_representative", "tier2_specialist", "tier3_specialist"
TIER_WORKERS = frozenset({TIER_1, TIER_2, TIER_3})
_EMPLOYERS = frozenset({"group_plan_administrator"})

register(
    "tiers.view_all",
    "See the members' cases of every tier",
    roles=TIER_WORKERS | {"compliance_officer"},
)
register(
    "tiers.view_own",
    "See where the cases one's company brought stand",
    roles=_EMPLOYERS,
    reach=Reach.ANYONE,
)
register("tiers.open", "Open a member's case", roles=TIER_WORKERS)
register("tiers.work", "Work a member's case: ask, answer, resolve", roles=TIER_WORKERS)
register("tiers.escalate", "Move a case up to the next tier", roles={TIER_1, TIER_2})
register("tiers.lower", "Send a case back to the tier below", roles={TIER_2, TIER_3})
register("tiers.assign_manager", "Assign a case manager at Tier 3", roles={TIER_3})
register("tiers.work_appeal", "Work a member's formal appeal", roles={TIER_3})
register("tiers.expedite", "Expedite an appeal as medically necessary", roles={TIER_3})
register(
    "tiers.view_levels",
    "See the published service levels and how they are kept",
    roles=STAFF | _EMPLOYERS,
    reach=Reach.ANYONE,
)
register(
    "tiers.configure",
    "Configure the tiers, their promises and the published service levels",
    roles=ADMINISTRATORS,
)
