"""Forms of channels: choices in a grid, quiet hours, and a webhook."""

from django import forms

from notifications.channels import addresses
from notifications.channels.registering import groups_offered


class QuietHoursForm(forms.Form):
    """Two times on the exchange's clock, or none."""

    starts = forms.TimeField(
        label="From", required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    ends = forms.TimeField(
        label="Until",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text="Leave both empty for no quiet hours.",
    )


class _GroupsForm(forms.Form):
    groups = forms.MultipleChoiceField(
        label="What it is told of", widget=forms.CheckboxSelectMultiple, choices=groups_offered
    )


class WebhookForm(_GroupsForm):
    """An address that is not registered yet."""

    url = forms.CharField(
        label="Address",
        max_length=addresses.MAX_LENGTH,
        help_text="It begins with https:// and answers on port 443 or 8443.",
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("url", "groups")


class WebhookChangeForm(_GroupsForm):
    """What can be changed of one that is."""

    is_active = forms.BooleanField(label="Tell this address", required=False)
