"""The form of a campaign."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from portal.documents.validation import NoSsnFormMixin
from portal.ui.forms import DateInput, Section
from storefronts.campaigns.rules import REMIND_DAYS
from storefronts.campaigns.services import MOST_MESSAGE, Plan, edition_of
from storefronts.models import Campaign


class CampaignForm(NoSsnFormMixin, forms.Form):
    """Whom a campaign concerns, until when, and what it tells them."""

    sections = (
        Section("Whom it concerns", ("title", "applied_before", "deadline")),
        Section("What owners are told", ("remind_days", "message")),
    )

    title = forms.CharField(label="Title", max_length=120, help_text="Owners read it.")
    applied_before = forms.DateField(
        label="Applied before",
        widget=DateInput(),
        help_text="Concerns storefronts whose first application is older than this day.",
    )
    deadline = forms.DateField(
        label="Last day to apply anew",
        widget=DateInput(),
        help_text="After this day, at midnight here, storefronts without a new application lapse.",
    )
    remind_days = forms.CharField(
        label="Reminders",
        max_length=60,
        initial=", ".join(map(str, REMIND_DAYS)),
        help_text="Days before the last day, parted by commas.",
    )
    message = forms.CharField(
        label="Instructions",
        max_length=MOST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Markdown: # heading, - list, 1. steps, **bold**, [text](address). Owners read"
        " them at their listings; the mail says only that they wait.",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, initial=0, min_value=0)

    @classmethod
    def of(cls, campaign: Campaign) -> "CampaignForm":
        """The form as the campaign stands."""
        return cls(
            initial={
                "title": campaign.title,
                "applied_before": campaign.applied_before,
                "deadline": campaign.deadline,
                "remind_days": ", ".join(map(str, campaign.remind_days)),
                "message": campaign.message,
                "seen": edition_of(campaign),
            }
        )

    def clean_remind_days(self) -> list[int]:
        """The days as numbers.

        Raises:
            ValidationError: something among them is no whole number.
        """
        parts = [part.strip() for part in self.cleaned_data["remind_days"].split(",")]
        if not all(part.isascii() and part.isdecimal() for part in parts if part):
            raise ValidationError("Enter whole numbers of days, e.g. 60, 30, 7, 1.")
        return [int(part) for part in parts if part]

    @property
    def plan(self) -> Plan:
        """What was entered, once the form is valid."""
        names: Any = Plan.__dataclass_fields__
        return Plan(**{name: self.cleaned_data[name] for name in names})


class StartForm(forms.Form):
    """Which edition of a campaign was shown, with the count, to whoever starts it."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
