"""Release forms through the API: sent in by offices, decided by External Affairs."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import URLPattern, path
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from escalations.releases import services
from escalations.releases.models import Release
from portal.api.base import ApiView
from portal.api.parsers import LimitedMultiPartParser
from portal.api.projections import Shape
from portal.api.serializers import MAX_ID, MAX_LIST, MAX_TEXT, StrictSerializer
from portal.casework.models import Case
from portal.documents.models import Document
from portal.documents.services import store_document
from portal.ledger.services import record
from portal.tenancy.models import Membership, Person


class ReleaseStateSerializer(Shape):
    """What the office that sent a release form learns of it."""

    id = serializers.IntegerField()
    state = serializers.CharField()
    state_label = serializers.CharField(source="get_state_display")
    scope = serializers.CharField()
    received_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    deficiency = serializers.CharField(help_text="What is missing, in words for the office.")
    valid_from = serializers.DateTimeField(allow_null=True)
    valid_until = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class ReleaseDetailSerializer(ReleaseStateSerializer):
    """A release form for those who check it."""

    case = serializers.CharField(source="case.number")
    office = serializers.CharField(source="office.name")
    channel = serializers.CharField()
    is_signed = serializers.BooleanField()
    is_dated = serializers.BooleanField()
    names_recipient = serializers.BooleanField()
    authorizes_details = serializers.BooleanField()
    signed_on = serializers.DateField(allow_null=True)
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    override_reason = serializers.CharField()
    revoke_reason = serializers.CharField()
    replaced_by_id = serializers.IntegerField(allow_null=True)


_RELEASE = PolymorphicProxySerializer(
    component_name="Release",
    serializers=[ReleaseDetailSerializer, ReleaseStateSerializer],
    resource_type_field_name=None,
)


class ReleaseUploadSerializer(StrictSerializer):
    """A signed release form."""

    file = serializers.FileField(help_text="PDF, JPEG or PNG.")


class DaysSerializer(StrictSerializer):
    """The days and the circle of a release, as the form gives them."""

    signed_on = serializers.DateField()
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)
    scope = serializers.ChoiceField(choices=Release.Scope.choices, default=Release.Scope.OFFICE)
    named_staff = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID),
        required=False,
        max_length=MAX_LIST,
        help_text="Ids of people of the office, when the form names staff.",
    )


class AcceptSerializer(DaysSerializer):
    """The checked list of a valid release (EA-22, EA-23)."""

    is_signed = serializers.BooleanField()
    is_dated = serializers.BooleanField()
    names_recipient = serializers.BooleanField()
    authorizes_details = serializers.BooleanField()
    replaces = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=MAX_ID, help_text="Id of a release."
    )


class OverrideSerializer(DaysSerializer):
    """Why a release should count although the check is incomplete."""

    reason = serializers.CharField(max_length=MAX_TEXT)


class RejectSerializer(StrictSerializer):
    """What is missing, in words for the office."""

    deficiency = serializers.CharField(max_length=MAX_TEXT)


class RevokeSerializer(StrictSerializer):
    """Why a release is taken back."""

    reason = serializers.CharField(max_length=MAX_TEXT)


class _ReleaseView(ApiView):
    """Looks up releases in the actor's scope."""

    def releases(self) -> QuerySet[Release]:
        """An office's own; all of the exchange for those who may see release forms."""
        rows = Release.objects.filter(exchange_id=self.actor.exchange_id)
        if self.actor.is_outside:
            rows = rows.filter(
                office_id=self.actor.organization_id,
                case__in=Case.objects.visible_to(self.actor),
            )
        elif not self.actor.may("releases.view"):
            rows = rows.none()
        return rows.select_related("case", "office")

    def find(self, pk: int) -> Release:
        """One release, or 404."""
        release = self.releases().filter(pk=pk).first()
        if release is None:
            raise Http404
        return release

    def shown(self, release: Release) -> dict[str, Any]:
        """In the shape of its reader."""
        if self.actor.is_outside:
            return ReleaseStateSerializer(release).data
        return ReleaseDetailSerializer(release).data

    def valid(self, kind: type[StrictSerializer]) -> dict[str, Any]:
        """The body, checked."""
        serializer = kind(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def days(self, kind: type[StrictSerializer], release: Release) -> dict[str, Any]:
        """The body, with ids turned into people of the office and a release of the same case.

        Raises:
            ValidationError: an id is none of those; a foreign and a missing one are one answer.
        """
        data = self.valid(kind)
        wanted = set(data.pop("named_staff", ()))
        members = Membership.objects.current().filter(organization_id=release.office_id)
        people = list(
            Person.objects.filter(pk__in=members.values("person_id")).filter(pk__in=wanted)
        )
        if len(people) != len(wanted):
            raise exceptions.ValidationError(
                {"named_staff": "Choose people who work in the office."}, code="invalid_choice"
            )
        data["named_staff"] = people
        if replaced := data.pop("replaces", None):
            data["replaces"] = self.releases().filter(pk=replaced, case=release.case_id).first()
            if data["replaces"] is None:
                raise exceptions.ValidationError(
                    {"replaces": "A release replaces one of the same case and office."},
                    code="invalid_choice",
                )
        return data


class ReleaseListView(_ReleaseView):
    """The release forms of a case."""

    actions = {"GET": ("releases.view", "releases.submit"), "POST": "releases.submit"}
    parser_classes = [LimitedMultiPartParser]
    creates = True

    @extend_schema(
        operation_id="releases_list",
        responses=PolymorphicProxySerializer(
            component_name="Release",
            serializers=[ReleaseDetailSerializer, ReleaseStateSerializer],
            resource_type_field_name=None,
            many=True,
        ),
        tags=["releases"],
    )
    def get(self, request: Request, number: str) -> Response:
        """List release forms: an office its own with their state, others with the checklist."""
        case = self.find_case(number)
        rows = list(self.releases().filter(case=case))
        record(
            actor=self.actor,
            action="releases.viewed",
            cases=[case.pk],
            data={"releases": [row.pk for row in rows]},
        )
        return Response([self.shown(row) for row in rows])

    @extend_schema(
        operation_id="releases_submit",
        request={"multipart/form-data": ReleaseUploadSerializer},
        responses={201: _RELEASE},
        tags=["releases"],
    )
    def post(self, request: Request, number: str) -> Response:
        """Send in a signed release form, to be checked (EA-21). It opens nothing yet."""
        case = self.find_case(number)
        serializer = ReleaseUploadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        document = store_document(
            exchange=self.actor.exchange,
            file=serializer.screened["file"][0],
            purpose=Document.Purpose.RELEASE_FORM,
            uploaded_by=self.actor.person,
            keep_original=True,
        )
        release = services.submit_release(actor=self.actor, case=case, document=document)
        return Response(self.shown(release), status=201)


class AcceptView(_ReleaseView):
    """A release that is in order."""

    actions = {"POST": "releases.decide"}

    @extend_schema(
        operation_id="releases_accept",
        request=AcceptSerializer,
        responses=_RELEASE,
        tags=["releases"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Mark a release valid: every item of the list is there (EA-22, EA-23)."""
        release = self.find(pk)
        data = self.days(AcceptSerializer, release)
        return Response(
            self.shown(services.accept_release(actor=self.actor, release=release, **data))
        )


class RejectView(_ReleaseView):
    """A release that lacks something."""

    actions = {"POST": "releases.decide"}

    @extend_schema(
        operation_id="releases_reject",
        request=RejectSerializer,
        responses=_RELEASE,
        tags=["releases"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Mark a release deficient; the office is told what is missing."""
        release = self.find(pk)
        data = self.valid(RejectSerializer)
        return Response(
            self.shown(services.reject_release(actor=self.actor, release=release, **data))
        )


class RevokeView(_ReleaseView):
    """A release taken back."""

    actions = {"POST": "releases.revoke"}

    @extend_schema(
        operation_id="releases_revoke",
        request=RevokeSerializer,
        responses=_RELEASE,
        tags=["releases"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Revoke a release; the office's very next request shows status only."""
        release = self.find(pk)
        data = self.valid(RevokeSerializer)
        return Response(
            self.shown(services.revoke_release(actor=self.actor, release=release, **data))
        )


class RequestOverrideView(_ReleaseView):
    """Asking for a release to count although the check is incomplete."""

    actions = {"POST": "releases.request_override"}

    @extend_schema(
        operation_id="releases_request_override",
        request=OverrideSerializer,
        responses=_RELEASE,
        tags=["releases"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Ask a second person to let the release count."""
        release = self.find(pk)
        data = self.days(OverrideSerializer, release)
        return Response(
            self.shown(services.request_override(actor=self.actor, release=release, **data))
        )


class ConfirmOverrideView(_ReleaseView):
    """The second person."""

    actions = {"POST": "releases.confirm_override"}

    @extend_schema(
        operation_id="releases_confirm_override",
        request=None,
        responses=_RELEASE,
        tags=["releases"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Let the release count; whoever asked for it may not."""
        release = self.find(pk)
        return Response(self.shown(services.confirm_override(actor=self.actor, release=release)))


urlpatterns: list[URLPattern] = [
    path("cases/<number:number>/releases/", ReleaseListView.as_view(), name="releases"),
    path("releases/<int:pk>/accept/", AcceptView.as_view(), name="release-accept"),
    path("releases/<int:pk>/reject/", RejectView.as_view(), name="release-reject"),
    path("releases/<int:pk>/revoke/", RevokeView.as_view(), name="release-revoke"),
    path(
        "releases/<int:pk>/request-override/",
        RequestOverrideView.as_view(),
        name="release-request-override",
    ),
    path(
        "releases/<int:pk>/confirm-override/",
        ConfirmOverrideView.as_view(),
        name="release-confirm-override",
    ),
]
