"""Forms of the releases room."""

from typing import Any, cast

from django import forms

from escalations.releases.models import Release
from escalations.releases.projection import choices_to_replace
from escalations.releases.text import AGREEMENT
from portal.documents.validation import NoSsnFormMixin
from portal.tenancy.models import Membership, Person
from portal.ui.forms import DateInput, Section


class UploadForm(NoSsnFormMixin, forms.Form):
    document = forms.FileField(
        label="Signed Information Release Form",
        help_text="PDF, JPEG or PNG, up to 10 MB. It must not show a Social Security number.",
    )


class CheckForm(NoSsnFormMixin, forms.Form):
    """What External Affairs finds on a form (EA-22, EA-23)."""

    is_signed = forms.BooleanField(label="It is signed by the constituent", required=False)
    is_dated = forms.BooleanField(label="It is dated by the constituent", required=False)
    names_recipient = forms.BooleanField(label="It names the office or its staff", required=False)
    authorizes_details = forms.BooleanField(
        label="It authorizes discussing specific details about the constituent’s issue",
        required=False,
    )
    signed_on = forms.DateField(label="Date of the signature", required=False, widget=DateInput())
    starts_on = forms.DateField(
        label="First day",
        required=False,
        widget=DateInput(),
        help_text="Empty: the day of the signature.",
    )
    ends_on = forms.DateField(
        label="Last day",
        required=False,
        widget=DateInput(),
        help_text="Empty: 30 days after the signature.",
    )
    scope = forms.ChoiceField(
        label="Whom it names",
        choices=Release.Scope.choices,
        widget=forms.RadioSelect,
        initial=Release.Scope.OFFICE,
    )
    named_staff = forms.ModelMultipleChoiceField(
        label="Named members of staff",
        queryset=Person.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Only when it names members of staff.",
    )
    replaces = forms.TypedChoiceField(
        label="It replaces", required=False, coerce=int, empty_value=None
    )

    sections: tuple[Section, ...] = (
        Section(
            "What the form shows",
            ("is_signed", "is_dated", "names_recipient", "authorizes_details"),
            "Tick what you see on the paper itself.",
        ),
        Section("When it counts", ("signed_on", "starts_on", "ends_on")),
        Section("Whom it covers", ("scope", "named_staff", "replaces")),
    )

    def __init__(self, *args: Any, release: Release, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.release = release
        staff = Membership.objects.current().filter(organization_id=release.office_id)
        named = cast(forms.ModelMultipleChoiceField, self.fields["named_staff"])
        named.queryset = Person.objects.filter(pk__in=staff.values("person_id"))
        self._replaceable = {
            row.pk: row
            for row in Release.objects.filter(
                case_id=release.case_id, office_id=release.office_id, state=Release.State.VALID
            ).select_related("exchange")
        }
        if self._replaceable:
            choices = [("", "No other form"), *choices_to_replace(self._replaceable.values())]
            cast(forms.TypedChoiceField, self.fields["replaces"]).choices = choices
        else:
            del self.fields["replaces"]

    def arguments(self) -> dict[str, Any]:
        """The clean values, as ``accept_release`` takes them."""
        values = dict(self.cleaned_data)
        replaces = values.pop("replaces", None)
        values["named_staff"] = list(values["named_staff"])
        return values | {"replaces": self._replaceable.get(replaces)}


class OverrideForm(CheckForm):
    """Ask a second person to let a form count although it lacks something."""

    reason = forms.CharField(
        label="Why it should count all the same",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )
    sections = (*CheckForm.sections, Section("Your request", ("reason",)))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("replaces", None)

    def arguments(self) -> dict[str, Any]:
        """The clean values, as ``request_override`` takes them."""
        values = super().arguments()
        del values["replaces"]
        return values


class DeficientForm(NoSsnFormMixin, forms.Form):
    deficiency = forms.CharField(
        label="What is missing",
        help_text="The office reads these words. Say nothing about the case itself.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
    )


class RevokeForm(NoSsnFormMixin, forms.Form):
    reason = forms.CharField(
        label="Reason",
        help_text="Only the exchange’s own staff can read this.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
    )


class ContactForm(NoSsnFormMixin, forms.Form):
    contact = forms.EmailField(
        label="The constituent’s email address",
        help_text="Check it with the constituent: link and passcode both go there.",
    )


class PasscodeForm(forms.Form):
    passcode = forms.CharField(
        label="Passcode",
        max_length=12,
        help_text="Six digits, in the message we sent you. It works for ten minutes.",
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "size": 10}
        ),
    )


class SignForm(NoSsnFormMixin, forms.Form):
    name = forms.CharField(
        label="Your full name",
        max_length=120,
        help_text="Typing your name here is your signature.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    agrees = forms.BooleanField(label=AGREEMENT)
