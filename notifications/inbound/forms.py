"""Forms of the room."""

from __future__ import annotations

from typing import Any

from django import forms

from escalations.constituent.forms import RecordForm
from notifications.inbound.configuration import FIELDS
from notifications.inbound.models import Mailbox
from notifications.inbound.triage import colleagues_of
from portal.casework.forms import ActForm, find_case
from portal.tenancy.models import Organization, Person


class FileForm(RecordForm):
    """The case a mail becomes, filled in from its lines."""

    channel = None  # type: ignore[assignment] # it came by mail
    field_order = ["office", "office_contact", "description"]


class AddForm(ActForm):
    """The case a mail belongs to."""

    number = forms.CharField(label="Case number", max_length=32)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if number := data.pop("number", None):
            data["case"] = find_case(self.actor, number, field="number")
        return data


class IgnoreForm(ActForm):
    """Why a mail is set aside."""

    reason = forms.CharField(
        label="Why it is set aside", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class HandForm(ActForm):
    """Who looks at a mail instead."""

    colleague = forms.ModelChoiceField(label="Colleague", queryset=Person.objects.none())

    def prepare(self) -> None:
        self.offer("colleague", colleagues_of(self.actor))


class MailboxForm(forms.ModelForm):
    """The mailbox; its password is written and never shown."""

    password = forms.CharField(
        label="IMAP password",
        required=False,
        help_text="Leave it empty to keep the one there is.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    field_order = (*FIELDS[: FIELDS.index("username") + 1], "password")

    class Meta:
        model = Mailbox
        fields = FIELDS


class SenderForm(ActForm):
    """An address or domain, and the office it stands for."""

    office = forms.ModelChoiceField(label="Government office", queryset=Organization.objects.none())
    value = forms.CharField(
        label="Address or domain",
        max_length=254,
        help_text="For example casework@assembly13.example, or @assembly13.example for everybody"
        " there.",
    )

    def prepare(self) -> None:
        offices = Organization.objects.active().filter(
            exchange_id=self.actor.exchange_id, kind=Organization.Kind.GOVERNMENT_OFFICE
        )
        self.offer("office", offices)
