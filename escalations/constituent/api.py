"""Constituent cases through the API: submitted by offices, recorded by External Affairs."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from escalations.constituent import services
from escalations.constituent.forms import RecordForm, ReplyForm, SubmitForm
from escalations.constituent.models import ConstituentDetail, ReferralContact
from portal.api import projections
from portal.api.base import ApiView, ListView
from portal.api.parsers import LimitedMultiPartParser, StrictJSONParser
from portal.api.serializers import StrictSerializer, clean_by_form, input_of
from portal.casework.forms import ActForm
from portal.documents.models import Document
from portal.documents.services import store_document

#: Files of one request.
MAX_FILES = 10


class _FilesMixin(serializers.Serializer[Any]):
    """Files sent along; only in multipart bodies."""

    files = serializers.ListField(
        child=serializers.FileField(),
        required=False,
        max_length=MAX_FILES,
        help_text="PDF, JPEG or PNG.",
    )
    release_form = serializers.FileField(
        required=False, help_text="A signed release form; checked later, it opens nothing yet."
    )


class SubmitWithFilesSerializer(_FilesMixin, input_of(SubmitForm)):  # type: ignore[misc]
    """What an office sends in."""


class RecordWithFilesSerializer(_FilesMixin, input_of(RecordForm)):  # type: ignore[misc]
    """What the analyst records from a phone call or a letter."""


class ReplyWithFilesSerializer(_FilesMixin, input_of(ReplyForm)):  # type: ignore[misc]
    """What the office sends after the case is in."""


class _IntakeView(ApiView):
    """Takes fields and files, checks both, stores the files with the act."""

    parser_classes = [StrictJSONParser, LimitedMultiPartParser]
    creates = True

    def read(
        self, serializer: StrictSerializer, form: type[ActForm], **context: Any
    ) -> dict[str, Any]:
        """The arguments of the service, with the files stored."""
        serializer.is_valid(raise_exception=True)
        values = dict(serializer.validated_data)
        for name in ("files", "release_form"):
            values.pop(name, None)
        cleaned = clean_by_form(form, values, actor=self.actor, **context)
        return {**cleaned, **self._stored(serializer)}

    def _stored(self, serializer: StrictSerializer) -> Mapping[str, Any]:
        store: dict[str, Any] = {"exchange": self.actor.exchange, "uploaded_by": self.actor.person}
        documents = [
            store_document(file=file, purpose=Document.Purpose.ATTACHMENT, **store)
            for file in serializer.screened.get("files", [])
        ]
        releases = [
            store_document(
                file=file, purpose=Document.Purpose.RELEASE_FORM, keep_original=True, **store
            )
            for file in serializer.screened.get("release_form", [])
        ]
        return {"documents": documents, "release_form": releases[0] if releases else None}


class SubmitView(_IntakeView):
    """A case from an office."""

    actions = {"POST": "constituent.submit"}

    @extend_schema(
        operation_id="constituent_cases_submit",
        request=SubmitWithFilesSerializer,
        responses={201: projections.DoneSerializer},
        tags=["constituent cases"],
    )
    def post(self, request: Request) -> Response:
        """Submit a constituent's case for one's own office (EA-02…EA-06)."""
        data = self.read(SubmitWithFilesSerializer(data=request.data), SubmitForm)
        case = services.submit_case(actor=self.actor, channel=ConstituentDetail.Channel.API, **data)
        return Response(projections.done(case, self.actor), status=201)


class RecordView(_IntakeView):
    """A case from a phone call or a letter."""

    actions = {"POST": "constituent.record"}

    @extend_schema(
        operation_id="constituent_cases_record",
        request=RecordWithFilesSerializer,
        responses={201: projections.DoneSerializer},
        tags=["constituent cases"],
    )
    def post(self, request: Request) -> Response:
        """Record a case for an office that called or wrote."""
        data = self.read(RecordWithFilesSerializer(data=request.data), RecordForm)
        case = services.submit_case(actor=self.actor, **data)
        return Response(projections.done(case, self.actor), status=201)


class ReplyView(_IntakeView):
    """What the office adds to its case."""

    actions = {"POST": "constituent.reply"}

    @extend_schema(
        operation_id="constituent_cases_reply",
        request=ReplyWithFilesSerializer,
        responses={201: projections.DoneSerializer},
        tags=["constituent cases"],
    )
    def post(self, request: Request, number: str) -> Response:
        """Send a message, items or files on a case of one's own office."""
        case = self.find_case(number)
        if case.kind != "constituent":
            raise Http404
        data = self.read(ReplyWithFilesSerializer(data=request.data), ReplyForm, case=case)
        case = services.reply_for_office(case=case, actor=self.actor, **data)
        return Response(projections.done(case, self.actor), status=201)


class ReferralContactSerializer(projections.Shape):
    """An entity a case can be referred to."""

    id = serializers.IntegerField(help_text="Use it as `contact`.")
    kind = serializers.CharField()
    name = serializers.CharField()
    helps_with = serializers.CharField()
    phone = serializers.CharField()
    url = serializers.CharField()
    address = serializers.CharField()


class ReferralContactListView(ListView):
    """Whom a case can be referred to (EA-17, EA-18)."""

    actions = {"GET": "constituent.refer"}
    queryset = ReferralContact.objects.none()
    serializer_class = ReferralContactSerializer
    orderings = {"name": "name", "-name": "-name"}

    @extend_schema(operation_id="referral_contacts_list", tags=["constituent cases"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List referral contacts in use."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Of this exchange."""
        return ReferralContact.objects.filter(exchange_id=self.actor.exchange_id, is_active=True)


urlpatterns: list[URLPattern] = [
    path("constituent-cases/", SubmitView.as_view(), name="constituent-submit"),
    path("constituent-cases/recorded/", RecordView.as_view(), name="constituent-record"),
    path("cases/<number:number>/replies/", ReplyView.as_view(), name="constituent-reply"),
    path("referral-contacts/", ReferralContactListView.as_view(), name="referral-contacts"),
]
