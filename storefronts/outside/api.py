"""The finder for programs: read-only, for anybody, with no personal data (FL-02…FL-05).

The words of an answer (what a place is, whether it is open) come in the language of ``lang``;
names of languages, services and so on come as the keys they are stored under.
"""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils import timezone, translation
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from portal.api.base import ApiView
from portal.api.projections import Shape
from portal.api.serializers import StrictSerializer
from portal.api.throttling import RateThrottle
from portal.tenancy.models import Exchange
from storefronts import tongues
from storefronts.choices import LANGUAGES
from storefronts.finder.public import area_read_with, open_exchange, remembered
from storefronts.finder.search import (
    DISTANCES,
    USUAL_DISTANCE,
    Ask,
    Found,
    Place,
    place_of,
    search,
)
from storefronts.finder.views import active_listing
from storefronts.finder.where import (
    LONGEST,
    Origin,
    Unplaced,
    origin_of,
    point_of,
    zip_code_in,
)
from storefronts.models import Listing

_MOST_PAGES = 1_000


class AddressRateThrottle(RateThrottle):
    """So many requests a minute for each network address; nobody signs in here."""

    scope = "finder"

    def get_cache_key(self, request: Request, view: Any) -> str:
        """Count by address."""
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class QuerySerializer(StrictSerializer):
    """What is searched for. Exactly one of ``place`` and ``near`` is needed."""

    place = serializers.CharField(
        required=False, max_length=LONGEST, help_text="A ZIP code or a city of the state."
    )
    near = serializers.RegexField(
        r"^-?\d{1,2}(\.\d{1,6})?,-?\d{1,3}(\.\d{1,6})?$",
        required=False,
        help_text="Latitude and longitude, e.g. `38.58,-121.49`; rounded to about a kilometer.",
    )
    miles = serializers.ChoiceField(choices=DISTANCES, default=USUAL_DISTANCE)
    language = serializers.ChoiceField(
        choices=LANGUAGES, required=False, help_text="Spoken there; default: any."
    )
    kind = serializers.ChoiceField(choices=Listing.Kind.choices, required=False)
    open = serializers.BooleanField(
        default=False, help_text="Only places that are open at the moment."
    )
    page = serializers.IntegerField(default=1, min_value=1, max_value=_MOST_PAGES)
    lang = serializers.ChoiceField(
        choices=tongues.codes(),
        default=tongues.DEFAULT,
        help_text="Language of the answer's words.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One place to search from.

        Raises:
            ValidationError: there is none or there are two.
        """
        if ("place" in attrs) == ("near" in attrs):
            raise serializers.ValidationError(
                {"place": "Give either a ZIP code or a city here, or a point in near."}
            )
        return attrs

    def validate_near(self, value: str) -> Origin:
        """The point."""
        found = point_of(value)
        if found is None:
            raise serializers.ValidationError("There is no such point on earth.")
        return found


class WordsSerializer(StrictSerializer):
    """In which language to answer."""

    lang = serializers.ChoiceField(choices=tongues.codes(), default=tongues.DEFAULT)


class OpeningSerializer(Shape):
    """Whether a place is open at the moment."""

    is_open = serializers.BooleanField()
    changes_at = serializers.DateTimeField(
        allow_null=True, help_text="When that changes next; null: not within two weeks."
    )
    sentence = serializers.CharField(source="*", help_text="E.g. “Open now until 5:00 PM”.")


class SpecialDaySerializer(Shape):
    """A day with hours of its own."""

    date = serializers.DateField()
    hours = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]


class PlaceSerializer(Shape):
    """A place where consumers find help; free of charge."""

    id = serializers.UUIDField(source="public_id")
    kind = serializers.ChoiceField(choices=Listing.Kind.choices)
    kind_label = serializers.CharField()
    name = serializers.CharField()
    organization = serializers.CharField()
    street = serializers.CharField()
    unit = serializers.CharField(allow_blank=True)
    city = serializers.CharField()
    state = serializers.CharField()
    zip_code = serializers.CharField()
    phone = serializers.CharField()
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    miles = serializers.FloatField(
        allow_null=True, help_text="As the crow flies; null where nobody searched."
    )
    hours = serializers.DictField(
        child=serializers.ListField(child=serializers.ListField(child=serializers.CharField())),
        help_text='By weekday, local time: `{"mon": [["09:00", "17:00"]]}`.',
    )
    special_days = SpecialDaySerializer(many=True)
    opening = OpeningSerializer()
    languages = serializers.ListField(child=serializers.CharField())
    services = serializers.ListField(child=serializers.CharField())
    accessibility = serializers.ListField(child=serializers.CharField())
    page = serializers.SerializerMethodField(help_text="Path of its page in the portal.")

    def get_page(self, place: Place) -> str:
        """In the language of the answer."""
        slug = self.context["slug"]
        return tongues.address("storefronts:find-place", slug=slug, public_id=place.public_id)


class OriginSerializer(Shape):
    """Where the search began."""

    name = serializers.CharField(allow_blank=True)
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()


class FoundSerializer(Shape):
    """One page of a search: storefronts first, then the others, the nearest first in each."""

    origin = OriginSerializer(source="ask.origin")
    miles = serializers.IntegerField(source="ask.miles")
    count = serializers.IntegerField(source="total")
    page = serializers.IntegerField(source="ask.page")
    pages = serializers.IntegerField()
    farther = serializers.IntegerField(
        help_text="Where nothing was found: a distance at which there is something; else 0."
    )
    results = PlaceSerializer(source="places", many=True)


_SLUG = OpenApiParameter("slug", str, OpenApiParameter.PATH, description="Of the exchange.")


class PublicView(ApiView):
    """Open to anybody; sites the exchange names may read it from their own pages."""

    actions = {"GET": ""}
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (AddressRateThrottle,)
    exchange: Exchange | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer in a transaction of its own: the middleware opens none for public addresses."""
        with transaction.atomic():
            return super().dispatch(request, *args, **kwargs)

    def answer(self, request: Request, exchange: Exchange, shown: Any) -> HttpResponse:
        """The remembered answer to this address, or what ``shown`` finds now.

        Args:
            shown: makes a serializer; called in the exchange's zone.
        """
        return remembered(
            request._request,
            exchange,
            lambda: HttpResponse(
                JSONRenderer().render(shown().data), content_type="application/json"
            ),
        )

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Let the exchange's own sites read the answer, errors included."""
        response = super().finalize_response(request, response, *args, **kwargs)
        origin = request.headers.get("Origin", "")
        if self.exchange and self.exchange.website_origins:
            response.headers["Vary"] = "Origin"
            if origin in self.exchange.website_origins:
                response.headers["Access-Control-Allow-Origin"] = origin
        return response

    def _require(self, needed: str | tuple[str, ...]) -> None:
        """Nothing is needed."""

    def _open(self, slug: str, *, zip_code: str = "") -> Exchange:
        self.exchange = open_exchange(slug, zip_code=zip_code)
        return self.exchange


class SearchView(PublicView):
    """Search places."""

    query_names = frozenset(QuerySerializer._declared_fields)

    @extend_schema(
        operation_id="finder_search",
        parameters=[_SLUG, QuerySerializer],
        responses=FoundSerializer,
        tags=["finder"],
        auth=[],
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """Find local help near a ZIP code, a city or a point.

        Open to anybody. Answers may be kept for half a minute and carry an `ETag`.
        """
        typed = request.query_params.get("place", "")
        exchange = self._open(slug, zip_code=zip_code_in(typed))
        query = QuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        data = query.validated_data
        with timezone.override(exchange.time_zone), _spoken(data["lang"]):
            return self.answer(
                request,
                exchange,
                lambda: FoundSerializer(_find(exchange, data), context={"slug": slug}),
            )


class PlaceView(PublicView):
    """One place."""

    query_names = frozenset({"lang"})

    @extend_schema(
        operation_id="finder_place",
        parameters=[_SLUG, WordsSerializer],
        responses=PlaceSerializer,
        tags=["finder"],
        auth=[],
    )
    def get(self, request: Request, slug: str, public_id: UUID) -> HttpResponse:
        """Show a place that is open to consumers; suspended, closed and lapsed ones are 404."""
        exchange = self._open(slug)
        query = WordsSerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        with timezone.override(exchange.time_zone), _spoken(query.validated_data["lang"]):
            return self.answer(
                request,
                exchange,
                lambda: PlaceSerializer(_place(exchange, public_id), context={"slug": slug}),
            )


def _spoken(code: str) -> translation.override:
    return translation.override(tongues.locale_of(code))


def _find(exchange: Exchange, data: dict[str, Any]) -> Found:
    """One page of what fits.

    Raises:
        Http404: there is no such page of the results.
        ValidationError: nobody can tell where to search from.
    """
    try:
        origin = data.get("near") or origin_of(
            exchange, data["place"], area=area_read_with(exchange)
        )
    except Unplaced as refusal:
        words = " ".join([refusal.sentence, *(f"“{choice}”" for choice in refusal.choices)])
        raise serializers.ValidationError({"place": words}, code="unplaced") from refusal
    ask = Ask(
        origin=origin,
        miles=data["miles"],
        language=data.get("language", ""),
        kind=data.get("kind", ""),
        open_now=data["open"],
        page=data["page"],
    )
    found = search(exchange, ask, at=timezone.now())
    if not found.places and ask.page > 1:
        raise Http404
    return found


def _place(exchange: Exchange, public_id: UUID) -> Place:
    listing = active_listing(exchange, public_id)
    return place_of(listing, at=timezone.now(), zone=ZoneInfo(exchange.time_zone))


urlpatterns = [
    path("find/<slug:slug>/", SearchView.as_view(), name="find"),
    path("find/<slug:slug>/places/<uuid:public_id>/", PlaceView.as_view(), name="find-place"),
]
