"""Conversations: a thread, who sits in it, and what was said.

A seat is a person's, for the organization they worked for when they took it, or a team's. Whoever
leaves the organization leaves its threads; whoever joins the team's unit finds the team's.
"""

from typing import TYPE_CHECKING

import pghistory
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from notifications.mailbox.names import ANSWER
from portal.casework.models import Case
from portal.documents.models import Document
from portal.fields import EncryptedTextField
from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Organization, Person

if TYPE_CHECKING:
    from portal.tenancy.actor import Actor

SUBJECT_LENGTH = 160


class TeamQuerySet(models.QuerySet["Team"]):
    def reachable_by(self, actor: "Actor") -> "TeamQuerySet":
        """Those that take messages from the actor's kind of organization."""
        kind = actor.organization.kind if actor.organization else ""
        rows = self.filter(exchange_id=actor.exchange_id, is_active=True, unit__is_active=True)
        return rows.filter(audience__in=[Team.Audience.BOTH, _AUDIENCES.get(kind, "")])

    def worked_by(self, actor: "Actor") -> "TeamQuerySet":
        """Those the actor answers for: their unit's, while their role allows it."""
        if not actor.may(ANSWER):
            return self.none()
        return self.filter(exchange_id=actor.exchange_id, unit_id=actor.organization_id)


@pghistory.track()
class Team(models.Model):
    """A unit of the exchange that agencies and entities can write to."""

    class Audience(models.TextChoices):
        AGENCIES = "agencies", "Agencies"
        ENTITIES = "entities", "Entities"
        BOTH = "both", "Agencies and entities"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    unit = SameExchangeForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Whose people read and answer; a conversation goes with its team.",
    )
    label = models.CharField(max_length=80, help_text="What those who write to it call it.")
    helps_with = models.CharField(max_length=200, blank=True, help_text="Said beside its name.")
    audience = models.CharField(
        max_length=10, choices=Audience.choices, default=Audience.BOTH, help_text="Who may write."
    )
    is_active = models.BooleanField(default=True, help_text="Off: it takes no new conversations.")

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["label"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "unit"], name="mailbox_team_per_unit")
        ]

    def __str__(self) -> str:
        return self.label


_AUDIENCES: dict[str, str] = {
    Organization.Kind.AGENCY: Team.Audience.AGENCIES,
    Organization.Kind.ENTITY: Team.Audience.ENTITIES,
}


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, actor: "Actor") -> "ThreadQuerySet":
        """Those the actor sits in as who they are now, or through their team.

        Neither a lead nor an administrator reads what others write to each other.
        """
        seats = Seat.objects.of(actor).filter(thread=OuterRef("pk"))
        return self.filter(Exists(seats), exchange_id=actor.exchange_id)


class Thread(models.Model):
    """One conversation. Its subject stands in lists, so it names nobody."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=SUBJECT_LENGTH)
    case = SameExchangeForeignKey(
        Case,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="What it is about; shown to those who may see the case, and opens it to nobody.",
    )
    begun_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    begun_as = models.UUIDField(help_text="The draft it was; sent twice, it is begun once.")
    place = models.PositiveSmallIntegerField(
        default=0, help_text="Which of the conversations begun with one announcement."
    )
    created_at = models.DateTimeField(default=timezone.now)
    last_number = models.PositiveIntegerField(default=0)
    last_message_at = models.DateTimeField(default=timezone.now)
    is_held = models.BooleanField(
        default=False, help_text="A legal hold: it is not deleted, however old."
    )

    objects = ThreadQuerySet.as_manager()

    class Meta:
        ordering = ["-last_message_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "begun_by", "begun_as", "place"], name="mailbox_begun_once"
            )
        ]
        indexes = [
            models.Index(fields=["exchange", "last_message_at", "id"], name="mailbox_thread_age"),
            models.Index(fields=["case"], name="mailbox_of_case", condition=~Q(case=None)),
        ]

    def __str__(self) -> str:
        return f"Conversation {self.pk}"


class SeatQuerySet(models.QuerySet["Seat"]):
    def of(self, actor: "Actor") -> "SeatQuerySet":
        """The actor's own, and those of the team they answer for."""
        own = Q(person_id=actor.person_id, organization_id=actor.organization_id)
        if actor.may(ANSWER):
            own |= Q(team__unit_id=actor.organization_id)
        return self.filter(own, exchange_id=actor.exchange_id)


class Seat(models.Model):
    """A person, or a team, in a conversation."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    thread = SameExchangeForeignKey(Thread, on_delete=models.CASCADE, related_name="seats")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    organization = SameExchangeForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="For whom the person sits here.",
    )
    team = SameExchangeForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="seats")
    taken_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    waits_since = models.DateTimeField(
        null=True, help_text="Of a team: since when somebody's message waits for it."
    )
    moved_at = models.DateTimeField(default=timezone.now, help_text="The thread's last message.")

    objects = SeatQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person=None, organization=None, team__isnull=False)
                | Q(person__isnull=False, organization__isnull=False, team=None),
                name="mailbox_seat_of_one",
            ),
            models.UniqueConstraint(fields=["thread", "person"], name="mailbox_seat_person"),
            models.UniqueConstraint(fields=["thread", "team"], name="mailbox_seat_team"),
        ]
        indexes = [
            models.Index(
                fields=["team", "-moved_at", "-id"],
                name="mailbox_team_inbox",
                condition=~Q(team=None),
            ),
            models.Index(
                fields=["team", "waits_since"],
                name="mailbox_team_waiting",
                condition=~Q(waits_since=None),
            ),
            models.Index(fields=["person", "organization"], name="mailbox_seats_of"),
        ]


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, actor: "Actor") -> "MessageQuerySet":
        """Those of the conversations the actor may read."""
        return self.filter(
            thread__in=Thread.objects.visible_to(actor).values("pk"), exchange_id=actor.exchange_id
        )


class Message(models.Model):
    """What was said; never changed, and deleted only with its conversation."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    thread = SameExchangeForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    number = models.PositiveIntegerField(help_text="Counted from 1 in its conversation.")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    team = SameExchangeForeignKey(
        Team, on_delete=models.PROTECT, null=True, related_name="+", help_text="Spoke for it."
    )
    organization_name = models.CharField(
        max_length=160, help_text="Whom the author worked for then."
    )
    body = EncryptedTextField()
    sent_at = models.DateTimeField(default=timezone.now)

    objects = MessageQuerySet.as_manager()
    write_once = True

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["thread", "number"], name="mailbox_message_number")
        ]
        indexes = [
            models.Index(fields=["author", "exchange", "-sent_at", "-id"], name="mailbox_sent")
        ]

    def __str__(self) -> str:
        return f"Message {self.number} of conversation {self.thread_id}"


class MessageFile(models.Model):
    """A file that came with a message."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    message = SameExchangeForeignKey(Message, on_delete=models.CASCADE, related_name="files")
    document = SameExchangeForeignKey(Document, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
