"""How people perform the acts of a CRW case."""

from portal.casework.forms import ReasonForm
from portal.casework.kinds import ActDoor
from retention import forms, services, transfers

DOORS = {
    "log_interaction": ActDoor(
        forms.InteractionForm,
        services.log_interaction,
        "Write down each try to reach the consumer, also one that nobody answered.",
    ),
    "set_reminder": ActDoor(forms.ReminderForm, services.set_reminder),
    "close": ActDoor(
        forms.CloseForm,
        services.close_case,
        "IMPORTANT! * Indicates Required Fields",
    ),
    "transfer_to_agent": ActDoor(
        forms.TransferForm,
        transfers.transfer_case,
        "The case goes on where it stands: its aging is not set back. Both agents are told.",
    ),
    "reopen": ActDoor(
        ReasonForm,
        services.reopen_case,
        "The work goes on, and so does the aging from where it stood at the closing.",
    ),
}
