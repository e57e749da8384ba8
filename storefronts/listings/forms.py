"""Forms of listings: finding them, editing one, and giving a reason."""

from typing import Any

from django import forms

from portal.documents.validation import NoSsnFormMixin
from portal.ui.forms import Section
from storefronts.choices import ACCESSIBILITY, LANGUAGES, SERVICES
from storefronts.hours_fields import HoursField, SpecialDaysField
from storefronts.listings.services import EDITABLE, REASON_LENGTH
from storefronts.models import Listing


class FilterForm(forms.Form):
    """Which listings to show; a value that is none of the choices is as good as none."""

    q = forms.CharField(
        label="Name, city, ZIP code or organization",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    state = forms.ChoiceField(
        label="State", required=False, choices=[("", "Every state"), *Listing.State.choices]
    )
    kind = forms.ChoiceField(
        label="Kind", required=False, choices=[("", "Every kind"), *Listing.Kind.choices]
    )

    def wanted(self) -> dict[str, str]:
        """The values that are valid, by name; empty strings for the others."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


class ListingForm(NoSsnFormMixin, forms.Form):
    """What the owner changes at any time."""

    sections = (
        Section("How to reach it", ("phone",)),
        Section("When it is open", ("hours", "special_days")),
        Section("What it offers", ("languages", "services", "accessibility")),
    )

    phone = forms.CharField(
        label="Phone", max_length=20, widget=forms.TextInput(attrs={"type": "tel"})
    )
    hours = HoursField(label="Opening hours", help_text="Local time. Leave a closed day empty.")
    special_days = SpecialDaysField(
        label="Holidays and other special days",
        help_text="On these days the hours here count instead. Leave the hours empty when it is"
        " closed.",
    )
    languages = forms.MultipleChoiceField(
        choices=[(name, name) for name in LANGUAGES], widget=forms.CheckboxSelectMultiple
    )
    services = forms.MultipleChoiceField(choices=SERVICES, widget=forms.CheckboxSelectMultiple)
    accessibility = forms.MultipleChoiceField(
        choices=ACCESSIBILITY, widget=forms.CheckboxSelectMultiple, required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    @classmethod
    def of(cls, listing: Listing) -> "ListingForm":
        """The form as the listing stands."""
        initial: dict[str, Any] = {name: getattr(listing, name) for name in EDITABLE}
        return cls(initial=initial | {"version": listing.version})

    @property
    def values(self) -> dict[str, Any]:
        """What was entered, once the form is valid."""
        return {name: self.cleaned_data[name] for name in EDITABLE}


class ReasonForm(NoSsnFormMixin, forms.Form):
    """Why a listing is suspended, closed or shown again; its owner reads it."""

    reason = forms.CharField(
        label="Reason",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The owner and Outreach and Sales read it. Write nothing about consumers.",
    )
