"""Who has a book of business, and who may take it away as a file (T-02, X-07, decision 18)."""

from portal.tenancy.actions import Reach, register

_LEADS = frozenset({"agency_manager", "entity_primary_contact"})
_OWN = frozenset({"agent_level_1", "agent_level_2", "certified_enrollment_counselor"})
_ADMIN_STAFF = frozenset({"admin_staff_1", "admin_staff_2"})

#: One of these opens a consumer's page; which consumers it opens for is asked of the row.
SEES_CONSUMERS = ("consumers.view", "consumers.view_organization", "consumers.view_own")

register(
    "book.view",
    "See the book of business: the active consumers one may see",
    roles=_LEADS | _OWN | _ADMIN_STAFF,
    reach=Reach.ANYONE,
)
# Admin Staff see consumers and upload (decision 18); a file of them is more than either.
register(
    "book.export",
    "Export the book of business",
    roles=_LEADS | _OWN,
    reach=Reach.ANYONE,
)
