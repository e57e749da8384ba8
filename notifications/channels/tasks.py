"""Background work of the room: letting the log of webhooks go."""

from celery import shared_task
from django.utils import timezone

from notifications.channels.webhooks import forget_deliveries as forget
from portal.tenancy.models import Exchange


@shared_task(name="notifications.channels.tasks.forget_deliveries")
def forget_deliveries() -> None:
    """Delete what the logs of webhooks no longer keep."""
    for exchange in Exchange.objects.filter(is_active=True):
        forget(exchange=exchange, now=timezone.now())
