"""Appeals through the API: opening one. Everything after that goes through the acts of cases."""

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from escalations.appeals import intake
from escalations.appeals.forms import OpenAppealForm
from portal.api import projections
from portal.api.base import ApiView
from portal.api.serializers import clean_by_form, input_of

_AppealInput = input_of(OpenAppealForm)


class AppealOpenView(ApiView):
    """Opening an appeal."""

    actions = {"POST": "appeals.open"}
    creates = True

    @extend_schema(
        operation_id="appeals_open",
        request=_AppealInput,
        responses={201: projections.DoneSerializer},
        tags=["appeals"],
    )
    def post(self, request: Request) -> Response:
        """Open an appeal for a consumer; the unit with room gets it."""
        serializer = _AppealInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        cleaned = clean_by_form(OpenAppealForm, serializer.validated_data, actor=self.actor)
        case = intake.open_appeal(actor=self.actor, **cleaned)
        return Response(projections.done(case, self.actor), status=201)


urlpatterns: list[URLPattern] = [
    path("appeals/", AppealOpenView.as_view(), name="appeal-open"),
]
