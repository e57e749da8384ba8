"""Background work of the clocks room. A message carries ids and nothing else."""

import logging

from celery import shared_task

from portal.clocks import simulation
from portal.tenancy.models import Exchange

logger = logging.getLogger(__name__)

#: A million clocks take some minutes; a worker that dies is found by its silence.
_LIMIT_SECONDS = 3_600


# Acknowledged early: whoever watches a run sees it fall silent, and lets it go on.
@shared_task(
    name="portal.clocks.tasks.replay",
    acks_late=False,
    soft_time_limit=_LIMIT_SECONDS,
    time_limit=_LIMIT_SECONDS + 60,
)
def replay(*, exchange_id: int, simulation_id: int) -> None:
    """Replay a simulation from where it stands to its end."""
    exchange = Exchange.objects.get(pk=exchange_id)
    try:
        simulation.replay_all(exchange=exchange, simulation_id=simulation_id)
    except Exception as error:
        # Not the message: it may quote a row. The run can be continued from its page.
        logger.error("Simulation %s stopped: %s", simulation_id, type(error).__name__)
