"""One's own storefront applications through the API. Acts have the cases' addresses."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api import projections
from portal.api.base import ApiView, ListView
from portal.api.parsers import LimitedMultiPartParser, StrictJSONParser
from portal.api.serializers import StrictSerializer
from portal.casework.models import Case
from portal.tenancy.actor import NotAllowed
from storefronts.models import InformationItem, StorefrontApplication
from storefronts.projection import project
from storefronts.status import listing
from storefronts.status.answers import LONGEST_ANSWER, save_answer
from storefronts.table import KIND


class StorefrontApplicationRowSerializer(projections.Shape):
    """One application in a list."""

    number = serializers.CharField()
    name = serializers.CharField()
    city = serializers.CharField()
    status = serializers.CharField(
        help_text="Approved, Rejected, Pending or Pending Information; empty: withdrawn."
    )
    is_new_location = serializers.BooleanField()
    applied_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class StorefrontQuestionSerializer(projections.Shape):
    """One thing that was asked."""

    id = serializers.IntegerField()
    question = serializers.CharField()
    file_required = serializers.BooleanField()
    answer = serializers.CharField()
    file_name = serializers.CharField()
    lacks = serializers.CharField(help_text="What it still lacks; empty: nothing.")
    seen = serializers.CharField(help_text="Send it back with what replaces the answer.")


class StorefrontRequestSerializer(projections.Shape):
    """What was asked at one time."""

    round = serializers.IntegerField()
    asked_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True, help_text="Null: it waits for answers.")
    items = StorefrontQuestionSerializer(many=True)


class StorefrontApplicationSerializer(projections.CaseDetailSerializer):
    """An application with what is asked and what happens next."""

    name = serializers.CharField()
    next_step = serializers.CharField()
    promised_on = serializers.DateField(
        allow_null=True, help_text="The exchange's local day; null: nothing is promised."
    )
    information = StorefrontRequestSerializer(many=True)
    decision_reason = serializers.CharField()
    is_withdrawn = serializers.BooleanField()


class StorefrontAnswerSerializer(StrictSerializer):
    """The answer to one question; it is kept, and sent with the others by the act `answer`."""

    answer = serializers.CharField(max_length=LONGEST_ANSWER, allow_blank=True)
    file = serializers.FileField(
        required=False, help_text="PDF, JPEG or PNG; replaces the file kept before."
    )
    remove_file = serializers.BooleanField(default=False)
    seen = serializers.CharField(
        max_length=16, help_text="`seen` of the question as you read it; another one is a 409."
    )


class StorefrontApplicationsView(ListView):
    """Applications of one's agency or entity."""

    actions = {"GET": "storefronts.apply"}
    queryset = StorefrontApplication.objects.none()
    serializer_class = StorefrontApplicationRowSerializer
    orderings = {"-applied_at": "-applied_at", "applied_at": "applied_at", "name": "name"}

    @extend_schema(
        operation_id="storefront_applications_list",
        responses=StorefrontApplicationRowSerializer(many=True),
        tags=["storefronts"],
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List all applications of one's agency or entity, the withdrawn ones included."""
        _require_module(self)
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Those the actor may know of."""
        return listing.visible_applications(self.actor)

    def shown(self, page: list[Any]) -> Any:
        """As pages show them."""
        return StorefrontApplicationRowSerializer(listing.rows_of(page), many=True).data


class StorefrontApplicationView(ApiView):
    """One application."""

    actions = {"GET": ("storefronts.apply", "storefronts.review")}

    @extend_schema(
        operation_id="storefront_applications_detail",
        responses=StorefrontApplicationSerializer,
        tags=["storefronts"],
    )
    def get(self, request: Request, number: str) -> Response:
        """What an application says, what is asked, and what happens next."""
        view = project(self.actor, _find(self, number), surface="api")
        return Response(StorefrontApplicationSerializer(view).data)


class StorefrontAnswerView(ApiView):
    """The answer to one question."""

    actions = {"POST": "storefronts.apply"}
    parser_classes = [StrictJSONParser, LimitedMultiPartParser]

    @extend_schema(
        operation_id="storefront_applications_answer",
        request={
            "application/json": StorefrontAnswerSerializer,
            "multipart/form-data": StorefrontAnswerSerializer,
        },
        responses=StorefrontQuestionSerializer,
        tags=["storefronts"],
    )
    def post(self, request: Request, number: str, pk: int) -> Response:
        """Keep an answer. The act `answer` of the case sends all of them, once none is missing."""
        case = _find(self, number)
        serializer = StorefrontAnswerSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        try:
            item = save_answer(
                case=case,
                actor=self.actor,
                item_id=pk,
                answer=data["answer"],
                file=next(iter(serializer.screened.get("file", ())), None),
                remove_file=data["remove_file"],
                seen=data["seen"],
            )
        except InformationItem.DoesNotExist:
            raise Http404 from None
        return Response(StorefrontQuestionSerializer(item).data)


def _find(view: ApiView, number: str) -> Case:
    """The actor's application with this number.

    Raises:
        Http404: there is none they may know of.
    """
    _require_module(view)
    case = view.find_case(number)
    if case.kind != KIND:
        raise Http404
    return case


def _require_module(view: ApiView) -> None:
    if not view.actor.has_module(KIND):
        raise NotAllowed("storefronts.apply")


urlpatterns: list[URLPattern] = [
    path(
        "storefront-applications/",
        StorefrontApplicationsView.as_view(),
        name="storefront-applications",
    ),
    path(
        "storefront-applications/<number:number>/",
        StorefrontApplicationView.as_view(),
        name="storefront-application",
    ),
    path(
        "storefront-applications/<number:number>/questions/<int:pk>/",
        StorefrontAnswerView.as_view(),
        name="storefront-answer",
    ),
]
