"""Forms of the room: searching, writing, and choosing when it goes."""

from typing import Any

from django import forms

from notifications.briefings.audience import (
    ROLE_CHOICES,
    languages_of,
    names_of,
    organizations_named,
)
from notifications.briefings.models import Briefing, Category, Kind
from notifications.briefings.searching import MOST_TYPED
from notifications.briefings.services import BODY_LENGTH
from portal.documents.validation import NoSsnFormMixin
from portal.tenancy.models import Exchange, Organization
from portal.ui.forms import DateTimeInput, Section

_KIND_CHOICES = [
    (Organization.Kind.AGENCY.value, "Agencies"),
    (Organization.Kind.ENTITY.value, "Entities"),
]


class SearchForm(forms.Form):
    """What to look for. A value that is none of the choices is as good as none."""

    q = forms.CharField(
        label="Search alerts and briefings",
        required=False,
        max_length=MOST_TYPED,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    category = forms.ChoiceField(
        label="About", required=False, choices=[("", "Everything"), *Category.choices]
    )
    kind = forms.ChoiceField(
        label="Kind", required=False, choices=[("", "Alerts and briefings"), *Kind.choices]
    )
    year = forms.TypedChoiceField(label="Year", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["year"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", "Every year"), *((year, str(year)) for year in years)]

    def wanted(self) -> dict[str, Any]:
        """The values that are valid, by name; nothing for the others."""
        self.is_valid()
        empty = {"q": "", "category": "", "kind": "", "year": None}
        return {name: self.cleaned_data.get(name) or empty[name] for name in self.fields}


class BriefingForm(NoSsnFormMixin, forms.Form):
    """What readers are told, and who they are."""

    sections = (
        Section("What it is", ("kind", "category")),
        Section("What it says", ("title", "summary", "body", "has_full_text_in_mail")),
        Section(
            "Who gets it",
            ("roles", "organization_kinds", "languages", "organizations"),
            "What you leave empty leaves nobody out. The page of the draft counts them.",
        ),
    )

    kind = forms.ChoiceField(
        label="Kind",
        choices=[
            (Kind.BRIEFING.value, "Briefing: enrollers can stop its mail"),
            (Kind.ALERT.value, "Alert: urgent, everybody gets the mail"),
        ],
        widget=forms.RadioSelect,
        initial=Kind.BRIEFING,
    )
    category = forms.ChoiceField(label="About", choices=[("", "Choose"), *Category.choices])
    title = forms.CharField(
        label="Title", max_length=120, help_text="Also the subject of the mail."
    )
    summary = forms.CharField(
        label="Summary", max_length=300, help_text="One or two sentences: what changes, for whom."
    )
    body = forms.CharField(
        label="Text",
        max_length=BODY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Markdown: # heading, - list, 1. steps, **bold**, [text](address). Name no"
        " consumer and no case.",
    )
    has_full_text_in_mail = forms.BooleanField(
        label="Send the whole text by mail: it holds no personal data",
        required=False,
        help_text="Otherwise the mail says only that it is in the Secure Mailbox.",
    )
    roles = forms.MultipleChoiceField(
        label="Roles",
        required=False,
        choices=ROLE_CHOICES,
        widget=forms.CheckboxSelectMultiple,
    )
    organization_kinds = forms.MultipleChoiceField(
        label="Agencies or entities",
        required=False,
        choices=_KIND_CHOICES,
        widget=forms.CheckboxSelectMultiple,
    )
    languages = forms.MultipleChoiceField(
        label="Languages they speak", required=False, widget=forms.CheckboxSelectMultiple
    )
    organizations = forms.CharField(
        label="Only these agencies and entities",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line, by name.",
    )

    def __init__(self, *args: Any, exchange: Exchange, chosen: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exchange = exchange
        # A language nobody has any more stays to be unchecked.
        languages = sorted({*languages_of(exchange), *chosen})
        field = self.fields["languages"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(name, name) for name in languages]
        if not languages:
            del self.fields["languages"]

    def clean_organizations(self) -> list[int]:
        """The agencies and entities by key."""
        names = self.cleaned_data["organizations"].splitlines()
        try:
            return organizations_named(self.exchange, names)
        except forms.ValidationError as error:
            raise forms.ValidationError(error.messages) from None

    @property
    def values(self) -> dict[str, Any]:
        """What was entered, as the services take it, once the form is valid."""
        values = {"languages": [], **self.cleaned_data}
        values["organization_ids"] = values.pop("organizations")
        return values


def values_of(briefing: Briefing) -> dict[str, Any]:
    """A briefing as the form shows it."""
    names = [name for name in BriefingForm.base_fields if name != "organizations"]
    values = {name: getattr(briefing, name) for name in names}
    return values | {"organizations": "\n".join(names_of(briefing))}


class SendForm(forms.Form):
    """When it goes out."""

    send_at = forms.DateTimeField(
        label="Not before",
        required=False,
        widget=DateTimeInput(),
        help_text="In the exchange’s time zone. Leave it empty to send it now.",
    )
