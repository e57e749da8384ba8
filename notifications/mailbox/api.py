"""The secure mailbox through the API: what lies there, conversations, answers and marks.

Files are fetched, and conversations begun, on the portal's pages.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import URLPattern, path
from django_filters import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.mailbox import conversations, reading
from notifications.mailbox.conversations import BODY_LENGTH
from notifications.mailbox.items import Mark, mark_items
from notifications.mailbox.models import Item, Thread
from notifications.mailbox.names import MODULE, USE
from portal.api.base import ApiView, ListView
from portal.api.projections import Shape
from portal.api.serializers import MAX_ID, MAX_LIST, StrictSerializer


class MailboxItemSerializer(Shape):
    """One entry of the mailbox: no personal data."""

    id = serializers.IntegerField()
    kind = serializers.CharField(help_text="`message`: a conversation; `source_id` is its number.")
    source_id = serializers.IntegerField()
    subject = serializers.CharField()
    received_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    archived_at = serializers.DateTimeField(allow_null=True)


class MailboxMessageSerializer(Shape):
    """One message of a conversation."""

    number = serializers.IntegerField()
    author = serializers.CharField()
    on_behalf = serializers.CharField(help_text="The team, or the organization, of its author.")
    at = serializers.DateTimeField()
    body = serializers.CharField()


class ConversationSerializer(Shape):
    """A conversation, with everything said in it."""

    id = serializers.IntegerField(source="pk")
    subject = serializers.CharField()
    participants = serializers.ListField(child=serializers.CharField())
    case = serializers.CharField(
        source="case_number", help_text="Number of the case it is about, where one may see it."
    )
    last_number = serializers.IntegerField()
    messages = MailboxMessageSerializer(many=True)


class MailboxReplySerializer(StrictSerializer):
    """An answer."""

    body = serializers.CharField(max_length=BODY_LENGTH)
    seen = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, help_text="Number of the last message one has read."
    )


class MailboxSentSerializer(Shape):
    """What an answer became."""

    conversation = serializers.IntegerField(source="thread_id")
    number = serializers.IntegerField()


class MailboxMarkSerializer(StrictSerializer):
    """Entries, and what to do with them."""

    items = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID), max_length=MAX_LIST
    )
    mark = serializers.ChoiceField(choices=[one.value for one in Mark])


class MailboxMarkedSerializer(Shape):
    """How many entries it changed."""

    marked = serializers.IntegerField()


class ItemFilter(FilterSet):
    class Meta:
        model = Item
        fields = {"kind": ["exact"], "read_at": ["isnull"], "archived_at": ["isnull"]}


class _WithMailbox(ApiView):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As everywhere; an exchange without the mailbox has no such addresses."""
        super().initial(request, *args, **kwargs)
        if not self.actor.has_module(MODULE):
            raise Http404


class MailboxListView(_WithMailbox, ListView):
    """One's own mailbox."""

    actions = {"GET": USE}
    queryset = Item.objects.none()
    serializer_class = MailboxItemSerializer
    filterset_class = ItemFilter
    orderings = {"-received_at": "-received_at", "received_at": "received_at"}

    @extend_schema(operation_id="mailbox_list", tags=["mailbox"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List entries, newest first."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """One's own."""
        return Item.objects.visible_to(self.actor)

    def shown(self, page: list[Any]) -> Any:
        """As the page shows them."""
        lines = [
            {
                "id": row.pk,
                "kind": row.kind,
                "source_id": row.source_id,
                "subject": row.subject,
                "received_at": row.received_at,
                "read_at": row.read_at,
                "archived_at": row.archived_at,
            }
            for row in page
        ]
        return MailboxItemSerializer(lines, many=True).data


class MailboxMarkView(_WithMailbox):
    """Marking entries."""

    actions = {"POST": USE}

    @extend_schema(
        operation_id="mailbox_mark",
        request=MailboxMarkSerializer,
        responses=MailboxMarkedSerializer,
        tags=["mailbox"],
    )
    def post(self, request: Request) -> Response:
        """Mark entries as read or unread, archive them or bring them back."""
        serializer = MailboxMarkSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        marked = mark_items(
            actor=self.actor,
            keys=serializer.validated_data["items"],
            mark=Mark(serializer.validated_data["mark"]),
        )
        return Response(MailboxMarkedSerializer({"marked": marked}).data)


class ConversationView(_WithMailbox):
    """A conversation one sits in, oneself or through one's team."""

    actions = {"GET": USE}

    @extend_schema(
        operation_id="mailbox_conversation", responses=ConversationSerializer, tags=["mailbox"]
    )
    def get(self, request: Request, pk: int) -> Response:
        """Read it. It counts as read, and the look is recorded."""
        try:
            shown = reading.open_conversation(actor=self.actor, pk=pk)
        except Thread.DoesNotExist:
            raise Http404 from None
        return Response(ConversationSerializer(shown).data)


class ConversationReplyView(_WithMailbox):
    """Answering in a conversation."""

    actions = {"POST": USE}
    creates = True

    @extend_schema(
        operation_id="mailbox_reply",
        request=MailboxReplySerializer,
        responses={201: MailboxSentSerializer},
        tags=["mailbox"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Answer. Refused with 409 when somebody wrote after the message one has `seen`."""
        serializer = MailboxReplySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        thread = Thread.objects.visible_to(self.actor).filter(pk=pk).first()
        if thread is None:
            raise Http404
        message = conversations.reply(actor=self.actor, thread=thread, **serializer.validated_data)
        return Response(MailboxSentSerializer(message).data, status=201)


urlpatterns: list[URLPattern] = [
    path("mailbox/", MailboxListView.as_view(), name="mailbox"),
    path("mailbox/mark/", MailboxMarkView.as_view(), name="mailbox-mark"),
    path(
        "mailbox/conversations/<int:pk>/", ConversationView.as_view(), name="mailbox-conversation"
    ),
    path(
        "mailbox/conversations/<int:pk>/replies/",
        ConversationReplyView.as_view(),
        name="mailbox-reply",
    ),
]
