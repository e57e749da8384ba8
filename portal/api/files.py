"""The files of a case: listed, added and fetched through the gate."""

from typing import Any

from django.http import Http404, HttpResponseBase
from django.urls import URLPattern, path, reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api import projections
from portal.api.base import ApiView
from portal.api.parsers import LimitedMultiPartParser
from portal.api.serializers import StrictSerializer
from portal.casework import kinds
from portal.casework.common_acts import attach_document
from portal.casework.disclosures import record_shown
from portal.casework.machine import Audience
from portal.casework.models import Attachment
from portal.casework.services import check_allowed
from portal.documents.models import Document
from portal.documents.responses import attachment_response
from portal.documents.services import store_document


class UploadSerializer(StrictSerializer):
    """A file for a case."""

    file = serializers.FileField(help_text="PDF, JPEG or PNG.")
    audience = serializers.ChoiceField(
        choices=[
            (Audience.INTERNAL.value, "The exchange's own staff"),
            (Audience.DETAIL.value, "Everybody who is shown details"),
        ],
        default=Audience.INTERNAL.value,
    )


class UploadedSerializer(projections.Shape):
    """A file that was taken in."""

    public_id = serializers.UUIDField()
    url = serializers.CharField()


class CaseFilesView(ApiView):
    """The files of a case."""

    actions = {"GET": "casework.view", "POST": "casework.attach"}
    parser_classes = [LimitedMultiPartParser]
    creates = True

    @extend_schema(
        operation_id="cases_files", responses=projections.FileSerializer(many=True), tags=["files"]
    )
    def get(self, request: Request, number: str) -> Response:
        """List the files the reader may fetch; none without leave to see details."""
        seen = projections.project(self.actor, self.find_case(number), "api.files")
        return Response(projections.FileSerializer(getattr(seen, "files", ()), many=True).data)

    @extend_schema(
        operation_id="cases_file_add",
        request={"multipart/form-data": UploadSerializer},
        responses={201: UploadedSerializer},
        tags=["files"],
    )
    def post(self, request: Request, number: str) -> Response:
        """Add a file. It is checked for viruses, programs and Social Security numbers."""
        case = self.find_case(number)
        act = kinds.get(case.kind).machine.act("attach")
        check_allowed(act, case, self.actor)
        serializer = UploadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        document = store_document(
            exchange=self.actor.exchange,
            file=serializer.screened["file"][0],
            purpose=Document.Purpose.ATTACHMENT,
            uploaded_by=self.actor.person,
        )
        attach_document(
            case=case,
            actor=self.actor,
            document=document,
            audience=serializer.validated_data["audience"],
        )
        url = reverse("api:case-file", args=[case.number, document.public_id])
        data = {"public_id": document.public_id, "url": url}
        return Response(UploadedSerializer(data).data, status=201)


class AnyAccept(BaseContentNegotiation):
    """A file is what it is, whatever the client would rather have; errors are JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class CaseFileView(ApiView):
    """One file."""

    actions = {"GET": "casework.view"}
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="cases_file",
        responses={
            (200, media_type): OpenApiTypes.BINARY
            for media_type in ("application/pdf", "image/jpeg", "image/png")
        },
        tags=["files"],
    )
    def get(self, request: Request, number: str, public_id: Any) -> HttpResponseBase:
        """Download a file's clean copy. The gate is asked at this very request."""
        case = self.find_case(number)
        seen = projections.project(self.actor, case, "api.file")
        if str(public_id) not in {file.public_id for file in getattr(seen, "files", ())}:
            raise Http404
        row = Attachment.objects.select_related("document").filter(
            case=case, document__public_id=public_id
        )[0]
        record_shown(
            actor=self.actor,
            action="casework.file_fetched",
            cases=[case.pk],
            fields=["files"],
            data={"document": row.document_id},
        )
        return attachment_response(row.document)


urlpatterns: list[URLPattern] = [
    path("cases/<number:number>/files/", CaseFilesView.as_view(), name="case-files"),
    path("cases/<number:number>/files/<uuid:public_id>/", CaseFileView.as_view(), name="case-file"),
]
