"""Forms of the tenancy pages. They check shapes; the services decide."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator

from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization
from portal.tenancy.roles import OUTSIDE_KINDS, ROLES
from portal.tenancy.services import TOKEN_DAYS

LONGEST_TOKEN_DAYS = 365
#: A name field is no place for numbers of people (EA-06).
no_long_number = RegexValidator(
    r"\d[\d\s./-]{2,}\d", "Enter a name here, without a number.", inverse_match=True
)


class ProfileForm(forms.Form):
    full_name = forms.CharField(label="Full name", max_length=120, validators=[no_long_number])
    phone = forms.CharField(
        label="Work phone",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )


class TokenForm(forms.Form):
    """A new API token of one's own."""

    name = forms.CharField(
        label="What is it for?", max_length=80, help_text="For example, “Nightly report”."
    )
    read_only = forms.BooleanField(
        label="It may only read", required=False, initial=True, help_text="Safer where it suffices."
    )
    days = forms.IntegerField(
        label="Days until it expires",
        initial=TOKEN_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_TOKEN_DAYS)],
    )


class PeopleFilter(forms.Form):
    q = forms.CharField(label="Name or email", required=False, max_length=80)
    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[("", "Current"), ("former", "Former"), ("all", "All")],
    )


class SkillsForm(forms.Form):
    """What the routing table knows of somebody."""

    languages = forms.CharField(
        label="Languages", required=False, max_length=400, help_text="Separated by commas."
    )
    skills = forms.CharField(
        label="Skills", required=False, max_length=400, help_text="Separated by commas."
    )
    capacity = forms.IntegerField(
        label="Cap",
        required=False,
        min_value=0,
        max_value=999,
        help_text="The most open cases the routing table may give them; empty: no cap.",
    )

    def clean_languages(self) -> list[str]:
        return self.cleaned_data["languages"].split(",")

    def clean_skills(self) -> list[str]:
        return self.cleaned_data["skills"].split(",")


class LicenseForm(forms.Form):
    """The number an enroller works under."""

    license_number = forms.CharField(
        label="License or certification number",
        required=False,
        max_length=20,
        help_text="As on the license or certificate. It is printed for the enroller’s consumers.",
    )


class InviteForm(forms.Form):
    """Whom to invite, and into which organization and role."""

    full_name = forms.CharField(label="Full name", max_length=120, validators=[no_long_number])
    email = forms.EmailField(label="Work email address", max_length=254)
    organization = forms.ModelChoiceField(
        label="Organization", queryset=Organization.objects.none()
    )
    role = forms.ChoiceField(label="Role")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organizations = Organization.objects.active().filter(exchange_id=actor.exchange_id)
        if not actor.may("tenancy.administer"):
            organizations = organizations.filter(pk__in=actor.organization_ids)
        chosen = self.fields["organization"]
        chosen.queryset = organizations  # type: ignore[attr-defined]
        if len(actor.organization_ids) == 1 and not actor.may("tenancy.administer"):
            chosen.initial = actor.organization_id
        kinds = set(organizations.values_list("kind", flat=True).distinct())
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            ("", "Choose a role"),
            *((spec.key, spec.label) for spec in ROLES.values() if _fits_some(spec, kinds)),
        ]


def _fits_some(spec: Any, kinds: set[str]) -> bool:
    wanted = OUTSIDE_KINDS.get(spec.family)
    outside = set().union(*OUTSIDE_KINDS.values())
    return bool(wanted & kinds) if wanted else bool(kinds - outside)


class JoinForm(forms.Form):
    """Accepting an invitation as somebody new."""

    full_name = forms.CharField(
        label="Your full name",
        max_length=120,
        validators=[no_long_number],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=256,
        help_text="At least 15 characters. Several unrelated words are good; spaces are fine.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Password again",
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    notice = forms.BooleanField(
        label="I have read the notice and agree that my use of the portal is recorded"
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            raise ValidationError({"again": "The two passwords differ."})
        return data
