"""The form of an announcement by bell."""

from typing import Any

from django import forms

from notifications.bells.notices import Notice, audiences_of
from notifications.bells.services import BODY_LENGTH, TITLE_LENGTH
from portal.documents.validation import NoSsnFormMixin
from portal.tenancy.actor import Actor
from portal.ui.forms import DateTimeInput, Section


class NoticeForm(NoSsnFormMixin, forms.Form):
    """What is said to whom, and from when until when."""

    kind = forms.ChoiceField(label="What it is", choices=[("", "Choose"), *Notice.Kind.choices])
    title = forms.CharField(
        label="Line in the bell",
        max_length=TITLE_LENGTH,
        help_text="Say what matters here, e.g. from when until when. Name no consumer and no case.",
    )
    body = forms.CharField(
        label="More about it",
        required=False,
        max_length=BODY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Plain text, on the page the line leads to; an address that begins with https://"
        " becomes a link.",
    )
    audience = forms.ChoiceField(label="For whom")
    starts_at = forms.DateTimeField(
        label="Rings at",
        widget=DateTimeInput(),
        help_text="In the exchange’s time zone; a time that is past rings at once.",
    )
    expires_at = forms.DateTimeField(label="Shown until", widget=DateTimeInput())

    sections = (
        Section("What is said", ("kind", "title", "body")),
        Section("To whom, and when", ("audience", "starts_at", "expires_at")),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        audience = self.fields["audience"]
        assert isinstance(audience, forms.ChoiceField)
        audience.choices = [("", "Choose"), *audiences_of(actor)]
