"""Forms of the Delegation Tool and of standing delegations. Shape only; services have the rules."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.delegations import selectors
from portal.delegations.disclaimers import LANGUAGES
from portal.delegations.matching import ssn_digits
from portal.delegations.models import DisclaimerVersion
from portal.delegations.services import REASON_LENGTH
from portal.documents.validation import NoSsnFormMixin
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization, Person
from portal.ui.forms import DateInput

#: Printed beside the search (DL-02).
SSN_HINT = (
    "For best results always include the consumer's Social Security Number in the search criteria."
)
_KEPT_NOWHERE = "It is used for this search only and kept nowhere."


class SearchForm(NoSsnFormMixin, forms.Form):
    """Step 1, “Identifying the Consumer”.

    The one form of the portal with a field for a Social Security number: it is masked, never
    shown again, and leaves :attr:`cleaned_data` as nine digits for one comparison. The firewall
    looks after the other fields.
    """

    name = forms.CharField(
        label="Full name",
        max_length=120,
        help_text="First and last name, as on the consumer's application.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    date_of_birth = forms.DateField(
        label="Date of birth",
        widget=DateInput(attrs={"autocomplete": "off", "min": "1900-01-01"}),
    )
    ssn = forms.CharField(
        label="Social Security Number (recommended)",
        max_length=20,
        required=False,
        strip=True,
        help_text=f"{SSN_HINT} {_KEPT_NOWHERE}",
        widget=forms.PasswordInput(
            render_value=False,
            attrs={"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false"},
        ),
    )

    def _check_texts(self, name: str, label: str) -> None:
        if name != "ssn":
            super()._check_texts(name, label)

    def clean_date_of_birth(self) -> date:
        born: date = self.cleaned_data["date_of_birth"]
        if not date(1900, 1, 1) <= born <= timezone.localdate():
            raise ValidationError("Enter a date of birth in the past.")
        return born

    def clean_ssn(self) -> str:
        typed = self.cleaned_data["ssn"]
        digits = ssn_digits(typed)
        if typed and not digits:
            raise ValidationError("Enter nine digits, or leave this empty.")
        return digits


class DisclaimersForm(forms.Form):
    """Step 2, “Disclaimers”: one box a statement, in the language they are read out in."""

    def __init__(self, *args: Any, version: DisclaimerVersion, language: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.boxes = []
        for place, statement in enumerate(version.statements(language)):
            name = f"statement_{place}"
            self.fields[name] = forms.BooleanField(
                label=statement, error_messages={"required": "Tick this once the consumer agrees."}
            )
            self.boxes.append(name)
        self.fields["language"] = forms.ChoiceField(
            choices=LANGUAGES, widget=forms.HiddenInput, initial=language
        )

    @property
    def accepted(self) -> int:
        """How many boxes were ticked."""
        return sum(bool(self.cleaned_data.get(name)) for name in self.boxes)


class PhoneForm(forms.Form):
    """Where the passcode goes; the label is the printed one (DL-04)."""

    phone = forms.CharField(
        label="Enter the Consumers Cell Phone Number to receive the one-time passcode",
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "tel", "type": "tel", "size": "16"}
        ),
    )


class PasscodeForm(forms.Form):
    """The passcode the consumer reads out; the label is the printed one (DL-04)."""

    passcode = forms.CharField(
        label="Delegation will be processed when you enter the one-time passcode provided by the"
        " consumer here:",
        max_length=12,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )


class ReasonForm(NoSsnFormMixin, forms.Form):
    """Why a delegation is declined, ended or removed."""

    reason = forms.CharField(
        label="Reason",
        max_length=REASON_LENGTH,
        help_text="Seen by the enroller's organization and the exchange's staff.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AcceptForm(forms.Form):
    """Who takes the consumer, where a request names nobody."""

    enroller = forms.ModelChoiceField(
        label="Who takes the consumer", queryset=Person.objects.none()
    )

    def __init__(self, *args: Any, organization: Organization, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field = self.fields["enroller"]
        field.queryset = selectors.enrollers_of(organization, actor)  # type: ignore[attr-defined]
        field.label_from_instance = lambda person: person.full_name  # type: ignore[attr-defined]


class TransferForm(forms.Form):
    """To whom chosen delegations go."""

    enroller = forms.ModelChoiceField(
        label="Transfer to",
        queryset=Person.objects.none(),
        help_text="Agents Level 1 receive no transfers.",
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field = self.fields["enroller"]
        field.queryset = selectors.colleagues_to_transfer_to(actor)  # type: ignore[attr-defined]
        field.label_from_instance = lambda person: person.full_name  # type: ignore[attr-defined]


class FindForm(NoSsnFormMixin, forms.Form):
    """A consumer by the number of their case."""

    case_number = forms.RegexField(
        r"^[15][0-9]{9}$",
        label="Eligibility-system case number",
        help_text="Ten digits; the first is 5 or 1.",
        error_messages={"invalid": "Enter ten digits; the first is 5 or 1."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class ContactForm(forms.Form):
    """The box without which staff change no delegation (C.7b)."""

    contact_on_phone = forms.BooleanField(
        label="The household primary contact is on the phone, is verified, and asks for this.",
        required=False,
    )


class AddForm(NoSsnFormMixin, ContactForm):
    """To whom the primary contact delegates."""

    enroller = forms.CharField(
        label="Enroller's license number or email address",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("enroller", "contact_on_phone")


class RemoveForm(ContactForm, ReasonForm):
    """Why the primary contact ends the delegation."""

    field_order = ("reason", "contact_on_phone")
