"""Forms of the letters room; every text is kept free of Social Security numbers."""

from typing import Any, cast

from django import forms

from escalations.letters.configuration import servable_keys
from escalations.letters.models import AUDIENCES, Letter, LetterTemplateVersion
from escalations.letters.placeholders import LANGUAGES
from escalations.letters.services import MOST_ADDRESSEE, MOST_BODY
from portal.casework.machine import Audience
from portal.documents.validation import NoSsnFormMixin
from portal.ui.forms import DateInput


class ChooseForm(forms.Form):
    """Which letter to write."""

    template = forms.TypedChoiceField(
        label="Letter",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a letter."},
    )

    def __init__(self, *args: Any, versions: list[LetterTemplateVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["template"]).choices = [
            (version.template_id, _described(version)) for version in versions
        ]


class LetterForm(NoSsnFormMixin, forms.Form):
    """The words of a letter."""

    addressee = forms.CharField(
        label="Name and address",
        required=False,
        max_length=MOST_ADDRESSEE,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        help_text="As on the envelope, one line each.",
    )
    body = forms.CharField(
        label="Letter",
        max_length=MOST_BODY,
        widget=forms.Textarea(attrs={"rows": 22}),
        help_text="An empty line begins a new paragraph. Replace everything in [brackets].",
    )
    expected_version = forms.IntegerField(widget=forms.HiddenInput)


class ReturnForm(NoSsnFormMixin, forms.Form):
    reason = forms.CharField(
        label="What has to change", max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class SentForm(forms.Form):
    how = forms.ChoiceField(
        label="How it was sent", choices=Letter.Way.choices, widget=forms.RadioSelect
    )
    sent_on = forms.DateField(label="Day it was sent", widget=DateInput())


class TemplateForm(NoSsnFormMixin, forms.Form):
    """What a template is called and serves; its words are in its versions."""

    title = forms.CharField(
        label="Title",
        max_length=120,
        help_text="What people choose it by, for example “Answer to a complaint”.",
    )
    serves = forms.CharField(
        label="For which cases",
        required=False,
        max_length=400,
        help_text="",
    )
    audience = forms.ChoiceField(
        label="Who may open the filed letter",
        choices=AUDIENCES,
        widget=forms.RadioSelect,
        initial=Audience.INTERNAL,
    )
    is_active = forms.BooleanField(label="In use", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["serves"].help_text = (
            "Keys of kinds of case or of ticket types, parted by commas; empty: every case. Kinds: "
            f"{', '.join(servable_keys()) or 'none yet'}."
        )

    def clean_serves(self) -> list[str]:
        """The keys as a list."""
        field = forms.SlugField()
        parts = [part.strip() for part in self.cleaned_data["serves"].split(",")]
        return [field.clean(part) for part in parts if part]


class NewTemplateForm(TemplateForm):
    """A template that is new also has a key and a language, which never change."""

    key = forms.SlugField(
        label="Key", max_length=60, help_text="Short, for the API: small letters and hyphens."
    )
    language = forms.ChoiceField(label="Language", choices=LANGUAGES)
    field_order = ("title", "key", "language", "serves", "audience")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_active"]


class VersionForm(NoSsnFormMixin, forms.Form):
    """The words of a version."""

    valid_from = forms.DateField(
        label="Valid from",
        widget=DateInput(),
        help_text="From this day on it replaces the version before, once it is approved.",
    )
    body = forms.CharField(
        label="Words of the letter",
        max_length=MOST_BODY,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text="An empty line begins a new paragraph. The name and address, the date and the"
        " head of the exchange are printed above by themselves.",
    )
    expected_version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class NoteForm(NoSsnFormMixin, forms.Form):
    note = forms.CharField(
        label="Remark", required=False, max_length=240, help_text="Kept with the version."
    )
    #: What was on the page the approver came from: those words and no others are approved.
    expected_version = forms.IntegerField(widget=forms.HiddenInput)


def _described(version: LetterTemplateVersion) -> str:
    template = version.template
    return (
        f"{template.title} ({template.get_language_display()}), version {version.number}"
        f" of {version.valid_from:%b} {version.valid_from.day}, {version.valid_from.year}"
    )
