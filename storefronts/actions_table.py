"""Who applies, who reviews, and who looks after listings (SF-01, C.6, T-07)."""

from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import ADMINISTRATORS

_OWNERS = frozenset({"agency_manager", "entity_primary_contact"})
#: Those a consumer can be delegated to, and who leads them: they decide on delegations too.
_ANSWERING = _OWNERS | {"agent_level_1", "agent_level_2", "certified_enrollment_counselor"}
_OUTREACH = frozenset({"distribution_services_staff"})

register(
    "storefronts.apply",
    "Apply for storefronts and answer questions about them",
    roles=_OWNERS,
    reach=Reach.ANYONE,
)
register(
    "storefronts.edit_listing",
    "Edit hours, languages and holidays of one's own listings",
    roles=_OWNERS,
    reach=Reach.ANYONE,
)
register("storefronts.review", "Review storefront applications", roles=_OUTREACH)
register("storefronts.manage_listings", "Suspend and close listings", roles=_OUTREACH)
register(
    "storefronts.run_campaigns",
    "Run re-application campaigns",
    roles=_OUTREACH | ADMINISTRATORS,
)
register(
    "storefronts.answer_contacts",
    "Answer requests for help from Find a Local Enroller",
    roles=_ANSWERING,
    reach=Reach.ANYONE,
)
