"""Background work of this room: what nobody went on with ends by itself."""

from celery import shared_task
from django.utils import timezone

from portal.delegations.services import expire_pending
from portal.delegations.tool import expire_searches
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange


@shared_task(name="portal.delegations.tasks.end_what_waited")
def end_what_waited() -> int:
    """Expire pending delegations and open searches of every exchange; returns how many."""
    ended = 0
    for exchange in Exchange.objects.filter(is_active=True, modules__contains=["delegations"]):
        with use_exchange(exchange):
            system = Actor.system(exchange, channel="timer")
            now = timezone.now()
            ended += expire_pending(actor=system, now=now)
            ended += expire_searches(actor=system, now=now)
    return ended
