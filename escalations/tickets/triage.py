"""Triage of access-to-care issues: urgent or not, up by anybody, down by a lead (SC-15, C.3).

The urgent promise counts from the opening, not from the triage: the consumer has waited since
then. Raising an old case can therefore make it late at once, and that is true.
"""

from escalations.tickets.models import ConsumerContact
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.services import Change, perform
from portal.clocks.effects import ClockEffect, Effect
from portal.tenancy.actor import Actor

CONTACT, RESOLVE = "access_to_care.contact", "access_to_care.resolve"
CONTACT_URGENT, RESOLVE_URGENT = "access_to_care.contact_urgent", "access_to_care.resolve_urgent"


def opening(*, is_urgent: bool) -> tuple[ClockEffect, ...]:
    """The clocks a new issue starts with."""
    policies = (CONTACT_URGENT, RESOLVE_URGENT) if is_urgent else (CONTACT, RESOLVE)
    return tuple(ClockEffect(Effect.START, policy) for policy in policies)


def on_urgency(case: Case, is_urgent: bool) -> list[ClockEffect]:
    """End the other promise and start this one, reckoned from the opening.

    Whoever has been reached already need not be reached again.
    """
    ended = (CONTACT, RESOLVE) if is_urgent else (CONTACT_URGENT, RESOLVE_URGENT)
    contact, resolve = (CONTACT_URGENT, RESOLVE_URGENT) if is_urgent else (CONTACT, RESOLVE)
    started = [resolve] if _was_reached(case) else [contact, resolve]
    return [
        *(ClockEffect(Effect.CANCEL, policy) for policy in ended),
        *(ClockEffect(Effect.START, key, counts_from=case.opened_at) for key in started),
    ]


def on_reopening(case: Case) -> list[ClockEffect]:
    """A reopened issue has its promise anew, from now."""
    return [ClockEffect(Effect.START, RESOLVE_URGENT if case.is_urgent else RESOLVE)]


def triage(
    *, case: Case, actor: Actor, is_urgent: bool, expected_version: int | None = None
) -> Case:
    """Judge an issue for the first time.

    Raises:
        Refused: it came as urgent, and somebody who is no lead would make it less.
    """

    def effect(case: Case) -> Change:
        if case.is_urgent and not is_urgent and not actor.may("tickets.clear_urgent"):
            raise Refused("It came as urgent. Only a lead may take that back.")
        if case.is_urgent == is_urgent:
            return Change()
        return Change(
            columns={"is_urgent": is_urgent},
            fields=["is_urgent"],
            clocks=on_urgency(case, is_urgent),
        )

    return perform(
        case=case,
        act_key="triage_urgent" if is_urgent else "triage_not_urgent",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def _was_reached(case: Case) -> bool:
    return case.contacts.exclude(outcome=ConsumerContact.Outcome.NO_ANSWER).exists()
