"""Pages of the room: one's own choices, the exchange's rules, and webhooks."""
