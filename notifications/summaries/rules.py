"""What an exchange lays down for its summaries, and letting old ones go."""

from datetime import datetime, time, timedelta
from typing import Final

from django.db import transaction

from notifications.mailbox.models import Item
from notifications.summaries.models import SET_RULES, Alert, Summary, SummaryDay, SummaryRules
from portal.clocks.reckoning import zone
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

#: Rows deleted in one transaction.
_CHUNK: Final = 10_000


def rules_of(exchange: Exchange) -> SummaryRules:
    """The exchange's rules, or the defaults, not saved."""
    return SummaryRules.objects.filter(exchange=exchange).first() or SummaryRules(exchange=exchange)


@transaction.atomic
def set_rules(*, actor: Actor, from_time: time, keep_days: int) -> SummaryRules:
    """Set from which local time summaries are made, and how many days they are kept.

    Raises:
        NotAllowed: the actor may not.
        ValidationError: a figure is out of its bounds; names the field.
    """
    actor.require(SET_RULES)
    row = rules_of(actor.exchange)
    row.from_time, row.keep_days = from_time, keep_days
    row.full_clean()
    row.save()
    record(actor=actor, action="summaries.rules_set")
    return row


def forget_old_summaries(*, exchange: Exchange, now: datetime) -> int:
    """Delete what the exchange no longer keeps at ``now`` (UTC); returns how many summaries.

    With a summary goes its entry in the mailbox. Safe to repeat and to be killed anywhere.
    """
    with use_exchange(exchange):
        keep = timedelta(days=rules_of(exchange).keep_days)
    before = now.astimezone(zone(exchange.time_zone)).date() - keep
    old = Summary.objects.filter(exchange=exchange, local_date__lt=before).order_by()
    forgotten = 0
    while True:
        with use_exchange(exchange):
            ids = list(old.values_list("pk", flat=True)[:_CHUNK])
            Item.objects.filter(exchange=exchange, kind="summary", source_id__in=ids).delete()
            Summary.objects.filter(pk__in=ids).delete()
        forgotten += len(ids)
        if len(ids) < _CHUNK:
            break
    lines = Alert.objects.filter(exchange=exchange, local_date__lt=before).order_by()
    while True:
        with use_exchange(exchange):
            ids = list(lines.values_list("pk", flat=True)[:_CHUNK])
            Alert.objects.filter(pk__in=ids).delete()
        if len(ids) < _CHUNK:
            break
    with use_exchange(exchange):
        SummaryDay.objects.filter(exchange=exchange, local_date__lt=before).delete()
        if forgotten:
            system = Actor.system(exchange, channel="timer")
            record(actor=system, action="summaries.forgotten", data={"summaries": forgotten})
    return forgotten
