"""What a consumer tells to be called back; no more than is needed for it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.ui.forms import PlainSelect
from storefronts.choices import LANGUAGES
from storefronts.contacts.services import MESSAGE_LENGTH, NAME_LENGTH


class HelpForm(forms.Form):
    """Name, a way to answer, and what it is about. The service checks; this only reads."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        required=False,
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone number"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel-national"}),
    )
    email = forms.CharField(
        label=gettext_lazy("E-mail address"),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language you would like to speak"), required=False, widget=PlainSelect
    )
    message = forms.CharField(
        label=gettext_lazy("What do you need help with?"),
        required=False,
        help_text=gettext_lazy("Please leave out Social Security numbers and health details."),
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": MESSAGE_LENGTH}),
    )
    #: People never see it; programs that fill in everything fill it in.
    website = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            ("", _("No preference")),
            *sorted(((key, _(key)) for key in LANGUAGES), key=lambda pair: pair[1].casefold()),
        ]

    @property
    def is_by_a_program(self) -> bool:
        """Whether the field that people never see was filled in."""
        return bool(self.data.get("website", "").strip())
