"""The Delegation Tool's own rows, and who decided what about a standing delegation (C.7).

The delegations themselves are the mirror's (:class:`portal.consumers.mirror.Delegation`): feeds,
this room and the Service Center write the same table, through :mod:`portal.consumers.book`.
"""

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from portal.consumers.mirror import Consumer, Delegation
from portal.fields import EncryptedTextField
from portal.tenancy.fields import SameExchangeForeignKey, SameExchangeOneToOneField
from portal.tenancy.models import Exchange, Organization, Person

if TYPE_CHECKING:
    from portal.tenancy.actor import Actor


def new_key() -> str:
    """What a search is called in its pages' addresses; 144 random bits."""
    return secrets.token_urlsafe(18)


@pghistory.track()
class DelegationRules(models.Model):
    """What an exchange lays down for delegations; an exchange without a row has the defaults."""

    exchange = models.OneToOneField(Exchange, on_delete=models.PROTECT, related_name="+")
    pending_days = models.PositiveSmallIntegerField(
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text="Days after which a delegation nobody has accepted or declined expires.",
    )
    searches_per_person = models.PositiveSmallIntegerField(
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(500)],
        help_text="Searches one enroller may make within an hour.",
    )
    searches_per_organization = models.PositiveSmallIntegerField(
        default=200,
        validators=[MinValueValidator(1), MaxValueValidator(5_000)],
        help_text="Searches all of an agency or entity may make together within an hour.",
    )

    class Meta:
        verbose_name = verbose_name_plural = "delegation rules"

    def __str__(self) -> str:
        return "Delegation rules"


class DisclaimerVersion(models.Model):
    """What a consumer hears before an enroller may be delegated to them; never changed (DL-03).

    Each line of the text is a statement with a box of its own. The version a consumer heard is
    kept with the delegation as evidence of consent.
    """

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    english = models.TextField(help_text="One statement a line.")
    spanish = models.TextField(help_text="The same statements, to read out in Spanish.")
    published_at = models.DateTimeField(default=timezone.now, editable=False)
    published_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "number"], name="disclaimer_number_once")
        ]

    def __str__(self) -> str:
        return f"Disclaimers, version {self.number}"

    def statements(self, language: str = "en") -> list[str]:
        """The statements in English (``en``) or Spanish (``es``)."""
        return (self.spanish if language == "es" else self.english).splitlines()


class ToolSearchQuerySet(models.QuerySet["ToolSearch"]):
    def visible_to(self, actor: "Actor") -> "ToolSearchQuerySet":
        """One's own, made for the organization one acts for now."""
        return self.filter(
            exchange_id=actor.exchange_id,
            person_id=actor.person_id,
            organization_id=actor.organization_id,
        )


class ToolSearch(models.Model):
    """One way through the Delegation Tool, from the search to the delegation or its end (C.7a).

    Nothing that was typed to find a consumer is kept but the name, encrypted and emptied at the
    end: a Social Security number is compared while the request runs and is nowhere afterwards.
    """

    class Step(models.TextChoices):
        DISCLAIMERS = "disclaimers", "Disclaimers"
        NOT_FOUND = "not_found", "Not found"
        MULTIPLE = "multiple", "Multiple cases"
        ALREADY = "already", "Already delegated"
        MATCH = "match", "Match"
        PASSCODE_SENT = "passcode_sent", "Passcode sent"
        DELEGATED = "delegated", "Delegated"
        LOCKED = "locked", "Locked"
        FAILED = "failed", "Failed"
        EXPIRED = "expired", "Expired"

    class Found(models.TextChoices):
        NONE = "none", "No case"
        ONE = "one", "One case"
        SEVERAL = "several", "Several cases"

    #: Steps from which one can go on.
    OPEN = frozenset({Step.DISCLAIMERS, Step.MATCH, Step.PASSCODE_SENT})

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=24, unique=True, default=new_key, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    organization = SameExchangeForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=14, choices=Step.choices, default=Step.DISCLAIMERS)
    typed_name = EncryptedTextField(blank=True)
    found = models.CharField(max_length=8, choices=Found.choices)
    consumer = SameExchangeForeignKey(
        Consumer, on_delete=models.CASCADE, null=True, related_name="+"
    )
    disclaimers = SameExchangeForeignKey(
        DisclaimerVersion, on_delete=models.PROTECT, related_name="+"
    )
    language = models.CharField(max_length=2, default="en", help_text="They were read out in it.")
    accepted_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(help_text="Fifteen minutes after the last step.")
    passcode_hash = models.CharField(max_length=64, blank=True)
    passcode_expires_at = models.DateTimeField(null=True)
    sealed_passcode = EncryptedTextField(
        blank=True, help_text="Until the text has left; then only the hash is there."
    )
    text_to = EncryptedTextField(
        blank=True, help_text="The number on file the text goes to; empty when another was typed."
    )
    delegation = SameExchangeForeignKey(
        Delegation, on_delete=models.CASCADE, null=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True)

    objects = ToolSearchQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["person", "-started_at"], name="toolsearch_by_person"),
            models.Index(fields=["organization", "-started_at"], name="toolsearch_by_organization"),
            models.Index(
                fields=["exchange", "expires_at"],
                name="toolsearch_open",
                condition=models.Q(finished_at__isnull=True),
            ),
        ]

    def is_open(self, at: datetime) -> bool:
        """Whether the next step can be taken at the instant ``at``."""
        return self.step in self.OPEN and at < self.expires_at


class PasscodeGuard(models.Model):
    """What is counted for one consumer, whoever asks, from wherever (decision 20).

    One row for all searches, sessions, addresses and enrollers: a new search, another browser or a
    new passcode starts no new count.
    """

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    consumer = SameExchangeOneToOneField(
        Consumer, on_delete=models.CASCADE, related_name="passcode_guard"
    )
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    wrong_since = models.DateTimeField(null=True, help_text="When the first of them was entered.")
    locked_until = models.DateTimeField(null=True)
    sends = models.PositiveSmallIntegerField(default=0)
    sends_since = models.DateTimeField(null=True)


class DelegationActQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: "Actor") -> "DelegationActQuerySet":
        """Those on delegations to the actor's organization; the exchange's staff see all."""
        rows = self.filter(exchange_id=actor.exchange_id)
        if actor.is_system or actor.may("delegations.manage"):
            return rows
        return rows.filter(delegation__organization_id__in=actor.organization_ids)


class DelegationAct(models.Model):
    """Who did what to a delegation, and why; rows are only added."""

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        EXPIRED = "expired", "Expired"
        TRANSFERRED = "transferred", "Transferred"
        ENDED = "ended", "Ended"
        ADDED = "added", "Added by the exchange's staff"
        REMOVED = "removed", "Removed by the exchange's staff"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    delegation = SameExchangeForeignKey(Delegation, on_delete=models.CASCADE, related_name="acts")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    reason = EncryptedTextField(blank=True, help_text="In the words of whoever did it.")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = DelegationActQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["delegation", "-at"], name="delegationact_by_delegation")]
