"""How people perform a ticket's acts."""

from functools import partial

from escalations.tickets import forms, services
from portal.casework.doors import COMMON_DOORS
from portal.casework.forms import PlainForm, ReasonForm
from portal.casework.kinds import ActDoor

DOORS = {
    "start": ActDoor(PlainForm, services.start_work),
    "ask_consumer": ActDoor(forms.AskConsumerForm, services.ask_consumer),
    "consumer_answered": ActDoor(forms.AnswerForm, services.record_consumer_answer),
    "record_contact": ActDoor(forms.ContactForm, services.record_contact),
    "resolve": ActDoor(forms.ResolveForm, services.resolve_ticket),
    "no_answer": ActDoor(PlainForm, services.end_without_answer),
    "close": ActDoor(PlainForm, services.close_ticket),
    "reopen": ActDoor(ReasonForm, services.reopen_ticket),
    "return_ticket": ActDoor(ReasonForm, services.return_ticket),
    "cancel": ActDoor(ReasonForm, services.cancel_ticket),
    "set_urgent": ActDoor(PlainForm, partial(services.set_urgency, is_urgent=True)),
    "clear_urgent": ActDoor(PlainForm, partial(services.set_urgency, is_urgent=False)),
    **COMMON_DOORS,
}
