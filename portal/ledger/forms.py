"""How the privacy officer asks the ledger."""

from typing import Any, cast

from django import forms

from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization
from portal.ui.forms import DateInput


class PersonForm(forms.Form):
    """Whom it is about. Sent in the body, so that no name ends up in an address or a log."""

    about = forms.CharField(
        label="Consumer or constituent",
        required=False,
        max_length=120,
        help_text="Name, case or application number, phone or email.",
    )
    by = forms.CharField(
        label="Seen or changed by",
        required=False,
        max_length=120,
        help_text="Name or email of somebody who works with the portal.",
    )


class FilterForm(forms.Form):
    """The rest of the question; it goes in the address and holds nobody's data."""

    case = forms.CharField(label="Case number", required=False, max_length=32)
    office = forms.ModelChoiceField(
        label="Organization", queryset=Organization.objects.none(), required=False
    )
    what = forms.ChoiceField(
        label="What",
        required=False,
        choices=[
            ("", "Everything"),
            ("outside", "Shown outside the exchange"),
            ("refused", "Refused attempts"),
        ],
    )
    since = forms.DateField(label="From", required=False, widget=DateInput())
    until = forms.DateField(label="Until", required=False, widget=DateInput())
    # Ids the other form has found.
    cases = forms.CharField(required=False, widget=forms.HiddenInput())
    consumers = forms.CharField(required=False, widget=forms.HiddenInput())
    people = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        office = cast(forms.ModelChoiceField, self.fields["office"])
        office.queryset = Organization.objects.filter(exchange_id=actor.exchange_id)

    def ids(self, name: str) -> list[int]:
        """The ids of a hidden field; what is no id is left out."""
        parts = str(self.cleaned_data.get(name, "")).split(".")
        return [int(part) for part in parts if part.isascii() and part.isdigit()][:400]
