"""Forms of the application's steps; their rules are those of the services (SF-02, C.6 2)."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from portal.documents.validation import NoSsnFormMixin
from portal.tenancy.actor import Actor
from portal.tenancy.models import Person
from portal.ui.forms import MultipleFileField, Section
from storefronts.addresses import AddressForm
from storefronts.applications import selectors
from storefronts.applications.services import check_services
from storefronts.choices import ACCESSIBILITY, ATTESTATIONS, LANGUAGES, SERVICES
from storefronts.hours_fields import HoursField, SpecialDaysField
from storefronts.models import Listing
from storefronts.photos import FEWEST, MOST

#: The choice of a location that is none of the organization's storefronts yet.
NEW = "new"
PHOTOS_HELP = (
    f"JPEG or PNG, {FEWEST} to {MOST} photos, at least one of the outside with its sign. Where and"
    " when a photo was taken is removed from it."
)


class LocationForm(forms.Form):
    """Which location it is for: a new one, or one of the organization's storefronts."""

    location = forms.ChoiceField(
        label="Which location do you apply for?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a new location, or one of your storefronts."},
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.locations = {str(row.public_id): row for row in selectors.locations_of(actor)}
        offered = [(key, _line(row)) for key, row in self.locations.items()]
        cast(forms.ChoiceField, self.fields["location"]).choices = [
            (NEW, "A new location"),
            *offered,
        ]

    @property
    def listing(self) -> Listing | None:
        """The chosen storefront; None: a new location."""
        return self.locations.get(self.cleaned_data["location"])


class PlaceForm(NoSsnFormMixin, AddressForm):
    """Step 1: name, address, phone, and the mark on the map."""


class DetailsForm(NoSsnFormMixin, forms.Form):
    """Step 2: when it is open, how consumers are served, who works there, what is attested."""

    hours = HoursField(
        label="Opening hours",
        help_text="Local time. Leave a day empty when the location is closed.",
    )
    special_days = SpecialDaysField(
        label="Holidays",
        required=False,
        help_text="Days with other hours, or closed. You can change them at any time.",
    )
    languages = forms.MultipleChoiceField(
        label="Languages spoken there",
        choices=[(name, name) for name in LANGUAGES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one language."},
    )
    services = forms.MultipleChoiceField(
        label="How consumers are served",
        choices=SERVICES,
        widget=forms.CheckboxSelectMultiple,
        help_text="A storefront takes walk-ins; appointments alone are not enough.",
        error_messages={"required": "Choose “Walk-ins welcome”, and what else you offer."},
    )
    accessibility = forms.MultipleChoiceField(
        label="Accessibility",
        choices=ACCESSIBILITY,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    staff = forms.ModelMultipleChoiceField(
        label="Enrollers who work there",
        queryset=Person.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one enroller who works there.",
            "invalid_choice": "Choose enrollers of your own agency or entity.",
            "invalid_pk_value": "Choose enrollers of your own agency or entity.",
        },
    )
    sections = (
        Section("Hours", ("hours", "special_days")),
        Section("Consumers there", ("languages", "services", "accessibility")),
        Section("Staff", ("staff",)),
        Section(
            "Attestations",
            tuple(row.field for row in ATTESTATIONS),
            "You confirm each of these for the location.",
        ),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = cast("forms.ModelMultipleChoiceField[Person]", self.fields["staff"])
        staff.queryset = selectors.staff_to_choose(actor)
        for row in ATTESTATIONS:
            self.fields[row.field] = forms.BooleanField(
                label=row.words, error_messages={"required": "Confirm this, or do not apply yet."}
            )

    def clean_services(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["services"]
        try:
            check_services(chosen)
        except ValidationError as error:
            raise ValidationError(error.messages) from None
        return chosen

    @property
    def chosen_staff(self) -> QuerySet[Person]:
        """The chosen enrollers, by name."""
        return cast("QuerySet[Person]", self.cleaned_data["staff"])

    @property
    def attested(self) -> list[str]:
        """Keys of the attestations that were confirmed."""
        return [row.key for row in ATTESTATIONS if self.cleaned_data.get(row.field)]


class PhotosForm(forms.Form):
    """Step 3: photos; each is screened and kept with the draft by itself."""

    uploads = MultipleFileField(label="Photos", required=False, help_text=PHOTOS_HELP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["uploads"].widget.attrs["accept"] = "image/jpeg,image/png,.jpg,.jpeg,.png"


def _line(listing: Listing) -> str:
    state = "" if listing.state == Listing.State.ACTIVE else f" ({listing.get_state_display()})"
    return f"{listing.name}, {listing.street}, {listing.city} {listing.zip_code}{state}"
