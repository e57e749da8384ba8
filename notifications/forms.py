"""Forms of the wing."""

from django import forms

from notifications.wording import BODY_LENGTH, SUBJECT_LENGTH
from portal.documents.validation import NoSsnFormMixin


class WordingForm(NoSsnFormMixin, forms.Form):
    """Subject and body of a message, with variables in braces."""

    subject = forms.CharField(
        label="Subject",
        max_length=SUBJECT_LENGTH,
        help_text="Also the line people see in their bell.",
    )
    body = forms.CharField(
        label="Message", max_length=BODY_LENGTH, widget=forms.Textarea(attrs={"rows": 14})
    )
