"""The doors to the common acts; every kind's ``DOORS`` starts with these."""

from portal.casework import common_acts, forms
from portal.casework.kinds import ActDoor

COMMON_DOORS = {
    "take": ActDoor(forms.PlainForm, common_acts.take_case),
    "release_to_queue": ActDoor(forms.ReasonForm, common_acts.return_case),
    "assign": ActDoor(forms.AssignForm, common_acts.assign_case),
    "transfer": ActDoor(forms.TransferForm, common_acts.transfer_case),
    "note": ActDoor(forms.NoteForm, common_acts.add_note, composer="internal"),
    "attach": ActDoor(
        forms.AttachForm,
        common_acts.attach_file,
        "PDF, JPEG or PNG. Every file is checked before it is kept.",
    ),
    "link": ActDoor(forms.LinkForm, common_acts.link_cases),
    "watch": ActDoor(forms.PlainForm, common_acts.watch_case),
    "unwatch": ActDoor(forms.PlainForm, common_acts.unwatch_case),
}
