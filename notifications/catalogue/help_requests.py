"""Messages on help requests (C.4): number, status, link; what was said stays in the portal."""

from dataclasses import replace

from notifications import recipients as to
from notifications.catalogue.base import BELL, MessageKind, to_enroller, to_staff

_IN_PORTAL = "Sign in to read it."


def _bell_only(kind: MessageKind) -> MessageKind:
    return replace(kind, channels=BELL)


MESSAGES = (
    to_enroller(
        "help_request.received",
        "Help request submitted",
        "{number}: your help request was submitted",
        "Your help request was submitted. Its number is {number}.",
        source="C.4 2",
    ),
    _bell_only(
        to_enroller(
            "help_request.started",
            "Work on a help request began",
            "{number}: the team has begun to work on it",
            "The team has begun to work on {number}.",
            source="C.4 4",
        )
    ),
    to_enroller(
        "help_request.information_needed",
        "The team asks the enroller",
        "{number}: the team needs something from you",
        f"The team needs something from you to go on with {{number}}. {_IN_PORTAL}",
        source="C.4 5",
    ),
    to_enroller(
        "help_request.answered",
        "The team wrote",
        "{number}: a message for you",
        f"The team has written on {{number}}. {_IN_PORTAL}",
        source="C.4",
    ),
    to_enroller(
        "help_request.rerouted",
        "Another team has the help request",
        "{number} is with another team now",
        "{number} belongs to another team, which has it now. You need not do anything, and the time"
        " we promised you goes on.",
        source="C.4 6, HR-03",
    ),
    to_enroller(
        "help_request.escalated",
        "The help request was escalated",
        "{number} was escalated",
        "{number} needs the work of another unit, so the team has escalated it. You find the number"
        " of the escalation in the portal.",
        source="C.4 7",
    ),
    to_enroller(
        "help_request.resolved",
        "The help request was resolved",
        "{number} has been resolved",
        f"{{number}} has been resolved. {_IN_PORTAL} If something is still open, you can reopen it"
        " within five business days.",
        source="C.4 8",
    ),
    to_enroller(
        "help_request.resolved_unanswered",
        "Resolved since the enroller did not answer",
        "{number} was resolved without your answer",
        "We asked you for something on {number} and have not had an answer for ten business days,"
        " so it was resolved. You can reopen it within five business days.",
        source="C.4 5",
    ),
    to_enroller(
        "help_request.closed",
        "The help request was closed, with the question how satisfied one is",
        "{number} was closed: how did we do?",
        "{number} was closed. One question waits for you there: how satisfied are you with how it"
        " was handled?",
        source="C.4 8, CC-16",
    ),
    to_enroller(
        "help_request.taken_up_again",
        "The team reopened the help request",
        "{number} was reopened",
        "The team works on {number} again.",
        source="C.0",
    ),
    to_staff(
        "help_request.opened",
        "A new help request",
        "{number} is new in your queue",
        "{number} is new in your queue.",
        to.workers_of_queue,
        source="C.4 3",
    ),
    to_staff(
        "help_request.enroller_wrote",
        "The enroller wrote",
        "{number}: the enroller wrote",
        "The enroller wrote on {number}.",
        to.owner_or_queue,
        source="C.4 5",
    ),
    to_staff(
        "help_request.reopened",
        "The enroller reopened a help request",
        "{number} was reopened",
        "The enroller says that {number} is not resolved, and has reopened it.",
        to.owner_or_queue,
        source="C.4 9",
    ),
    to_staff(
        "help_request.ticket_ended",
        "The escalation ticket of a help request ended",
        "{number}: the escalation ticket has ended",
        "The escalation ticket for {number} has ended. Tell the enroller what came of it.",
        to.owner_or_queue,
        source="C.4 7",
    ),
)
