"""The transition table of an escalation ticket (C.2a; ES-01, ES-02, EA-12)."""

from escalations.tickets.machines import opening_clocks, work_machine

MACHINE = work_machine("ticket", tells_exceptions=True)

#: Clocks a new ticket starts with (decision 9).
OPENING_CLOCKS = opening_clocks("ticket")
