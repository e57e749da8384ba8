"""The mail that invites somebody; its link holds the only copy of the secret."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from notifications.catalogue import get
from notifications.mail_rows import write_mail
from notifications.wording import absolute, fill, values_for, wording_of
from portal.casework.services import wake_dispatcher
from portal.tenancy.models import Invitation
from portal.tenancy.services import hash_token


def send_invitation(*, invitation: Invitation, token: str) -> None:
    """Write the mail with the link; a second call with the same token writes no second mail.

    The invitation's exchange must be set.
    """
    kind, exchange = get("invitation"), invitation.exchange
    link = absolute(reverse("tenancy:invitation-accept", args=[token]))
    values = values_for(kind, exchange=exchange, case=None, link=link)
    write_mail(
        exchange=exchange,
        key=kind.key,
        to=invitation.email,
        wording=fill(kind, wording_of(kind, exchange_id=exchange.pk), values),
        now=timezone.now(),
        unique=hash_token(token),
    )
    wake_dispatcher()


def on_invited(sender: Any, *, invitation: Invitation, token: str, **_: Any) -> None:
    """Receiver of :data:`portal.tenancy.signals.invited`."""
    send_invitation(invitation=invitation, token=token)
