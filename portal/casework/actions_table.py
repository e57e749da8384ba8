"""The actions every kind of case shares, with the roles that start with them."""

from portal.tenancy.actions import Reach, register, widen
from portal.tenancy.roles import (
    ADMINISTRATORS,
    EVERYONE,
    EXTERNAL_AFFAIRS,
    ROLES,
    STAFF,
    UNIT_WORKERS,
    UNLED_WORKERS,
)

_WORKERS = EXTERNAL_AFFAIRS | UNIT_WORKERS
_LEADS = frozenset(key for key in _WORKERS if ROLES[key].lead)

register(
    "casework.view", "See the cases one works on or brought", roles=EVERYONE, reach=Reach.ANYONE
)
register("casework.take", "Take a case from the queue, or return it", roles=_WORKERS)
register("casework.assign", "Assign cases to colleagues, one or many", roles=_LEADS)
widen("casework.assign", "unled-units", roles=UNLED_WORKERS)
register("casework.transfer", "Transfer cases to another queue, one or many", roles=_WORKERS)
register("casework.note", "Write internal notes and mention colleagues", roles=_WORKERS)
register("casework.attach", "Add files to a case", roles=_WORKERS)
register("casework.link", "Link cases that belong together", roles=_WORKERS)
register("casework.watch", "Watch a case and be told of changes", roles=_WORKERS)
register("casework.workbench", "Work at the workbench: list and case side by side", roles=STAFF)
register(
    "casework.macros",
    "Make macros and text templates for one's unit",
    roles=_LEADS | ADMINISTRATORS,
)
register(
    "casework.export",
    "Export lists of cases",
    roles=_WORKERS | {"office_manager"},
    reach=Reach.ANYONE,
)
