"""Standing delegations through the API: what is pending, deciding on it, transferring.

The Delegation Tool is not here: a search belongs to a conversation with the consumer, and takes a
Social Security number, which the API refuses everywhere.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api import projections
from portal.api.base import ApiView, ListView
from portal.api.serializers import StrictSerializer
from portal.consumers.mirror import Delegation
from portal.delegations import selectors, services
from portal.delegations.views.common import MODULE


class PendingDelegationSerializer(projections.Shape):
    """A delegation that waits to be accepted or declined. Instants are UTC."""

    id = serializers.IntegerField(source="pk")
    consumer = serializers.CharField(source="consumer_name")
    language = serializers.CharField()
    organization = serializers.CharField()
    enroller = serializers.CharField(help_text="Empty: the organization says who.")
    asked_at = serializers.DateTimeField()


class DeclineSerializer(StrictSerializer):
    """Why a delegation is declined."""

    reason = serializers.CharField(max_length=services.REASON_LENGTH)


class TransferSerializer(StrictSerializer):
    """Active delegations of one's organization, and who takes them."""

    delegations = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        min_length=1,
        max_length=services.MOST_AT_ONCE,
        help_text="Ids of active delegations.",
    )
    enroller = serializers.EmailField(help_text="Email address of the colleague who takes them.")


class DelegationStateSerializer(projections.Shape):
    """What became of a delegation."""

    id = serializers.IntegerField()
    status = serializers.CharField()


class TransferredSerializer(projections.Shape):
    """How many consumers moved; those the colleague had already are not counted."""

    transferred = serializers.IntegerField()


class PendingDelegationsView(ListView):
    """Pending delegations."""

    actions = {"GET": "delegations.view"}
    queryset = Delegation.objects.none()
    serializer_class = PendingDelegationSerializer
    orderings = {"asked_at": "asked_at", "-asked_at": "-asked_at"}

    @extend_schema(
        operation_id="delegations_pending",
        responses=PendingDelegationSerializer(many=True),
        tags=["delegations"],
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List what waits for oneself; for leads, for the whole organization."""
        _require_module(self)
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Those the actor may know of."""
        return selectors.pending_of(self.actor)

    def shown(self, page: list[Any]) -> Any:
        """As their reader may see them."""
        lines = selectors.lines_for(self.actor, page)
        return PendingDelegationSerializer(lines, many=True).data


class AcceptView(ApiView):
    """Accepting a pending delegation."""

    actions = {"POST": services.DECIDE}

    @extend_schema(
        operation_id="delegations_accept",
        request=None,
        responses=DelegationStateSerializer,
        tags=["delegations"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Accept it; where it names no enroller, one takes it oneself."""
        row = services.accept_delegation(actor=self.actor, delegation=_delegation(self, pk))
        return Response(DelegationStateSerializer(row).data)


class DeclineView(ApiView):
    """Declining a pending delegation."""

    actions = {"POST": services.DECIDE}

    @extend_schema(
        operation_id="delegations_decline",
        request=DeclineSerializer,
        responses=DelegationStateSerializer,
        tags=["delegations"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Decline it, with a reason."""
        row = _delegation(self, pk)
        serializer = DeclineSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        row = services.decline_delegation(
            actor=self.actor, delegation=row, **serializer.validated_data
        )
        return Response(DelegationStateSerializer(row).data)


class TransfersView(ApiView):
    """Transfers within the organization."""

    actions = {"POST": services.TRANSFER}

    @extend_schema(
        operation_id="delegations_transfer",
        request=TransferSerializer,
        responses=TransferredSerializer,
        tags=["delegations"],
    )
    def post(self, request: Request) -> Response:
        """Hand consumers to a colleague, all of them or none."""
        _require_module(self)
        serializer = TransferSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        colleague = (
            selectors.colleagues_to_transfer_to(self.actor)
            .filter(email__iexact=data["enroller"])
            .first()
        )
        if colleague is None:
            raise exceptions.ValidationError(
                {"enroller": "Choose a colleague who receives transfers."}, code="invalid_choice"
            )
        moved = services.transfer_delegations(
            actor=self.actor, delegations=data["delegations"], enroller=colleague
        )
        return Response({"transferred": len(moved)})


def _require_module(view: ApiView) -> None:
    if not view.actor.has_module(MODULE):
        raise Http404


def _delegation(view: ApiView, pk: int) -> Delegation:
    _require_module(view)
    row = selectors.delegations_of(view.actor).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


urlpatterns: list[URLPattern] = [
    path("delegations/pending/", PendingDelegationsView.as_view(), name="delegations-pending"),
    path("delegations/<int:pk>/accept/", AcceptView.as_view(), name="delegations-accept"),
    path("delegations/<int:pk>/decline/", DeclineView.as_view(), name="delegations-decline"),
    path("delegations/transfers/", TransfersView.as_view(), name="delegations-transfers"),
]
