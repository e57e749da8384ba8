"""The actions of the appeals room, with the roles that start with them (AP-08).

Two units work appeals, Appeals and Program Assistance; whoever answers consumers opens them.
"""

from portal.tenancy.actions import register
from portal.tenancy.roles import ADMINISTRATORS

WORKERS = frozenset({"appeals_specialist", "program_assistance_specialist"})
_INTAKE = WORKERS | {"service_center_representative"}

register("appeals.view", "See appeals of one's unit, or that one opened", roles=_INTAKE)
register("appeals.open", "Open an appeal for a consumer", roles=_INTAKE)
register("appeals.ask_expedited", "Ask for an expedited appeal", roles=_INTAKE)
register("appeals.work", "Work an appeal: resolve it, prepare the position", roles=WORKERS)
register("appeals.record", "Record what CDSS decided: validity, hearing, decision", roles=WORKERS)
register("appeals.transfer_out", "Transfer an appeal to DMHC", roles=WORKERS)
register("appeals.second_level", "Send an appeal to the second level", roles=WORKERS)
register(
    "appeals.figures", "See the monthly figures of appeals", roles=WORKERS | {"quality_analyst"}
)
register(
    "appeals.configure",
    "Configure the papers of a packet and the units that take appeals",
    roles=ADMINISTRATORS,
)
