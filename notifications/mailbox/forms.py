"""Forms of the mailbox: a new message, an answer, and what administrators set."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from notifications.mailbox import kinds
from notifications.mailbox.conversations import BODY_LENGTH
from notifications.mailbox.models import Team
from notifications.mailbox.threads import SUBJECT_LENGTH
from portal.documents.validation import NoSsnFormMixin
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization
from portal.ui.forms import MultipleFileField

_FILES_HELP = "PDF, JPEG or PNG, at most five. Every file is checked before it is kept."


class _TokensField(forms.Field):
    """Those that are ticked, by their addresses; who they are the service says."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        return [str(token)[:40] for token in value or []]


class _MessageForm(NoSsnFormMixin, forms.Form):
    body = forms.CharField(
        label="Message",
        max_length=BODY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Never include a Social Security number.",
    )
    uploads = MultipleFileField(label="Files", required=False, help_text=_FILES_HELP)


class ReplyForm(_MessageForm):
    """An answer; ``seen`` is the last message its writer has read."""

    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


class NewForm(_MessageForm):
    """A new message."""

    to = _TokensField(label="To", required=False)
    find = forms.CharField(
        label="Find somebody",
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    subject = forms.CharField(
        label="Subject",
        max_length=SUBJECT_LENGTH,
        help_text="It stands in lists, so name no consumer in it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    case_number = forms.CharField(
        label="Case number",
        max_length=40,
        required=False,
        help_text="If it is about a case of yours. Only those who may see the case see its number.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    field_order = ("to", "find", "subject", "body", "case_number", "uploads")

    def clean_to(self) -> list[str]:
        """Said with the other fields' faults; who only looks for somebody has chosen none yet."""
        chosen: list[str] = self.cleaned_data["to"]
        if not chosen and "search" not in self.data:
            raise forms.ValidationError("Choose whom you write to.")
        return chosen


class TeamForm(forms.ModelForm):
    """A unit that can be written to."""

    class Meta:
        model = Team
        fields = ("unit", "label", "helps_with", "audience", "is_active")
        labels = {
            "label": "Name",
            "helps_with": "What it helps with",
            "audience": "Who may write",
            "is_active": "Takes new conversations",
        }
        help_texts = {"audience": "", "is_active": ""}

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Organization]", self.fields["unit"])
        field.queryset = Organization.objects.queues().filter(exchange_id=actor.exchange_id)
        field.empty_label = "Choose"

    def validate_unique(self) -> None:
        """Nothing: saving a unit's team again changes it."""


class MoveForm(forms.Form):
    """Which unit a team's conversations go to."""

    unit = forms.ModelChoiceField(Organization.objects.none(), label="Unit", empty_label="Choose")

    def __init__(self, *args: Any, units: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Organization]", self.fields["unit"]).queryset = units


class HandOnForm(forms.Form):
    """Which team a conversation is handed on to."""

    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    team = forms.ModelChoiceField(
        Team.objects.none(), label="Team", empty_label=None, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Team]", self.fields["team"]).queryset = teams


class DaysForm(forms.Form):
    """For how many days each kind of thing is kept."""

    def __init__(self, *args: Any, days: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, number in days.items():
            self.fields[key] = forms.IntegerField(
                label=f"{kinds.get(key).label}: days",
                initial=number,
                min_value=30,
                max_value=3_650,
            )


class HoldForm(forms.Form):
    """Which conversation is held; its number stands on its page."""

    number = forms.IntegerField(label="Number of the conversation", min_value=1, max_value=2**62)
