"""Forms of the workspace's acts. A door's cleaned data are its service's arguments."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from portal.casework.forms import ActForm
from portal.tenancy.models import Person
from portal.ui.forms import DateInput
from retention.models import Interaction, ResolutionReason
from retention.reasons import choosable_reasons
from retention.services import MISSING
from retention.table import CLOSED, MACHINE
from retention.transfers import NOT_LEVEL_2, receiving_agents

#: Fits what is said of one call or one closing.
MAX_TEXT = 4_000


class InteractionForm(ActForm):
    """One try to reach the consumer; as it opens it says “Phone call: no answer”."""

    channel = forms.ChoiceField(
        label="How", choices=Interaction.Channel.choices, initial=Interaction.Channel.PHONE
    )
    outcome = forms.ChoiceField(
        label="Outcome", choices=Interaction.Outcome.choices, initial=Interaction.Outcome.NO_ANSWER
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=MAX_TEXT,
        help_text="What was said. No Social Security numbers.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    next_contact_on = forms.DateField(
        label="Next contact date",
        required=False,
        widget=DateInput,
        help_text="A reminder for that day.",
    )


class QuickInteractionForm(InteractionForm):
    """The same in a row of the worklist: the note on one line, so that Enter saves."""

    note = forms.CharField(label="Note", required=False, max_length=MAX_TEXT)
    field_order = ["note", "channel", "outcome", "next_contact_on"]


class ReminderForm(ActForm):
    next_contact_on = forms.DateField(
        label="Next contact date",
        required=False,
        widget=DateInput,
        help_text="Leave it empty to take the reminder away.",
    )

    def prepare(self) -> None:
        if self.case is not None:
            self.initial.setdefault("next_contact_on", self.case.crw.next_contact_on)


class CloseForm(ActForm):
    """“Status”, “Resolution Reason” and “Steps to Resolve”, all required (CRW-14)."""

    status = forms.ChoiceField(
        label="Status",
        choices=[("", "- Select -"), (CLOSED, MACHINE.statuses[CLOSED].label)],
        error_messages={"required": MISSING["status"]},
    )
    reason = forms.ModelChoiceField(
        label="Resolution Reason",
        queryset=ResolutionReason.objects.none(),
        empty_label="- Select -",
        help_text="The one that best fits the outcome of your outreach.",
        error_messages={"required": MISSING["reason"]},
    )
    steps = forms.CharField(
        label="Steps to Resolve",
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What you did, and what the consumer decided.",
        error_messages={"required": MISSING["steps"]},
    )

    def prepare(self) -> None:
        self.offer("reason", choosable_reasons(self.actor))


class TransferForm(ActForm):
    person = forms.ModelChoiceField(
        label="Agent Level 2",
        queryset=Person.objects.none(),
        empty_label="- Select -",
        error_messages={"invalid_choice": NOT_LEVEL_2},
    )

    def prepare(self) -> None:
        organization = self.case.organization if self.case else self.actor.organization
        self.offer("person", receiving_agents(organization))


class NewReasonForm(forms.Form):
    """A resolution reason as an exchange words it."""

    label = forms.CharField(label="Reason", max_length=80)
    counts_as_renewed = forms.BooleanField(label="Counts as renewed in reports", required=False)


class ReasonForm(NewReasonForm):
    position = forms.IntegerField(
        label="Place in the list", min_value=1, max_value=999, help_text="1 stands first."
    )
    is_active = forms.BooleanField(label="In use", required=False)
    field_order = ["label", "position"]


def choose(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    """Give a choice field what it offers this reader."""
    cast(Any, form.fields[name]).choices = choices
