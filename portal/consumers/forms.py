"""The form that takes in a feed's file."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from portal.consumers.feeds import MAX_BYTES, FeedKind


class FeedForm(forms.Form):
    kind = forms.ChoiceField(label="Kind of file")
    file = forms.FileField(
        label="File",
        help_text="A CSV file of up to 300 MB. Rows that are there already are left alone.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def __init__(self, *args: Any, kinds: list[FeedKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = cast(forms.ChoiceField, self.fields["kind"])
        choices.choices = [(kind.key, kind.label) for kind in kinds]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError("The file is larger than 300 MB. Split it.")
        return file
