"""How people perform a ticket's acts."""

from functools import partial

from escalations.tickets import carriers, duplicates, forms, help_desk, services
from escalations.tickets.machines import Outcome
from portal.casework.doors import COMMON_DOORS
from portal.casework.forms import PlainForm, ReasonForm
from portal.casework.kinds import ActDoor

DOORS = {
    "start": ActDoor(PlainForm, services.start_work),
    "ask_consumer": ActDoor(forms.AskForm, services.ask_consumer),
    "consumer_answered": ActDoor(forms.AnswerForm, services.record_consumer_answer),
    "ask_enroller": ActDoor(forms.AskForm, services.ask_enroller),
    "enroller_answered": ActDoor(forms.AnswerForm, services.record_enroller_answer),
    "ask_carrier": ActDoor(forms.AskCarrierForm, carriers.ask_carrier),
    "carrier_followed_up": ActDoor(forms.CarrierFollowUpForm, carriers.follow_up_carrier),
    "carrier_answered": ActDoor(forms.CarrierAnswerForm, carriers.record_carrier_answer),
    "wait_for_help_desk": ActDoor(
        forms.WaitForHelpDeskForm,
        help_desk.wait_for_help_desk,
        "Choose one that is there; its fix lets this case go on. Or draft a new one.",
    ),
    "help_desk_done": ActDoor(ReasonForm, help_desk.go_on_without_help_desk),
    "edit_facts": ActDoor(forms.EditFactsForm, services.edit_facts),
    "record_contact": ActDoor(forms.ContactForm, services.record_contact),
    "resolve": ActDoor(forms.ResolveForm, services.resolve_ticket),
    "no_answer": ActDoor(PlainForm, services.end_without_answer),
    "close": ActDoor(PlainForm, services.close_ticket),
    "reopen": ActDoor(ReasonForm, services.reopen_ticket),
    "return_ticket": ActDoor(ReasonForm, services.return_ticket),
    "cancel": ActDoor(ReasonForm, services.cancel_ticket),
    "mark_duplicate": ActDoor(forms.DuplicateForm, duplicates.mark_duplicate),
    "set_urgent": ActDoor(PlainForm, partial(services.set_urgency, is_urgent=True)),
    "clear_urgent": ActDoor(PlainForm, partial(services.set_urgency, is_urgent=False)),
    **COMMON_DOORS,
}

#: A help desk ticket's acts; the common ones are every kind's.
HELP_DESK_DOORS = {
    "submit_help_desk": ActDoor(forms.VendorNumberForm, help_desk.submit_help_desk_ticket),
    "vendor_works": ActDoor(PlainForm, help_desk.vendor_works),
    "record_fix": ActDoor(forms.FixForm, help_desk.record_fix),
    "verify_fix": ActDoor(PlainForm, help_desk.verify_fix),
    "fix_failed": ActDoor(ReasonForm, help_desk.fix_failed),
    "reject_help_desk": ActDoor(
        ReasonForm, help_desk.reject_help_desk_ticket, "Every case that waits for this goes on."
    ),
    "help_desk_followed_up": ActDoor(ReasonForm, help_desk.review_with_vendor),
    "edit_help_desk": ActDoor(forms.EditHelpDeskForm, help_desk.edit_help_desk_ticket),
    "cancel": ActDoor(ReasonForm, help_desk.cancel_help_desk_ticket),
}


def outcome_door(outcome: Outcome) -> ActDoor:
    """The door to the act that records an outcome."""
    form = forms.ResolveForm if outcome.takes_code else forms.EndForm
    return ActDoor(form, partial(services.end_work, act_key=outcome.act))
