"""Background work of the API."""

from celery import shared_task

from portal.api.idempotency import forget_old_answers
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange


@shared_task(name="portal.api.tasks.forget_answers")
def forget_answers() -> None:
    """Delete answers that have been kept long enough, exchange by exchange."""
    for exchange in Exchange.objects.all():
        with use_exchange(exchange):
            forget_old_answers()
