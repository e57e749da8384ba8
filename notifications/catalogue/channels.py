"""Messages on channels themselves: a webhook that nobody answers."""

from collections.abc import Iterable

from notifications.catalogue.base import BOTH, COMMON, Circle, MessageKind
from notifications.channels.hooks import MANAGE, OUTSIDE, Webhook
from portal.casework.models import OutboxMessage
from portal.tenancy.models import Membership, Person


def keepers(message: OutboxMessage) -> Iterable[Person]:
    """Whoever manages the webhook now: of its organization, or of the exchange itself."""
    webhook = Webhook.objects.filter(
        pk=message.data.get("webhook") or 0, exchange_id=message.exchange_id
    ).first()
    if webhook is None:
        return Person.objects.none()
    rows = Membership.objects.current().filter(
        exchange_id=message.exchange_id, role__actions__contains=[MANAGE]
    )
    if webhook.organization_id is None:
        rows = rows.exclude(organization__kind__in=OUTSIDE)
    else:
        rows = rows.filter(organization_id=webhook.organization_id)
    return Person.objects.filter(pk__in=rows.values("person_id"))


MESSAGES = (
    MessageKind(
        key="webhook.disabled",
        label="A webhook was switched off",
        circle=Circle.ACCOUNT,
        channels=BOTH,
        subject="A webhook was switched off: its address did not answer for days",
        body="An address you registered has not answered for days and is told nothing any more."
        " Look at what it answered, and switch it on again:\n{link}",
        recipients=keepers,
        variables=COMMON,
        required=frozenset({"link"}),
        page="channels:webhooks",
        source="issue 6",
    ),
)
