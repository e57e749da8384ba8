"""One's own tokens: list, create, revoke."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.base import ApiView, ListView
from portal.api.projections import Shape
from portal.api.serializers import StrictSerializer
from portal.tenancy.models import ApiToken
from portal.tenancy.services import TOKEN_DAYS, create_api_token, revoke_api_token


class TokenSerializer(Shape):
    """A token without its secret."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    prefix = serializers.CharField(help_text="How the secret begins.")
    read_only = serializers.BooleanField()  # type: ignore[assignment]
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewTokenSerializer(TokenSerializer):
    """A token just made."""

    secret = serializers.CharField(
        allow_null=True, help_text="Shown this once; null when the request is repeated."
    )


class TokenInputSerializer(StrictSerializer):
    """What a new token is for."""

    name = serializers.CharField(max_length=80)
    read_only = serializers.BooleanField(default=False)  # type: ignore[assignment]
    days = serializers.IntegerField(
        default=TOKEN_DAYS, min_value=1, max_value=TOKEN_DAYS, help_text="Days until it expires."
    )


def _own(view: ApiView) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(
        exchange_id=view.actor.exchange_id, membership__person=view.actor.person
    )


class TokenListView(ListView):
    """One's own tokens."""

    actions = {"GET": "tenancy.api_token", "POST": "tenancy.api_token"}
    queryset = ApiToken.objects.none()
    serializer_class = TokenSerializer
    orderings = {"-created_at": "-created_at", "created_at": "created_at"}
    creates = True

    @extend_schema(operation_id="tokens_list", tags=["tokens"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List one's own tokens, also the expired and revoked."""
        return super().get(request, **kwargs)

    @extend_schema(
        operation_id="tokens_create",
        request=TokenInputSerializer,
        responses={201: NewTokenSerializer},
        tags=["tokens"],
    )
    def post(self, request: Request) -> Response:
        """Create a token with the rights of the one that asks, or only to read."""
        serializer = TokenInputSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        membership = self.actor.membership
        assert membership is not None
        token, secret = create_api_token(
            actor=self.actor, membership=membership, **serializer.validated_data
        )
        return Response({**TokenSerializer(token).data, "secret": secret}, status=201)

    def rows(self) -> QuerySet[Any]:
        """One's own."""
        return _own(self)

    def answer_to_keep(self, data: Any) -> Any:
        """Everything but the secret: it is shown once, to whoever was there."""
        return {**data, "secret": None}


class TokenRevokeView(ApiView):
    """The end of a token."""

    actions = {"POST": "tenancy.api_token"}

    @extend_schema(
        operation_id="tokens_revoke", request=None, responses=TokenSerializer, tags=["tokens"]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Revoke one of one's own tokens, at once."""
        token = _own(self).select_related("membership").filter(pk=pk).first()
        if token is None:
            raise Http404
        revoke_api_token(actor=self.actor, token=token)
        return Response(TokenSerializer(token).data)


urlpatterns: list[URLPattern] = [
    path("tokens/", TokenListView.as_view(), name="tokens"),
    path("tokens/<int:pk>/revoke/", TokenRevokeView.as_view(), name="token-revoke"),
]
