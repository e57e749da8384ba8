"""Forms of the constituent case. Labels of the six items are as printed (EA-04)."""

from typing import Any

from django import forms

from escalations.constituent.models import ConstituentDetail, Item, ReferralContact
from escalations.constituent.services import DEFAULT_DIVISION_CODE
from portal.casework.forms import ActForm, find_case
from portal.tenancy.models import Organization
from portal.ui.forms import DateInput, MultipleFileField

FILES_HELP = "PDF, JPEG or PNG, up to 10 MB each. No Social Security numbers in files or names."


def _area(label: str, help_text: str = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class ItemsMixin(forms.Form):
    """The items of the list of six that are fields; all optional (EA-05)."""

    constituent_name = forms.CharField(label=Item.NAME.label, max_length=120, required=False)
    case_or_application_id = forms.CharField(
        label=Item.CASE_NUMBER.label,
        max_length=40,
        required=False,
        help_text="A case number has ten digits and begins with 5 or 1.",
    )
    date_of_birth = forms.DateField(label=Item.BIRTH_DATE.label, required=False, widget=DateInput())
    phone = forms.CharField(label=Item.PHONE.label, max_length=40, required=False)
    email = forms.EmailField(label=Item.EMAIL.label, required=False)


class FilesForm(forms.Form):
    """Files that come with a case. Each is screened by itself, so one refusal loses no other."""

    uploads = MultipleFileField(
        label="Files", required=False, help_text=FILES_HELP, allow_empty_file=True
    )
    release_form = forms.FileField(
        label=Item.RELEASE.label, required=False, help_text=FILES_HELP, allow_empty_file=True
    )


class SubmitForm(ItemsMixin, ActForm):
    """What an office sends in. Files are added beside it and kept with the draft."""

    description = _area(
        "Brief description of the nature of the case",
        "Please do NOT include the constituent's social security number.",
    )
    field_order = ["description"]


class RecordForm(SubmitForm):
    """What the analyst records from a phone call or a letter."""

    office = forms.ModelChoiceField(label="Government office", queryset=Organization.objects.none())
    office_contact = forms.CharField(
        label="Who in the office asked", max_length=160, required=False
    )
    channel = forms.ChoiceField(
        label="How it came",
        choices=[
            (c.value, c.label)
            for c in (
                ConstituentDetail.Channel.PHONE,
                ConstituentDetail.Channel.LETTER,
                ConstituentDetail.Channel.MAIL,
            )
        ],
    )
    field_order = ["office", "office_contact", "channel", "description"]

    def prepare(self) -> None:
        offices = Organization.objects.active().filter(
            exchange_id=self.actor.exchange_id, kind=Organization.Kind.GOVERNMENT_OFFICE
        )
        self.offer("office", offices)


class EditForm(ItemsMixin, ActForm):
    """Complete or correct what the office sent."""

    description = _area("Brief description of the nature of the case")
    field_order = ["description"]

    def prepare(self) -> None:
        if self.case and not self.is_bound:
            detail = self.case.constituent
            self.initial = {name: getattr(detail, name) for name in self.fields}


class ReplyForm(ItemsMixin, ActForm):
    """What the office sends after the case is in. Files are handed on as their screened copies."""

    message = _area("Message", required=False)
    uploads = MultipleFileField(label="Files", required=False, help_text=FILES_HELP)
    release_form = forms.FileField(label=Item.RELEASE.label, required=False, help_text=FILES_HELP)
    field_order = ["message"]

    def full_clean(self) -> None:
        super().full_clean()
        if uploads := self.screened.get("uploads"):
            self.cleaned_data["uploads"] = uploads
        if release_form := self.screened.get("release_form"):
            self.cleaned_data["release_form"] = release_form[0]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        return {name: value for name, value in data.items() if value}


class ReferForm(ActForm):
    contact = forms.ModelChoiceField(label="Refer to", queryset=ReferralContact.objects.none())
    reason = _area("Why it is outside our jurisdiction", "Only our own staff read the reason.")

    def prepare(self) -> None:
        contacts = ReferralContact.objects.filter(
            exchange_id=self.actor.exchange_id, is_active=True
        )
        self.offer("contact", contacts)


class DivisionForm(ActForm):
    division = forms.ModelChoiceField(label="Division", queryset=Organization.objects.none())
    is_urgent = forms.BooleanField(label="Urgent", required=False)
    instructions = _area("Instructions for the division", required=False)

    def prepare(self) -> None:
        divisions = Organization.objects.queues().filter(exchange_id=self.actor.exchange_id)
        if self.case:
            divisions = divisions.exclude(pk=self.case.queue_id or 0)
        self.offer("division", divisions)
        default = divisions.filter(code=DEFAULT_DIVISION_CODE).first()
        self.fields["division"].initial = default.pk if default else None


class AskOfficeForm(ActForm):
    items = forms.MultipleChoiceField(
        label="Ask the office for",
        choices=Item.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="The office sees these words and nothing else.",
    )


class UpdateForm(ActForm):
    text = _area(
        "Update for the office",
        "An office with a release in force reads this. Any other office learns only that there"
        " is an update, and the status.",
    )


class DuplicateForm(ActForm):
    number = forms.CharField(label="Number of the case it repeats", max_length=32)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if number := data.pop("number", None):
            data["of"] = find_case(self.actor, number, field="number")
        return data
