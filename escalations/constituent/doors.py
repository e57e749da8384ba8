"""How people perform a constituent case's acts."""

from escalations.constituent import endings, forms, services
from portal.casework.doors import COMMON_DOORS
from portal.casework.forms import PlainForm, ReasonForm
from portal.casework.kinds import ActDoor

DOORS = {
    "acknowledge": ActDoor(PlainForm, services.acknowledge),
    "begin_review": ActDoor(PlainForm, services.begin_review),
    "refer_out": ActDoor(
        forms.ReferForm, services.refer_out, "The office is told whom to contact."
    ),
    "assign_division": ActDoor(
        forms.DivisionForm,
        services.assign_division,
        "A linked ticket is opened in the division's queue; the office is told it was accepted.",
    ),
    "ask_office": ActDoor(forms.AskOfficeForm, services.ask_office),
    "await_office": ActDoor(forms.AskOfficeForm, services.ask_office),
    "reply": ActDoor(forms.ReplyForm, services.reply_with_files),
    "resume": ActDoor(PlainForm, services.resume_case),
    "post_update": ActDoor(forms.UpdateForm, services.post_update, composer="shared"),
    "edit": ActDoor(forms.EditForm, services.edit_information),
    "notify_office": ActDoor(PlainForm, endings.notify_office),
    "close": ActDoor(PlainForm, endings.close_case),
    "reopen": ActDoor(ReasonForm, endings.reopen_case),
    "review_again": ActDoor(ReasonForm, endings.reopen_case),
    "mark_duplicate": ActDoor(forms.DuplicateForm, endings.mark_duplicate),
    "withdraw": ActDoor(ReasonForm, endings.withdraw_case),
    **COMMON_DOORS,
}
