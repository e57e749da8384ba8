"""Whether an address can be one of a storefront, and where it lies.

There is no geocoder: an address is checked against its ZIP code, placed at the ZIP code's
centroid, and moved by hand on the map where that is not exact enough.
"""

from math import asin, cos, radians, sin, sqrt
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from portal.tenancy.models import Exchange
from storefronts.places import ZipArea

#: The state an exchange works in, by the exchange's slug; an exchange without one takes all.
STATES: Final = {"covered-california": "CA", "maryland": "MD"}
STATE_NAMES: Final = {"CA": "California", "MD": "Maryland"}

#: How far from its ZIP code's centroid a place may be put by hand, in miles: the width of the
#: largest desert ZIP codes. Farther away, the mark or the ZIP code is wrong.
FARTHEST_MILES: Final = 60
_EARTH_MILES: Final = 3_958.8
#: Degrees within which a mark has not been moved; pages write five decimals, about a yard.
_PRECISION: Final = 0.00002


def check_address(exchange: Exchange, street: str, city: str, state: str, zip_code: str) -> ZipArea:
    """The ZIP code's area, whose centroid places the address.

    Args:
        state: two letters; empty where the form does not ask.

    Raises:
        ValidationError: by field: no street, an unknown ZIP code, or one outside the state the
            exchange works in.
    """
    errors = {}
    if not any(character.isdigit() for character in street):
        errors["street"] = "Enter the street address with its number, e.g. 120 Palm Street."
    if not city.strip():
        errors["city"] = "Enter the city."
    area = area_of(zip_code)
    own = STATES.get(exchange.slug, "")
    if area is None:
        errors["zip_code"] = (
            f"There is no ZIP code {zip_code.strip()[:10]}. Check its five digits."
            if zip_code.strip()
            else "Enter the ZIP code."
        )
    elif own and area.state != own:
        errors["zip_code"] = (
            f"ZIP code {area.zip_code} is in {area.city}, {area.state}. Storefronts of"
            f" {exchange.name} are in {STATE_NAMES[own]}."
        )
    elif state and area.state != state.strip().upper():
        errors["state"] = f"ZIP code {area.zip_code} is in {area.state}, not in {state}."
    if errors or area is None:
        raise ValidationError(errors)
    return area


def area_of(zip_code: str) -> ZipArea | None:
    """The area of a ZIP code as it was typed, also with its four further digits; None: unknown."""
    digits = zip_code.strip()[:5]
    if not (digits.isascii() and digits.isdigit()):
        return None
    return ZipArea.objects.filter(pk=digits).first()


def city_warning(area: ZipArea, city: str) -> str:
    """A sentence when the ZIP code's post office is in another city; empty when it is not.

    Only a warning: one ZIP code often serves several places with names of their own.
    """
    if area.city.casefold() == city.strip().casefold():
        return ""
    return (
        f"The post office of ZIP code {area.zip_code} is in {area.city}. If {city.strip()} is"
        " right, leave it as it is."
    )


def check_place(area: ZipArea, latitude: float, longitude: float) -> None:
    """See that a place chosen on the map can belong to the ZIP code.

    Raises:
        ValidationError: it is no place on earth, or too far from the ZIP code.
    """
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValidationError({"latitude": "The mark is not on the map. Place it again."})
    miles = miles_between(area.latitude, area.longitude, latitude, longitude)
    if miles > FARTHEST_MILES:
        raise ValidationError(
            {
                "latitude": f"The mark on the map is {miles:,.0f} miles from ZIP code"
                f" {area.zip_code}. Move it, or correct the ZIP code."
            }
        )


def miles_between(
    from_latitude: float, from_longitude: float, to_latitude: float, to_longitude: float
) -> float:
    """Miles between two points on the ground; one pair at a time, searches ask the database."""
    lat1, lon1, lat2, lon2 = map(
        radians, (from_latitude, from_longitude, to_latitude, to_longitude)
    )
    part = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_MILES * asin(sqrt(part))


def clean_phone(typed: str) -> str:
    """A telephone number of the United States as ``(916) 555-0142``.

    Raises:
        ValidationError: it has not ten digits.
    """
    digits = "".join(character for character in typed if character in "0123456789")
    digits = digits.removeprefix("1") if len(digits) == 11 else digits
    if len(digits) != 10:
        raise ValidationError("Enter a phone number with ten digits, e.g. (916) 555-0142.")
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


class AddressForm(forms.Form):
    """Name, address and phone of a place, and where it lies on the map.

    After validation ``area`` is the ZIP code's area, ``cleaned_data`` holds ``state``, ``county``,
    ``latitude``, ``longitude`` and ``is_placed_by_hand``, and ``warning`` what may be wrong.
    """

    name = forms.CharField(
        label="Name of the location", max_length=120, help_text="As it stands on the sign."
    )
    street = forms.CharField(
        label="Street address",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
    )
    unit = forms.CharField(
        label="Suite or unit",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-line2"}),
    )
    city = forms.CharField(
        label="City",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    zip_code = forms.CharField(
        label="ZIP code",
        max_length=10,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "postal-code",
                "inputmode": "numeric",
                "class": "usa-input--medium",
            }
        ),
    )
    phone = forms.CharField(
        label="Phone number for consumers",
        max_length=20,
        widget=forms.TextInput(
            attrs={"type": "tel", "autocomplete": "tel-national", "class": "usa-input--medium"}
        ),
    )
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    #: The ZIP code the mark was put in; for another one it means nothing.
    placed_for = forms.CharField(max_length=5, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, exchange: Exchange, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exchange = exchange
        self.area: ZipArea | None = None
        self.warning = ""

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        """Place the address; raises nothing, every objection stands beside its field."""
        cleaned: dict[str, Any] = super().clean() or {}
        if {"street", "city", "zip_code"} & set(self.errors):
            return cleaned
        try:
            self.area = check_address(
                self.exchange, cleaned["street"], cleaned["city"], "", cleaned["zip_code"]
            )
        except ValidationError as error:
            self.add_error(None, error)
            return cleaned
        self.warning = city_warning(self.area, cleaned["city"])
        cleaned |= {
            "zip_code": self.area.zip_code,
            "state": self.area.state,
            "county": self.area.county,
        }
        return cleaned | self._place(self.area, cleaned)

    def _place(self, area: ZipArea, cleaned: dict[str, Any]) -> dict[str, Any]:
        latitude, longitude = cleaned.get("latitude"), cleaned.get("longitude")
        placed_for = cleaned.get("placed_for") or area.zip_code
        is_centroid = (
            latitude is None
            or longitude is None
            # The mark was put there for another ZIP code, which has been corrected since.
            or placed_for != area.zip_code
            or max(abs(latitude - area.latitude), abs(longitude - area.longitude)) < _PRECISION
        )
        if latitude is None or longitude is None or is_centroid:
            return {
                "latitude": area.latitude,
                "longitude": area.longitude,
                "is_placed_by_hand": False,
            }
        try:
            check_place(area, latitude, longitude)
        except ValidationError as error:
            # Hidden fields have no place for a message of their own.
            self.add_error(None, error.messages[0])
        return {"latitude": latitude, "longitude": longitude, "is_placed_by_hand": True}
