"""The form that takes in a feed's file."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from portal.consumers.feeds import FeedKind
from portal.consumers.files import MAX_BYTES


class FeedForm(forms.Form):
    kind = forms.ChoiceField(label="Kind of file")
    file = forms.FileField(
        label="File",
        help_text=(
            "CSV or JSON lines, up to 300 MB. A file may be imported again: nothing comes in twice."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.jsonl,.ndjson,text/csv"}),
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
