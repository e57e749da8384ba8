"""The words in which :mod:`tests.access.table` says who an address opens to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

EA = frozenset({"ea.analyst", "ea.lead"})
ERU = frozenset({"eru.specialist", "eru.lead"})
APPEALS = frozenset({"appeals.specialist"})
PSU, PAU = frozenset({"psu.specialist"}), frozenset({"pau.specialist"})
SCR, OSD = frozenset({"scr"}), frozenset({"osd.staff"})
OTHER_UNIT = APPEALS | PSU | PAU | SCR | OSD
UNITS = ERU | OTHER_UNIT
OFFICE = frozenset({"office.manager", "office.staff", "office.staff2"})
OTHER_OFFICE = frozenset({"other.office"})
OFFICES = OFFICE | OTHER_OFFICE
#: Everybody of agencies and entities, by what they may do (decision 18).
AGENCY_LEADS = frozenset({"agency.manager", "harbor.manager"})
LEADS = AGENCY_LEADS | {"entity.contact"}
LEVEL_2 = frozenset({"agent", "agent2b", "harbor.agent"})
LEVEL_1, COUNSELORS = frozenset({"agent1"}), frozenset({"cec", "cec2"})
ADMIN_STAFF_1, ADMIN_STAFF_2 = frozenset({"admin1"}), frozenset({"admin2"})
ADMIN_STAFF = ADMIN_STAFF_1 | ADMIN_STAFF_2
WORKING = LEVEL_1 | LEVEL_2 | COUNSELORS
ENROLLERS = LEADS | WORKING | ADMIN_STAFF
PRIVACY, QA, ADMIN = frozenset({"privacy"}), frozenset({"qa.analyst"}), frozenset({"admin"})
STAFF = EA | UNITS | PRIVACY | QA | ADMIN
EVERYONE = STAFF | OFFICES | ENROLLERS
FOREIGN = frozenset({"foreign.analyst", "foreign.office"})
#: People with a session but nowhere to work; their requests lead home or to the sign-in page.
NOWHERE = frozenset({"superuser", "disabled"})
ALL = EVERYONE | FOREIGN


@dataclass(frozen=True)
class Route:
    """Who an address opens to when its object is this exchange's and the offices' own.

    Whoever is neither in ``allow`` nor in ``missing`` is told that their role does not allow it
    (403): the address is no secret, only what lies behind it.
    """

    allow: frozenset[str]
    #: For them the thing does not exist (404), exactly as if its id had been made up.
    missing: frozenset[str] = frozenset()
    #: Names of the test's things the address takes, by argument.
    takes: Mapping[str, str] = field(default_factory=dict)
    get: bool = True
    post: bool = False
    public: bool = False
    #: Reads no session: a form forged elsewhere would come from nobody, so it asks no token.
    sessionless: bool = False


#: The same people of another exchange.
_ABROAD = {"ea.analyst": "foreign.analyst", "office.staff": "foreign.office"}


def _abroad(people: frozenset[str]) -> frozenset[str]:
    return frozenset(there for here, there in _ABROAD.items() if here in people)


def page(allow: frozenset[str], *, post: bool = False, get: bool = True, **takes: str) -> Route:
    """An address that names no object: the same roles of the other exchange open theirs."""
    return Route(allow | _abroad(allow), takes=takes, get=get, post=post)


def thing(
    allow: frozenset[str],
    roles: frozenset[str] | None = None,
    *,
    post: bool = False,
    get: bool = True,
    **takes: str,
) -> Route:
    """An address that names an object of this exchange.

    ``roles`` are the people whose role would open such an address (default: those it opens to);
    to those of them it does not open to, and to their like of another exchange, it is missing.
    """
    roles = allow if roles is None else roles
    return Route(allow, (roles | _abroad(roles)) - allow, takes, get=get, post=post)


PUBLIC = Route(ALL, public=True)
EVERYBODY = page(EVERYONE)
