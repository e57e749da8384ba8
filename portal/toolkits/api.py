"""The toolkits through the API: listed, searched, read; files behind the same rule as the pages."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.urls import URLPattern, path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.base import ApiView, ListView
from portal.api.files import AnyAccept
from portal.api.projections import Shape
from portal.documents.refusals import SsnRefused
from portal.documents.responses import attachment_response
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.toolkits import highlight
from portal.toolkits.models import MODULE, VIEW, Entry, Kind, Language, Readers
from portal.toolkits.selectors import MOST_TYPED, EntryRow, find_entries, rows_of, tidy

#: Hits of one search; who gets more narrows it.
_MOST_HITS = 25


class ToolkitRowSerializer(Shape):
    """A published entry in a list."""

    key = serializers.CharField(help_text="The end of its address.")
    kind = serializers.ChoiceField(source="current.kind", choices=Kind.choices)
    title = serializers.CharField(source="current.title")
    summary = serializers.CharField(source="current.summary")
    readers = serializers.ChoiceField(source="current.readers", choices=Readers.choices)
    language = serializers.ChoiceField(source="current.language", choices=Language.choices)
    as_of = serializers.DateField(
        source="current.as_of",
        allow_null=True,
        help_text="Local day it is accurate as of; null for what is coming soon.",
    )
    is_coming_soon = serializers.BooleanField(source="current.is_coming_soon")
    topics = serializers.ListField(source="current.topics", child=serializers.CharField())
    link = serializers.CharField(source="current.link", help_text="Outside page, or empty.")
    has_file = serializers.SerializerMethodField()
    version = serializers.IntegerField(source="current.number")
    published_at = serializers.DateTimeField(source="current.published_at")

    def get_has_file(self, entry: Entry) -> bool:
        """Whether there is something to download."""
        return entry.current is not None and entry.current.document_id is not None


class ToolkitSerializer(ToolkitRowSerializer):
    """A published entry with its text."""

    body = serializers.CharField(source="current.body", help_text="Markdown.")


class ToolkitHitSerializer(Shape):
    """A hit of a search, best first."""

    key = serializers.CharField()
    kind = serializers.CharField(help_text="As people call it.")
    title = serializers.CharField()
    summary = serializers.CharField()
    quote = serializers.SerializerMethodField(help_text="Plain text around the words found.")
    language = serializers.CharField()
    as_of = serializers.DateField(allow_null=True)
    is_coming_soon = serializers.BooleanField()
    has_file = serializers.BooleanField()

    def get_quote(self, row: EntryRow) -> str:
        """Without marks."""
        return highlight.as_text(row.marked[1])


class ToolkitFilter(django_filters.FilterSet):
    """What a list can be narrowed to."""

    kind = django_filters.ChoiceFilter(field_name="current__kind", choices=Kind.choices)
    language = django_filters.ChoiceFilter(field_name="current__language", choices=Language.choices)

    class Meta:
        model = Entry
        fields: list[str] = []


class _Toolkits:
    """An exchange without toolkits has no such address."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if not self.actor.has_module(MODULE):  # type: ignore[attr-defined]
            raise Http404


class ToolkitListView(_Toolkits, ListView):
    """Published entries."""

    actions = {"GET": VIEW}
    queryset = Entry.objects.none()
    serializer_class = ToolkitRowSerializer
    filterset_class = ToolkitFilter
    orderings = {"id": "pk", "-id": "-pk"}

    @extend_schema(operation_id="toolkits_list", tags=["toolkits"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List what the reader may read (TK-04)."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Published, and written for the reader."""
        return Entry.objects.visible_to(self.actor).published().select_related("current")


class ToolkitSearchView(_Toolkits, ApiView):
    """The search over titles, texts and PDF content."""

    actions = {"GET": VIEW}
    query_names = frozenset({"q"})

    @extend_schema(
        operation_id="toolkits_search",
        parameters=[
            OpenApiParameter(
                "q",
                str,
                required=True,
                description=f"Words; the first {MOST_TYPED} characters are read.",
            )
        ],
        responses=ToolkitHitSerializer(many=True),
        filters=False,
        tags=["toolkits"],
    )
    def get(self, request: Request) -> Response:
        """Search by words; the best 25 hits (TK-03)."""
        text = tidy(request.query_params.get("q", ""))
        if contains_ssn(text):
            raise exceptions.ValidationError({"q": SsnRefused("the search").messages})
        if not text:
            raise exceptions.ValidationError({"q": "Say what to look for."}, code="required")
        found = list(find_entries(actor=self.actor, text=text)[:_MOST_HITS])
        return Response(ToolkitHitSerializer(rows_of(found, text=text), many=True).data)


class ToolkitView(_Toolkits, ApiView):
    """One entry."""

    actions = {"GET": VIEW}

    def find(self, key: str) -> Entry:
        """The published entry under this address.

        Raises:
            Http404: there is none for this reader.
        """
        rows = Entry.objects.visible_to(self.actor).published()
        entry = rows.select_related("current__document").filter(key=key).first()
        if entry is None:
            raise Http404
        return entry

    @extend_schema(operation_id="toolkits_retrieve", responses=ToolkitSerializer, tags=["toolkits"])
    def get(self, request: Request, key: str) -> Response:
        """Read an entry as it is published."""
        return Response(ToolkitSerializer(self.find(key)).data)


class ToolkitFileView(ToolkitView):
    """The file of an entry."""

    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="toolkits_file",
        responses={
            (200, media_type): OpenApiTypes.BINARY
            for media_type in ("application/pdf", "image/jpeg", "image/png")
        },
        tags=["toolkits"],
    )
    def get(self, request: Request, key: str) -> HttpResponseBase:  # type: ignore[override]
        """Download the file's clean copy."""
        entry = self.find(key)
        version = entry.current
        if version is None or version.document is None:
            raise Http404
        record(
            actor=self.actor,
            action="toolkits.file_fetched",
            data={"entry": entry.pk, "version": version.number, "document": version.document_id},
        )
        return attachment_response(version.document)


urlpatterns: list[URLPattern] = [
    path("toolkits/", ToolkitListView.as_view(), name="toolkits"),
    path("toolkits/search/", ToolkitSearchView.as_view(), name="toolkits-search"),
    path("toolkits/<slug:key>/", ToolkitView.as_view(), name="toolkit"),
    path("toolkits/<slug:key>/file/", ToolkitFileView.as_view(), name="toolkit-file"),
]
