"""The bare pages: the least a Django view can do to show, find or write the same rows.

No gate, no role, no ledger, no layout: session, person, the exchange's setting, one indexed
query, one template. They are a yardstick and are mounted by ``bench`` alone, in a server of
their own (:mod:`config.scale.bare_settings`).
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import Avg, Count, F, Q, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone

from escalations.constituent.models import ConstituentDetail
from portal.casework.models import Case, TimelineEvent
from portal.casework.search import CONFIG, MatchingCases
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange
from retention.models import CrwCase

_PAGE = 25
_SHOWN = ("queue", "owner", "organization")
#: As the finder's own search: twenty places within 25 miles.
_PLACES_A_PAGE = 20
_PLACES_METERS = 25 * 1_609.344
_PLACES = """
SELECT listing.name, listing.street, listing.city, listing.phone, near.meters
FROM storefronts_ziparea AS here,
    storefronts_within(here.latitude, here.longitude, %(radius)s) AS near
    JOIN storefronts_listing AS listing ON listing.id = near.listing_id
WHERE here.zip_code = %(zip)s
ORDER BY listing.kind <> 'storefront', near.meters LIMIT %(size)s
"""


@login_required
def queue(request: HttpRequest, exchange_id: int, queue_id: int) -> HttpResponse:
    """The open cases of one queue that are due first."""
    with use_exchange(exchange_id):
        cases = Case.objects.filter(exchange=exchange_id, queue=queue_id, is_open=True)
        page = cases.select_related(*_SHOWN).order_by("due_at", "pk")[:_PAGE]
        return render(request, "scale/rows.html", {"cases": page, "person": request.user.pk})


@login_required
def case(request: HttpRequest, exchange_id: int, number: str) -> HttpResponse:
    """The timeline of one case."""
    with use_exchange(exchange_id):
        events = TimelineEvent.objects.filter(
            case__exchange=exchange_id, case__number=number
        ).select_related("case", "actor", "note")
        return render(request, "scale/timeline.html", {"events": events})


@login_required
def search(request: HttpRequest, exchange_id: int) -> HttpResponse:
    """The newest cases whose text holds all words."""
    text = request.GET["q"]
    with use_exchange(exchange_id):
        matching = MatchingCases(SearchQuery(text, config=CONFIG), Value(""))
        found = Exchange.objects.filter(pk=exchange_id).annotate(hit=matching).values(pk_=F("hit"))
        cases = Case.objects.filter(pk__in=found).select_related(*_SHOWN)
        page = cases.order_by("-opened_at", "-pk")[:_PAGE]
        return render(request, "scale/rows.html", {"cases": page, "person": request.user.pk})


@login_required
def create(request: HttpRequest, exchange_id: int) -> HttpResponse:
    """A row, its detail and its first event."""
    with use_exchange(exchange_id):
        row = Case.objects.create(
            exchange_id=exchange_id,
            number=f"BARE-{uuid.uuid4().hex[:16]}",
            kind="constituent",
            status="received",
            opened_by_id=request.user.pk,
        )
        ConstituentDetail.objects.create(
            exchange_id=exchange_id, case=row, channel="portal", description=request.POST["text"]
        )
        TimelineEvent.objects.create(
            exchange_id=exchange_id, case=row, verb="opened", audience="status", at=timezone.now()
        )
    return redirect("case", exchange_id, row.number)


@login_required
def renewals(request: HttpRequest, exchange_id: int, organization_id: int) -> HttpResponse:
    """The counts of an agency's renewal dashboard, one query each."""
    with use_exchange(exchange_id):
        rows = CrwCase.objects.filter(exchange=exchange_id, organization=organization_id)
        is_open, now = rows.filter(is_open=True), timezone.now()
        ages = {
            f"under_{days}": Count("pk", filter=Q(aged_from__gt=now - timedelta(days=days)))
            for days in (7, 30, 45, 60)
        }
        counts = [
            ("open", is_open.count()),
            *is_open.values_list("risk").annotate(Count("pk")).order_by("risk"),
            *is_open.aggregate(**ages).items(),
            *rows.values_list("reason__label").annotate(Count("pk")).order_by(),
            ("mean", rows.aggregate(mean=Avg("open_seconds"))["mean"]),
        ]
        return render(request, "scale/counts.html", {"counts": counts})


@login_required
def worklist(request: HttpRequest, exchange_id: int, organization_id: int) -> HttpResponse:
    """The open renewal cases of one agency that are most at risk."""
    with use_exchange(exchange_id):
        rows = CrwCase.objects.filter(
            exchange=exchange_id, organization=organization_id, is_open=True, in_book=True
        )
        ordered = rows.order_by("-risk", "deadline", "aged_from", "case")
        page = ordered.select_related("case", "consumer", "enroller")[:_PAGE]
        return render(request, "scale/renewals.html", {"renewals": page})


def places(request: HttpRequest, exchange_id: int, zip_code: str) -> HttpResponse:
    """The listings nearest to a ZIP code, storefronts first; nobody signs in to see them."""
    with use_exchange(exchange_id), connection.cursor() as cursor:
        cursor.execute(_PLACES, {"zip": zip_code, "radius": _PLACES_METERS, "size": _PLACES_A_PAGE})
        return render(request, "scale/places.html", {"places": cursor.fetchall()})


urlpatterns = [
    path("bare/<int:exchange_id>/places/<str:zip_code>/", places, name="places"),
    path("bare/<int:exchange_id>/queue/<int:queue_id>/", queue, name="queue"),
    path("bare/<int:exchange_id>/case/<str:number>/", case, name="case"),
    path("bare/<int:exchange_id>/search/", search, name="search"),
    path("bare/<int:exchange_id>/renewals/<int:organization_id>/", renewals, name="renewals"),
    path("bare/<int:exchange_id>/worklist/<int:organization_id>/", worklist, name="worklist"),
    path("bare/<int:exchange_id>/create/", create, name="create"),
]
