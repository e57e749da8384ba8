"""What becomes of an invitation after it was sent."""

import secrets
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone

from portal.tenancy import signals
from portal.tenancy.actor import Actor
from portal.tenancy.audit import record
from portal.tenancy.models import Exchange, Invitation, Person
from portal.tenancy.scope import set_scope
from portal.tenancy.services import (
    INVITATION_DAYS,
    accept_invitation,
    hash_token,
    require_inviter,
)


def find_invitation(token: str) -> Invitation | None:
    """The open invitation a link's token belongs to; works for its exchange from here on.

    Used, expired, revoked and unknown are one answer: None.
    """
    exchange_id, _, secret = token.partition("-")
    if not (exchange_id.isascii() and exchange_id.isdecimal() and len(exchange_id) <= 18):
        return None
    if not Exchange.objects.filter(pk=exchange_id, is_active=True).exists():
        return None
    set_scope(exchange_id=int(exchange_id))
    return (
        Invitation.objects.open()
        .filter(token_hash=hash_token(secret), organization__is_active=True)
        .select_related("exchange", "organization", "role")
        .first()
    )


@transaction.atomic
def resend_invitation(*, actor: Actor, invitation: Invitation) -> str:
    """Send an invitation again, for seven days more; the link sent before stops working.

    Returns the new token.

    Raises:
        NotAllowed: the organization is not one whose people the actor manages.
        Invitation.DoesNotExist: it has been accepted or revoked.
    """
    require_inviter(actor, invitation.organization)
    invitation = Invitation.objects.select_for_update(of=("self",)).get(
        pk=invitation.pk, accepted_at=None, revoked_at=None
    )
    secret = secrets.token_urlsafe(32)
    invitation.token_hash = hash_token(secret)
    invitation.expires_at = timezone.now() + timedelta(days=INVITATION_DAYS)
    invitation.save(update_fields=["token_hash", "expires_at"])
    record(actor=actor, action="tenancy.invitation_resent", data={"invitation": invitation.pk})
    token = f"{invitation.exchange_id}-{secret}"
    signals.invited.send(Invitation, invitation=invitation, token=token)
    return token


@transaction.atomic
def join(*, invitation: Invitation, full_name: str, password: str) -> Person:
    """Accept as somebody new: an account with this name and password, and the role.

    Raises:
        ValidationError: the password is too weak, or the invitation is no longer open.
    """
    validate_password(password, Person(email=invitation.email, full_name=full_name))
    person = accept_invitation(invitation=invitation, password=password)
    person.full_name = full_name
    person.save(update_fields=["full_name"])
    return person


def has_account(invitation: Invitation) -> bool:
    """Whether the invited address signs in already; then accepting only adds the role."""
    return Person.objects.filter(email__iexact=invitation.email).exists()
