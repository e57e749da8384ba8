"""Forms of the toolkits: searching, and writing an entry."""

from typing import Any

from django import forms

from portal.documents.screening import ScreenedFile
from portal.documents.validation import NoSsnFormMixin
from portal.toolkits.models import Kind, Language, Readers
from portal.toolkits.selectors import MOST_TYPED
from portal.toolkits.services import MOST_BODY, Content
from portal.ui.forms import DateInput, Section


class SearchForm(forms.Form):
    """What to look for. A value that is none of the choices is as good as none."""

    q = forms.CharField(
        label="Search the toolkits",
        required=False,
        max_length=MOST_TYPED,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(required=False, choices=[("", "Every kind"), *Kind.choices])
    readers = forms.ChoiceField(
        label="Written for",
        required=False,
        choices=[
            ("", "Everybody"),
            (Readers.AGENCIES.value, "Agents"),
            (Readers.ENTITIES.value, "Counselors"),
        ],
    )
    language = forms.ChoiceField(
        required=False, choices=[("", "Every language"), *Language.choices]
    )

    def wanted(self) -> dict[str, str]:
        """The values that are valid, by name; empty strings for the others."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


class EntryForm(NoSsnFormMixin, forms.Form):
    """A version of an entry, as it is written."""

    sections = (
        Section("What it is", ("title", "summary", "kind", "readers", "language")),
        Section("What it says", ("body", "link", "file", "remove_file")),
        Section("Beside it", ("as_of", "is_coming_soon", "topics", "change_note")),
    )

    title = forms.CharField(label="Title", max_length=140)
    summary = forms.CharField(
        label="Summary", max_length=300, help_text="One or two sentences: what one finds in it."
    )
    kind = forms.ChoiceField(label="Kind", choices=Kind.choices)
    readers = forms.ChoiceField(
        label="Written for",
        choices=Readers.choices,
        widget=forms.RadioSelect,
        initial=Readers.EVERYONE,
        help_text="The exchange’s own staff read all entries.",
    )
    language = forms.ChoiceField(
        label="Language", choices=Language.choices, initial=Language.ENGLISH
    )
    body = forms.CharField(
        label="Text",
        required=False,
        max_length=MOST_BODY,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text="Markdown: # heading, - list, 1. steps, **bold**, [text](address).",
    )
    link = forms.URLField(
        label="Outside page",
        required=False,
        max_length=400,
        assume_scheme="https",
        help_text="The address of the document elsewhere, beginning with https://.",
    )
    file = forms.FileField(
        label="File",
        required=False,
        help_text="PDF, JPEG or PNG. The words of a PDF are found by the search.",
    )
    remove_file = forms.BooleanField(label="Leave out the file there is", required=False)
    as_of = forms.DateField(
        label="Accurate as of",
        required=False,
        widget=DateInput(),
        help_text="Readers see this day. It is needed before the entry is published.",
    )
    is_coming_soon = forms.BooleanField(
        label="Coming soon",
        required=False,
        help_text="Announce it before it is written.",
    )
    topics = forms.CharField(
        label="Topics", required=False, max_length=340, help_text="Parted by commas, at most 8."
    )
    change_note = forms.CharField(
        label="What is new",
        required=False,
        max_length=240,
        help_text="Readers see it in the history of the entry.",
    )
    expected_revision = forms.IntegerField(widget=forms.HiddenInput, initial=0, min_value=0)

    def __init__(self, *args: Any, has_file: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_file:
            del self.fields["remove_file"]

    def clean_topics(self) -> list[str]:
        """The topics as a list."""
        return [topic.strip() for topic in self.cleaned_data["topics"].split(",") if topic.strip()]

    @property
    def content(self) -> Content:
        """What was written, once the form is valid."""
        names = Content.__dataclass_fields__
        return Content(**{name: self.cleaned_data[name] for name in names})

    @property
    def new_file(self) -> ScreenedFile | None:
        """The file that was chosen, screened."""
        screened = self.screened.get("file")
        return screened[0] if screened else None
