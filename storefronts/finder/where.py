"""From what a consumer types to a point on the map, or a sentence about what to type instead."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from portal.tenancy.models import Exchange
from storefronts.addresses import STATE_NAMES, STATES, miles_between
from storefronts.places import ZipArea

#: Decimals of a point that is asked for: about a kilometer, enough to find what is near and too
#: little to find who asks.
ROUNDED: Final = 2
LONGEST: Final = 80
#: Parts of a city's ZIP codes farther apart than this are two places of one name.
_ONE_PLACE_MILES: Final = 30
_ZIP: Final = re.compile(r"(\d{5})(?:-?\d{4})?")
_POINT: Final = re.compile(r"(-?\d{1,2}(?:\.\d{1,6})?),(-?\d{1,3}(?:\.\d{1,6})?)")
_COUNTY: Final = re.compile(r"(?P<city>[^,]+),\s*(?P<county>[^,]+? county)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where somebody searches from: a point, and what it is called."""

    latitude: float
    longitude: float
    #: E.g. “Sacramento (95814)”; empty for the browser's own place.
    name: str = ""


class Unplaced(Exception):
    """What was typed is no place to search from; the message is a sentence for the consumer."""

    def __init__(self, sentence: str, choices: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        #: What could be typed instead, to be offered as links.
        self.choices = tuple(choices)


def origin_of(exchange: Exchange, typed: str, *, area: ZipArea | None = None) -> Origin:
    """The point a ZIP code or a city of the exchange's state stands for.

    Args:
        area: the ZIP code's area where it has been read already.

    Raises:
        Unplaced: it is unknown, lies outside the state, or stands for several places.
    """
    typed = " ".join(typed.split())
    if not typed:
        raise Unplaced(_("Enter a ZIP code or a city."))
    if len(typed) > LONGEST:
        raise Unplaced(_("This is too long for a city. Enter a ZIP code or a city."))
    code = zip_code_in(typed)
    if code:
        return _of_zip(exchange, code, area)
    if re.fullmatch(r"[\d\s-]+", typed):
        raise Unplaced(_("A ZIP code has five digits, like 95814."))
    return _of_city(exchange, typed)


def point_of(text: str) -> Origin | None:
    """A point as the browser gives it, rounded: “38.58,-121.49”; None where it is none."""
    found = _POINT.fullmatch(text.strip())
    if found is None:
        return None
    latitude, longitude = (round(float(part), ROUNDED) for part in found.groups())
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return Origin(latitude, longitude)


def zip_code_in(typed: str) -> str:
    """The five digits of a typed ZIP code; empty where it is none."""
    found = _ZIP.fullmatch(typed.strip())
    return found.group(1) if found and typed.isascii() else ""


def state_name(exchange: Exchange) -> str:
    """The name of the state the exchange works in; empty where it works in all."""
    return STATE_NAMES.get(STATES.get(exchange.slug, ""), "")


def _of_zip(exchange: Exchange, code: str, area: ZipArea | None) -> Origin:
    if area is None or area.zip_code != code:
        area = ZipArea.objects.filter(pk=code).first()
    if area is None:
        raise Unplaced(
            _("We do not know the ZIP code %(zip)s. Check its digits, or enter a city.")
            % {"zip": code}
        )
    own = STATES.get(exchange.slug, "")
    if own and area.state != own:
        raise Unplaced(
            _("ZIP code %(zip)s is in %(city)s, %(state)s. Enter one in %(own)s.")
            % {
                "zip": code,
                "city": area.city,
                "state": area.state,
                "own": state_name(exchange),
            }
        )
    return Origin(area.latitude, area.longitude, f"{area.city} ({code})")


def _of_city(exchange: Exchange, typed: str) -> Origin:
    named = _COUNTY.fullmatch(typed)
    own = STATES.get(exchange.slug, "")
    city = named["city"].strip() if named else _without_state(typed, own)
    rows = ZipArea.objects.filter(state=own) if own else ZipArea.objects.all()
    areas = list(rows.filter(city__iexact=city).order_by("zip_code"))
    if named:
        areas = [row for row in areas if row.county.casefold() == named["county"].casefold()]
    if not areas:
        raise Unplaced(
            _("We found no city called %(city)s. Check how it is spelled, or enter a ZIP code.")
            % {"city": typed},
            _alike(rows.values_list("city", flat=True).distinct(), city),
        )
    counties = {row.county: row for row in areas}
    if len(counties) > 1 and _are_apart(list(counties.values())):
        raise Unplaced(
            _("There is more than one %(city)s. Which one do you mean?") % {"city": areas[0].city},
            [f"{areas[0].city}, {county}" for county in sorted(counties)],
        )
    return Origin(
        sum(row.latitude for row in areas) / len(areas),
        sum(row.longitude for row in areas) / len(areas),
        areas[0].city,
    )


def _without_state(typed: str, own: str) -> str:
    """“Fresno, CA” and “Fresno California” as “Fresno”."""
    for ending in filter(None, (own, STATE_NAMES.get(own, ""))):
        shorter = re.sub(rf"[,\s]+{re.escape(ending)}\.?$", "", typed, flags=re.IGNORECASE)
        if shorter and shorter != typed:
            return shorter.strip()
    return typed.strip(" ,.")


def _are_apart(areas: Sequence[ZipArea]) -> bool:
    first = areas[0]
    return any(
        miles_between(first.latitude, first.longitude, row.latitude, row.longitude)
        > _ONE_PLACE_MILES
        for row in areas[1:]
    )


def _alike(cities: Iterable[str], typed: str) -> list[str]:
    by_fold = {city.casefold(): city for city in cities}
    close = difflib.get_close_matches(typed.casefold(), list(by_fold), n=3, cutoff=0.75)
    return [by_fold[fold] for fold in close]
