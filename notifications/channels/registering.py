"""Registering webhooks, renewing their secrets, and sending an event again."""

import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from notifications.catalogue import CASE, get
from notifications.channels import addresses
from notifications.channels.groups import GROUPS, group_of, kinds_of
from notifications.channels.hooks import MANAGE, Webhook, WebhookDelivery, owner_for
from portal.casework.machine import Refused
from portal.casework.services import wake_dispatcher
from portal.ledger.services import record
from portal.tenancy.actor import Actor

#: How long requests are signed with the former secret too, so that a receiver can change over.
CHANGE_OVER: Final = timedelta(hours=24)
MOST: Final = 10
State = WebhookDelivery.State


def groups_offered() -> list[tuple[str, str]]:
    """Key and label of the groups with messages about cases that no secret is in."""
    return [
        (group.key, group.label)
        for group in GROUPS
        if any(kind.variables >= CASE and not kind.is_secret for kind in kinds_of(group.key))
    ]


@transaction.atomic
def register_webhook(
    *,
    actor: Actor,
    url: str,
    groups: Collection[str],
    resolver: addresses.Resolver | None = None,
) -> tuple[Webhook, str]:
    """Register an address for the actor's organization, or for the exchange; with its secret.

    The secret is told this once; later it can only be replaced.

    Raises:
        NotAllowed: the actor does not manage webhooks.
        ValidationError: the address may not be called, is registered already or is one too many,
            or no group is chosen; names the field.
    """
    actor.require(MANAGE)
    url = url.strip()
    chosen = _groups(groups)
    _check_address(url, resolver)
    if Webhook.objects.visible_to(actor).count() >= MOST:
        raise ValidationError({"url": f"At most {MOST} addresses can be registered."})
    secret = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            webhook = Webhook.objects.create(
                exchange=actor.exchange,
                organization=owner_for(actor),
                url=url,
                groups=chosen,
                secret=secret,
                created_at=timezone.now(),
                created_by=actor.person,
            )
    except IntegrityError:
        raise ValidationError({"url": "This address is registered already."}) from None
    record(
        actor=actor,
        action="channels.webhook_registered",
        fields=chosen,
        data={"webhook": webhook.pk},
    )
    return webhook, secret


@transaction.atomic
def change_webhook(
    *, actor: Actor, webhook: Webhook, groups: Collection[str], is_active: bool
) -> Webhook:
    """Choose other groups, or switch an address off or on again.

    Switched on again it starts without a past: its failures are forgotten.

    Raises:
        NotAllowed: the actor does not manage webhooks.
        Webhook.DoesNotExist: it is another organization's.
        ValidationError: no group is chosen; names the field.
    """
    webhook = _locked(actor, webhook)
    webhook.groups = _groups(groups)
    if is_active and not webhook.is_active:
        webhook.failing_since = webhook.disabled_at = None
    webhook.is_active = is_active
    webhook.save(update_fields=["groups", "is_active", "failing_since", "disabled_at"])
    record(
        actor=actor,
        action="channels.webhook_changed",
        fields=webhook.groups,
        data={"webhook": webhook.pk, "active": is_active},
    )
    return webhook


@transaction.atomic
def renew_secret(*, actor: Actor, webhook: Webhook) -> str:
    """Replace the secret, and return the new one; for a day requests bear both signatures.

    Raises:
        NotAllowed: the actor does not manage webhooks.
        Webhook.DoesNotExist: it is another organization's.
    """
    webhook = _locked(actor, webhook)
    webhook.former_secret, webhook.secret = webhook.secret, secrets.token_urlsafe(32)
    webhook.former_until = timezone.now() + CHANGE_OVER
    webhook.save(update_fields=["secret", "former_secret", "former_until"])
    record(actor=actor, action="channels.webhook_secret_renewed", data={"webhook": webhook.pk})
    return webhook.secret


@transaction.atomic
def remove_webhook(*, actor: Actor, webhook: Webhook) -> None:
    """Remove an address with its log; what waits for it is not sent.

    Raises:
        NotAllowed: the actor does not manage webhooks.
        Webhook.DoesNotExist: it is another organization's.
    """
    webhook = _locked(actor, webhook)
    key = webhook.pk
    webhook.delete()
    record(actor=actor, action="channels.webhook_removed", data={"webhook": key})


@transaction.atomic
def send_again(*, actor: Actor, delivery: WebhookDelivery) -> WebhookDelivery:
    """Let an event be sent once more, under the same number.

    Raises:
        NotAllowed: the actor manages no webhooks.
        WebhookDelivery.DoesNotExist: it is another organization's.
        Refused: it still waits, may not be sent any more, or its address is switched off.
    """
    actor.require(MANAGE)
    mine = Webhook.objects.visible_to(actor)
    delivery = WebhookDelivery.objects.select_for_update(of=("self",)).get(
        pk=delivery.pk, webhook__in=mine
    )
    if delivery.state not in (State.SENT, State.FAILED):
        raise Refused("Only an event that was sent or given up can be sent again.")
    if not mine.filter(pk=delivery.webhook_id, is_active=True).exists():
        raise Refused("This address is switched off. Switch it on first.")
    delivery.state, delivery.attempts = State.WAITING, 0
    delivery.next_attempt_at, delivery.lease_until = timezone.now(), None
    delivery.finished_at = None
    delivery.save(
        update_fields=["state", "attempts", "next_attempt_at", "lease_until", "finished_at"]
    )
    record(
        actor=actor,
        action="channels.webhook_sent_again",
        cases=[delivery.case_id],
        data={"delivery": delivery.pk, "group": group_of(get(delivery.key)).key},
    )
    wake_dispatcher()
    return delivery


def _locked(actor: Actor, webhook: Webhook) -> Webhook:
    actor.require(MANAGE)
    rows: Webhook = (
        Webhook.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=webhook.pk)
    )
    return rows


def _groups(groups: Collection[str]) -> list[str]:
    offered = [key for key, _ in groups_offered()]
    if not groups or not set(groups) <= set(offered):
        raise ValidationError({"groups": "Choose at least one of the groups offered."})
    return [key for key in offered if key in groups]


def _check_address(url: str, resolver: addresses.Resolver | None) -> None:
    try:
        host, port, _ = addresses.check_url(url)
        addresses.public_numbers(host, port, resolver=resolver or addresses.lookup)
    except ValidationError as error:
        raise ValidationError({"url": error.messages}) from None
    except (OSError, UnicodeError):
        raise ValidationError({"url": "There is no server of this name."}) from None
    except addresses.ForbiddenAddress:
        raise ValidationError(
            {"url": "This name leads into an inner network. Enter a public server."}
        ) from None
