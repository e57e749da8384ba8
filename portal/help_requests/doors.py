"""How people perform the acts of a help request."""

from functools import partial

from portal.casework.common_acts import attach_file
from portal.casework.doors import COMMON_DOORS
from portal.casework.forms import PlainForm, ReasonForm
from portal.casework.kinds import ActDoor
from portal.help_requests import conversation, forms, satisfaction, services

DOORS = {
    **{key: door for key, door in COMMON_DOORS.items() if key != "transfer"},
    "attach": ActDoor(forms.ShareForm, attach_file, forms.FILES_HELP),
    "start": ActDoor(PlainForm, services.start_work),
    "ask_enroller": ActDoor(forms.AskForm, conversation.ask_enroller),
    "enroller_answered": ActDoor(forms.RecordAnswerForm, conversation.record_answer),
    "answer_enroller": ActDoor(forms.WriteForm, conversation.answer_enroller),
    "reroute": ActDoor(
        forms.RerouteForm,
        services.reroute,
        "The clock goes on: the enroller was promised an answer, whoever gives it.",
    ),
    "escalate": ActDoor(
        forms.EscalateForm,
        services.escalate,
        "Opens an escalation ticket. The request stays with your team until you resolve it.",
    ),
    "resolve": ActDoor(
        forms.ResolveForm,
        services.resolve,
        "The enroller can reopen the request within five business days; then it is closed.",
    ),
    "take_up_again": ActDoor(ReasonForm, services.take_up_again),
    "enroller_replied": ActDoor(
        forms.ReplyForm, partial(conversation.write_to_team, act_key="enroller_replied")
    ),
    "enroller_wrote": ActDoor(
        forms.ReplyForm, partial(conversation.write_to_team, act_key="enroller_wrote")
    ),
    "reopen": ActDoor(forms.ReopenForm, services.reopen),
    "cancel": ActDoor(PlainForm, services.cancel),
    "rate": ActDoor(forms.RateForm, satisfaction.rate),
}
