"""The form of an enroller portal notification."""

from typing import Any

from django import forms

from notifications.posts import Post
from notifications.posts_services import BODY_LENGTH, TITLE_LENGTH
from portal.documents.validation import NoSsnFormMixin
from portal.ui.forms import DateTimeInput, Section


class PostForm(NoSsnFormMixin, forms.Form):
    """What readers are told, who they are, and from when until when."""

    kind = forms.ChoiceField(label="What it is", choices=[("", "Choose"), *Post.Kind.choices])
    audience = forms.ChoiceField(
        label="For whom", choices=Post.Audience.choices, initial=Post.Audience.BOTH
    )
    title = forms.CharField(label="Title", max_length=TITLE_LENGTH)
    body = forms.CharField(
        label="Text",
        max_length=BODY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Plain text; an address that begins with https:// becomes a link."
        " Name no consumer and no case.",
    )
    starts_at = forms.DateTimeField(
        label="From", widget=DateTimeInput(), help_text="In the exchange’s time zone."
    )
    expires_at = forms.DateTimeField(label="Until", widget=DateTimeInput())

    sections = (
        Section("The notification", ("kind", "title", "body")),
        Section("Who sees it, and when", ("audience", "starts_at", "expires_at")),
    )


def values_of(post: Post) -> dict[str, Any]:
    """A post as the form shows it."""
    return {name: getattr(post, name) for name in PostForm.base_fields}
