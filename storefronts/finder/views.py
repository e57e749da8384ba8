"""The finder's pages: search, one place, its photo (FL-01…FL-05, SF-11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.documents.services import DocumentUnavailable, open_document
from portal.tenancy.models import Exchange
from storefronts import choices
from storefronts.finder.forms import SearchForm
from storefronts.finder.public import (
    KEPT_BY_BROWSERS,
    area_read_with,
    open_exchange,
    public_page,
    remembered,
)
from storefronts.finder.search import Ask, Found, Place, place_of, search
from storefronts.finder.where import Origin, Unplaced, origin_of, state_name, zip_code_in
from storefronts.hours import day_name, hours_on, print_date, print_spans, week_lines
from storefronts.models import Listing
from storefronts.photos import public_photo

#: How far ahead holidays are told.
_COMING: Final = timedelta(days=60)
_DIRECTIONS: Final = "https://www.openstreetmap.org/directions"


@dataclass(frozen=True, slots=True)
class Line:
    """A place in the list, with the number its pin has."""

    number: int
    place: Place
    latitude: str
    longitude: str
    languages: Sequence[str]


@dataclass(frozen=True, slots=True)
class Group:
    """Storefronts, or everybody else."""

    heading: str
    is_storefronts: bool
    lines: Sequence[Line]


@login_not_required
@require_safe
def find(request: HttpRequest, slug: str) -> HttpResponse:
    """The search and what it finds; without a search, only the form.

    A ZIP code costs three statements: the exchange with the ZIP code, the generation, the search.
    """
    zip_code = zip_code_in(request.GET.get("place", ""))
    with transaction.atomic():
        exchange = open_exchange(slug, zip_code=zip_code)
        with timezone.override(exchange.time_zone):
            return remembered(request, exchange, lambda: _find(request, exchange))


def _find(request: HttpRequest, exchange: Exchange) -> HttpResponse:
    return render(request, "storefronts/finder/find.html", search_context(request, exchange))


def search_context(request: HttpRequest, exchange: Exchange) -> dict[str, Any]:
    """What a template of the search shows: the form, and what it finds or what is wrong with it.

    Raises:
        Http404: there is no such page of the results.
    """
    asked = bool(request.GET.keys() & {"place", "near"})
    form = SearchForm(request.GET if asked else None)
    context: dict[str, Any] = {
        "exchange": exchange,
        "form": form,
        "state": state_name(exchange),
        "asked": asked,
    }
    if asked and form.is_valid():
        data = form.cleaned_data
        try:
            origin = data["near"] or origin_of(
                exchange, data["place"], area=area_read_with(exchange)
            )
        except Unplaced as refusal:
            form.add_error("place", refusal.sentence)
            context["choices"] = [
                (choice, _query(form, place=choice)) for choice in refusal.choices
            ]
        else:
            context |= _found(exchange, form, origin)
    return context


def _found(exchange: Exchange, form: SearchForm, origin: Origin) -> dict[str, Any]:
    data = form.cleaned_data
    ask = Ask(
        origin=origin,
        miles=data["miles"],
        language=data["language"],
        kind=data["kind"],
        open_now=data["open"],
        page=data["page"],
    )
    found = search(exchange, ask, at=timezone.now())
    if not found.places and ask.page > 1:
        raise Http404
    return {
        "found": found,
        "groups": _groups(found),
        "origin": origin,
        "origin_point": f"{origin.latitude},{origin.longitude}",
        "last": found.first + len(found.places) - 1,
        "previous_query": _query(form, page=ask.page - 1) if ask.page > 1 else "",
        "next_query": _query(form, page=ask.page + 1) if ask.page < found.pages else "",
        "farther_query": _query(form, miles=found.farther) if found.farther else "",
    }


def _groups(found: Found) -> list[Group]:
    lines = [
        Line(
            number,
            place,
            str(place.latitude),
            str(place.longitude),
            [_(language) for language in place.languages],
        )
        for number, place in enumerate(found.places, found.first)
    ]
    groups = (
        Group(_("Storefronts"), True, [line for line in lines if line.place.is_storefront]),
        Group(
            _("Other local help"), False, [line for line in lines if not line.place.is_storefront]
        ),
    )
    return [group for group in groups if group.lines]


def _query(form: SearchForm, **changes: Any) -> str:
    """The search as the end of an address, with something changed; pages begin anew."""
    kept = {name: form.data.get(name, "") for name in form.fields if name != "page"}
    if "place" in changes:
        kept["near"] = ""
    return "?" + urlencode({name: value for name, value in (kept | changes).items() if value})


@require_safe
@public_page
def place(request: HttpRequest, exchange: Exchange, public_id: UUID) -> HttpResponse:
    """One place: hours, languages, services, and how to reach it."""
    return remembered(request, exchange, lambda: _place(request, exchange, public_id))


def _place(request: HttpRequest, exchange: Exchange, public_id: UUID) -> HttpResponse:
    listing = active_listing(exchange, public_id)
    now = timezone.now()
    shown = place_of(listing, at=now, zone=ZoneInfo(exchange.time_zone))
    today = timezone.localtime(now).date()
    context = {
        "exchange": exchange,
        "place": shown,
        "line": Line(0, shown, str(shown.latitude), str(shown.longitude), ()),
        "state": state_name(exchange),
        "week": week_lines(shown.hours, today=today),
        "today": _today(shown, today),
        "special_days": _coming(shown, today),
        "languages": [_(language) for language in shown.languages],
        "services": choices.labels_of(shown.services, choices.SERVICES),
        "accessibility": choices.labels_of(shown.accessibility, choices.ACCESSIBILITY),
        "directions": f"{_DIRECTIONS}?{urlencode({'to': shown.address})}",
        "has_photo": shown.is_storefront and public_photo(listing) is not None,
    }
    return render(request, "storefronts/finder/place.html", context)


@require_safe
@public_page
def photo(request: HttpRequest, exchange: Exchange, public_id: UUID) -> HttpResponse:
    """The photo of a storefront's outside; only of an approved application."""
    document = public_photo(active_listing(exchange, public_id))
    if document is None:
        raise Http404
    try:
        content = open_document(document)
    except DocumentUnavailable:
        raise Http404 from None
    return HttpResponse(
        content,
        content_type=document.content_type,
        headers={
            "Cache-Control": f"public, max-age={KEPT_BY_BROWSERS}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )


def active_listing(exchange: Exchange, public_id: UUID) -> Listing:
    """A listing consumers may see.

    Raises:
        Http404: there is none, or it is suspended, closed or lapsed.
    """
    rows = Listing.objects.filter(exchange=exchange, state=Listing.State.ACTIVE)
    listing = rows.select_related("organization").filter(public_id=public_id).first()
    if listing is None:
        raise Http404
    return listing


def _today(shown: Place, today: date) -> str:
    return print_spans(hours_on(shown.hours, shown.special_days, today))


def _coming(shown: Place, today: date) -> list[tuple[str, str, str]]:
    """Special days from today on: the date with its weekday, its name, its hours."""
    return [
        (
            f"{day_name(day.weekday())}, {print_date(day)}",
            special.get("label", ""),
            print_spans(special["hours"]),
        )
        for special in shown.special_days
        if today <= (day := date.fromisoformat(special["date"])) <= today + _COMING
    ]
