"""Help requests through the API: asking, and one's own list. Acts have the cases' addresses."""

from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api import projections
from portal.api.base import ApiView, ListView
from portal.api.serializers import StrictSerializer
from portal.casework.models import Case
from portal.casework.rows import for_rows, project_rows
from portal.consumers.mirror import Consumer
from portal.help_requests import selectors, services
from portal.help_requests.services import LONGEST_SUBJECT, LONGEST_TEXT
from portal.help_requests.table import KIND
from portal.tenancy.actor import NotAllowed


class HelpRequestInputSerializer(StrictSerializer):
    """A new help request."""

    topic = serializers.CharField(
        max_length=60, help_text="Key of one of the topics, e.g. application-help."
    )
    subject = serializers.CharField(max_length=LONGEST_SUBJECT)
    description = serializers.CharField(max_length=LONGEST_TEXT)
    consumer_case_number = serializers.CharField(
        max_length=10,
        required=False,
        help_text="Whom it is about; required where the topic is about a consumer.",
    )


class HelpRequestRowSerializer(projections.Shape):
    """One help request in a list."""

    number = serializers.CharField()
    status = serializers.CharField()
    about = serializers.CharField(
        source="summary", help_text="Empty where the reader is shown the status only."
    )
    opened_at = serializers.DateTimeField()


class HelpTopicSerializer(projections.Shape):
    """A topic to choose from."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    category = serializers.CharField(source="get_category_display")
    who_answers = serializers.CharField()


class HelpRequestsView(ListView):
    """Help requests of enrollers."""

    actions = {"GET": "help_requests.view_own", "POST": "help_requests.submit"}
    creates = True
    queryset = Case.objects.none()
    serializer_class = HelpRequestRowSerializer
    orderings = {"-opened_at": "-opened_at", "opened_at": "opened_at"}

    @extend_schema(
        operation_id="help_requests_list",
        responses=HelpRequestRowSerializer(many=True),
        tags=["help requests"],
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List one's own help requests; a manager's list is the agency's or entity's."""
        _require_module(self)
        return super().get(request, **kwargs)

    @extend_schema(
        operation_id="help_requests_submit",
        request=HelpRequestInputSerializer,
        responses={201: projections.DoneSerializer},
        tags=["help requests"],
    )
    def post(self, request: Request) -> Response:
        """Submit a help request; the answer bears its number."""
        _require_module(self)
        serializer = HelpRequestInputSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        topic = selectors.topics_for(self.actor).filter(key=data["topic"]).first()
        if topic is None:
            raise _invalid("topic", "Choose one of the topics.")
        case = services.submit_request(
            actor=self.actor,
            topic=topic,
            subject=data["subject"],
            description=data["description"],
            consumer=self._consumer(data.get("consumer_case_number", "")),
        )
        return Response(projections.done(case, self.actor), status=201)

    def _consumer(self, case_number: str) -> Consumer | None:
        """The consumer of the household whom the actor has; the primary contact of several."""
        if not case_number:
            return None
        mine = Consumer.objects.visible_to(self.actor).filter(case_number=case_number)
        found = mine.order_by("-is_primary_contact", "pk").first()
        if found is None:
            raise _invalid("consumer_case_number", "No consumer of yours has this case number.")
        return found

    def rows(self) -> QuerySet[Any]:
        """Those the actor may know of."""
        return for_rows(Case.objects.visible_to(self.actor).filter(kind=KIND), self.actor)

    def shown(self, page: list[Any]) -> Any:
        """As their reader may see them; recorded."""
        rows = project_rows(self.actor, page, surface="api")
        return HelpRequestRowSerializer(rows, many=True).data


class HelpTopicsView(ApiView):
    """What a help request can be about."""

    actions = {"GET": "help_requests.submit"}

    @extend_schema(
        operation_id="help_topics_list",
        responses=HelpTopicSerializer(many=True),
        tags=["help requests"],
    )
    def get(self, request: Request) -> Response:
        """The topics one may choose from, by category."""
        _require_module(self)
        topics = selectors.topics_for(self.actor)
        return Response(HelpTopicSerializer(topics, many=True).data)


def _invalid(field: str, sentence: str) -> exceptions.ValidationError:
    return exceptions.ValidationError({field: sentence}, code="invalid_choice")


def _require_module(view: ApiView) -> None:
    if not view.actor.has_module(KIND):
        raise NotAllowed("help_requests.view_own")


urlpatterns: list[URLPattern] = [
    path("help-requests/", HelpRequestsView.as_view(), name="help-requests"),
    path("help-topics/", HelpTopicsView.as_view(), name="help-topics"),
]
