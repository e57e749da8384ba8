"""Every write people make about channels: their own choices, the exchange's rules, quiet hours."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from notifications.channels.choices import ChannelRule, Preference, QuietHours, Way
from notifications.channels.groups import GROUPS, ways_of
from notifications.channels.rules import standing_of
from notifications.mailbox.names import MODULE as MAILBOX
from notifications.mailbox.names import USE
from portal.ledger.services import record
from portal.tenancy.actor import Actor

CHOOSE, SET_RULES = "channels.choose", "channels.set_rules"

#: Group and channel → what was decided.
Choices = Mapping[tuple[str, Way], bool]


@transaction.atomic
def choose_channels(*, actor: Actor, choices: Choices) -> list[str]:
    """Keep by which channels the actor wants to be told; returns the groups that changed.

    What equals the exchange's default is not kept: who chose nothing follows it when it changes.

    Raises:
        NotAllowed: the actor has no preferences.
        ValidationError: no such group or channel, or one that cannot be chosen; nothing is kept.
    """
    actor.require(CHOOSE)
    assert actor.person is not None
    _check(choices, has_mailbox=has_mailbox(actor))
    standing = standing_of(exchange=actor.exchange, person_id=actor.person_id)
    changed = {key for key, is_on in choices.items() if standing[key].is_on != is_on}
    if fixed := sorted(group for group, way in changed if standing[group, way].is_fixed):
        raise ValidationError({fixed[0]: "This cannot be switched on or off."})
    now = timezone.now()
    for group, way in sorted(changed):
        is_on = choices[group, way]
        here: dict[str, Any] = {
            "exchange": actor.exchange,
            "person": actor.person,
            "group": group,
            "way": way,
        }
        if is_on == standing[group, way].default:
            Preference.objects.filter(**here).delete()
        else:
            Preference.objects.update_or_create(
                **here, defaults={"is_on": is_on, "changed_at": now}
            )
    groups = sorted({group for group, _ in changed})
    if groups:
        record(actor=actor, action="channels.chosen", fields=groups)
    return groups


@transaction.atomic
def set_rules(*, actor: Actor, defaults: Choices, fixed: Choices) -> list[str]:
    """Lay down what holds for whoever has not chosen, and what nobody can choose otherwise.

    Args:
        defaults: what is on.
        fixed: what people cannot change; a pair that is left out can be changed.

    Raises:
        NotAllowed: the actor does not set rules.
        ValidationError: no such group or channel, or one the catalogue requires.
    """
    actor.require(SET_RULES)
    _check({**defaults, **fixed}, has_mailbox=actor.has_module(MAILBOX))
    standing = standing_of(exchange=actor.exchange, person_id=None)
    now = timezone.now()
    changed = []
    for key, is_on in sorted(defaults.items()):
        group, way = key
        is_fixed = fixed.get(key, False)
        if standing[key].is_required:
            if not is_on:
                raise ValidationError({group: "These messages are always sent."})
            continue
        if (standing[key].default, standing[key].is_fixed) == (is_on, is_fixed):
            continue
        ChannelRule.objects.update_or_create(
            exchange=actor.exchange,
            group=group,
            way=way,
            defaults={
                "is_on": is_on,
                "is_fixed": is_fixed,
                "changed_by": actor.person,
                "changed_at": now,
            },
        )
        said = "on" if is_on else "off"
        changed.append((f"{group}.{way}", f"fixed_{said}" if is_fixed else said))
    if changed:
        record(
            actor=actor,
            action="channels.rules_set",
            fields=[name for name, _ in changed],
            data=dict(changed),
        )
    return [name for name, _ in changed]


@transaction.atomic
def set_quiet_hours(*, actor: Actor, starts: time | None, ends: time | None) -> QuietHours | None:
    """Set the hours in which mails and texts wait; two empty times: there are none.

    Raises:
        NotAllowed: the actor does not set rules.
        ValidationError: only one is given, or both are the same; names the field.
    """
    actor.require(SET_RULES)
    before = QuietHours.objects.filter(exchange=actor.exchange).first()
    if starts is None and ends is None:
        if before is not None:
            before.delete()
            record(actor=actor, action="channels.quiet_hours_set", data={"hours": "none"})
        return None
    if starts is None or ends is None:
        missing = "starts" if starts is None else "ends"
        raise ValidationError({missing: "Enter both times, or neither."})
    row = before or QuietHours(exchange=actor.exchange)
    if before is not None and (row.starts, row.ends) == (starts, ends):
        return row
    row.starts, row.ends = starts, ends
    row.changed_by, row.changed_at = actor.person, timezone.now()
    row.full_clean(exclude=["exchange"])
    row.save()
    record(actor=actor, action="channels.quiet_hours_set", data={"hours": str(row)})
    return row


def has_mailbox(actor: Actor) -> bool:
    """Whether the actor has a secure mailbox to be told in."""
    return actor.has_module(MAILBOX) and actor.may(USE)


def _check(choices: Choices, *, has_mailbox: bool) -> None:
    """Raise unless every pair is one that is offered."""
    offered = {
        (group.key, way) for group in GROUPS for way in ways_of(group, has_mailbox=has_mailbox)
    }
    for group, way in choices:
        if (group, way) not in offered:
            raise ValidationError(f"There is no channel {way!s} of {group}.")
