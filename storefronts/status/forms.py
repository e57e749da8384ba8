"""The form of one answer to a request for information (SF-07, SF-08)."""

from typing import Any

from django import forms

from portal.documents.screening import ScreenedFile
from portal.documents.validation import NoSsnFormMixin
from storefronts.status.answers import LONGEST_ANSWER, ItemView

_FILES_HELP = "PDF, JPEG or PNG. Every file is checked before it is kept."


class AnswerForm(NoSsnFormMixin, forms.Form):
    """Text, a file, or both; each item of a request has a form of its own."""

    answer = forms.CharField(
        label="Answer",
        required=False,
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    file = forms.FileField(label="File", required=False, help_text=_FILES_HELP)
    remove_file = forms.BooleanField(label="Remove the file that is saved", required=False)
    seen = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)

    def __init__(self, *args: Any, item: ItemView, **kwargs: Any) -> None:
        kwargs |= {
            "initial": {"answer": item.answer, "seen": item.seen},
            "auto_id": f"id_q{item.id}_%s",
        }
        super().__init__(*args, **kwargs)
        if item.file_required:
            self.fields["file"].label = "File (required)"
        if not item.file_name:
            del self.fields["remove_file"]
        else:
            self.fields["file"].label = "Another file, to replace it"

    @property
    def screened_file(self) -> ScreenedFile | None:
        """The checked copy of the file that was sent, if one was."""
        return next(iter(self.screened.get("file", ())), None)
