"""Pages of the Delegation Tool, of standing delegations, and of the staff who manage them."""
