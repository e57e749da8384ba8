"""The actions of the letters room, with the roles that start with them."""

from portal.tenancy.actions import Reach, register
from portal.tenancy.roles import (
    ADMINISTRATORS,
    EXTERNAL_AFFAIRS,
    OFFICE,
    ROLES,
    UNIT_WORKERS,
    UNLED_WORKERS,
)

_WRITERS = EXTERNAL_AFFAIRS | UNIT_WORKERS
_LEADS = frozenset(key for key in _WRITERS if ROLES[key].lead)
_COMPLIANCE = frozenset({"compliance_officer"})

register(
    "letters.view",
    "Read the letters of the cases whose details one is shown",
    roles=_WRITERS | OFFICE,
    reach=Reach.ANYONE,
)
register("letters.write", "Write response letters on cases", roles=_WRITERS)
register(
    "letters.approve",
    "Approve or return letters somebody else wrote",
    roles=_LEADS | UNLED_WORKERS,
)
register(
    "letters.view_templates",
    "See the templates of letters and their versions",
    roles=_WRITERS | ADMINISTRATORS | _COMPLIANCE,
)
register("letters.configure", "Write templates of letters", roles=ADMINISTRATORS)
register(
    "letters.approve_templates",
    "Approve or return versions of templates somebody else wrote",
    roles=_COMPLIANCE | ADMINISTRATORS | _LEADS,
)
