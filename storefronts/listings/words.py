"""A listing's values in words: for its page, its history, and two people's edits side by side."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.dateformat import format as format_date

from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership
from storefronts.choices import ACCESSIBILITY, SERVICES, labels_of
from storefronts.hours import print_spans, week_lines
from storefronts.listings.services import EDITABLE
from storefronts.models import Listing, ListingChange

_LABELS: Final = {
    "phone": "Phone",
    "hours": "Hours",
    "special_days": "Holidays",
    "languages": "Languages",
    "services": "Services",
    "accessibility": "Accessibility",
    "name": "Name",
    "street": "Street address",
    "unit": "Suite or unit",
    "city": "City",
    "state_code": "State",
    "zip_code": "ZIP code",
    "county": "County",
}
#: Changes nobody reads as numbers.
_PLACE: Final = frozenset({"latitude", "longitude", "is_placed_by_hand"})


@dataclass(frozen=True)
class HistoryEvent:
    """One step of a listing's history, as ``{% timeline %}`` draws it."""

    when: datetime
    title: str
    actor: str
    body: str


@dataclass(frozen=True)
class Difference:
    """A field that holds one thing now and another in what somebody typed."""

    label: str
    now: list[str]
    typed: list[str]


def lines_of(name: str, value: Any) -> list[str]:
    """One value of a listing as lines of text; “None” where there is nothing."""
    if name == "hours":
        lines = [f"{line.day}: {line.hours}" for line in week_lines(value)]
    elif name == "special_days":
        lines = [_special_day(day) for day in value]
    elif name == "languages":
        lines = list(value)
    elif name == "services":
        lines = labels_of(value, SERVICES)
    elif name == "accessibility":
        lines = labels_of(value, ACCESSIBILITY)
    else:
        lines = [str(value)] if value else []
    return lines or ["None"]


def facts_of(listing: Listing) -> list[tuple[str, list[str]]]:
    """What the owner may edit, as label and lines."""
    return [(_LABELS[name], lines_of(name, getattr(listing, name))) for name in EDITABLE]


def address_of(listing: Listing) -> str:
    """The address on one line."""
    street = f"{listing.street}, {listing.unit}" if listing.unit else listing.street
    return f"{street}, {listing.city}, {listing.state_code} {listing.zip_code}".replace("  ", " ")


def differences(listing: Listing, typed: Mapping[str, Any]) -> list[Difference]:
    """Where what was typed is not what the listing holds now."""
    found = []
    for name in EDITABLE:
        if name not in typed or typed[name] == getattr(listing, name):
            continue
        now, theirs = lines_of(name, getattr(listing, name)), lines_of(name, typed[name])
        if name == "hours":
            # Days that are the same only hide those that are not.
            now, theirs = _without(theirs, now), _without(now, theirs)
        found.append(Difference(_LABELS[name], now, theirs))
    return found


def _without(others: Collection[str], lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line not in others]


def history_of(actor: Actor, listing: Listing) -> list[HistoryEvent]:
    """Who changed what and when, the latest first.

    Owners read the names of their own people; of the exchange's staff, that it was the exchange.
    """
    changes = list(listing.changes.select_related("person"))
    people = {change.person_id for change in changes if change.person_id}
    own = set(
        Membership.objects.filter(
            exchange_id=listing.exchange_id,
            organization_id=listing.organization_id,
            person_id__in=people,
        ).values_list("person_id", flat=True)
    )
    return [
        HistoryEvent(
            when=change.at,
            title=change.get_verb_display(),
            actor=_who(actor, change, is_own=change.person_id in own),
            body="\n".join(_changed(change)),
        )
        for change in changes
    ]


def _who(actor: Actor, change: ListingChange, *, is_own: bool) -> str:
    if change.person is None:
        return "By the end of a campaign" if change.verb == ListingChange.Verb.LAPSED else "System"
    if actor.is_outside and not is_own:
        return str(actor.exchange.name)
    return str(change.person.full_name)


def _changed(change: ListingChange) -> Iterable[str]:
    if change.reason:
        yield change.reason
    for name, (before, after) in change.values.items():
        if name in _LABELS:
            was, now = lines_of(name, before), lines_of(name, after)
            yield f"{_LABELS[name]}: {_news(was, now)}"
    if _PLACE & set(change.values):
        yield "Place on the map: moved"


def _news(was: list[str], now: list[str]) -> str:
    """Only the lines that differ: of a week's hours, the days that changed."""
    gone = [line for line in was if line not in now]
    new = [line for line in now if line not in was]
    if gone and new:
        return f"{'; '.join(gone)} → {'; '.join(new)}"
    return f"added {'; '.join(new)}" if new else f"removed {'; '.join(gone)}"


def _special_day(day: Mapping[str, Any]) -> str:
    when = format_date(date.fromisoformat(day["date"]), "D, M j, Y")
    name = f" ({day['label']})" if day.get("label") else ""
    return f"{when}{name}: {print_spans(day['hours'])}"
