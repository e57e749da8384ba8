"""The actions of the ledger room, with the roles that start with them."""

from portal.tenancy.actions import register

register(
    "ledger.view",
    "See who saw and changed what, and under what authority",
    roles={"privacy_officer", "compliance_officer"},
)
register("ledger.export", "Export the ledger", roles={"privacy_officer"})
register("ledger.verify", "Verify the ledger's chain", roles={"privacy_officer"})
