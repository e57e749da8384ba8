"""Messages on storefronts (C.6, SF-07…SF-11): number, status, link; the rest is in the portal.

Those about an application go to whoever may apply for the agency or entity, not only to the one
who did: a storefront outlives its applicant. Those about a listing name no listing, since several
owners' mails would else be told apart by an address.
"""

from notifications import recipients as to
from notifications.catalogue.base import (
    BELL,
    BOTH,
    CASE,
    COMMON,
    Circle,
    MessageKind,
    to_staff,
)

#: Where an owner reads about listings and campaigns.
LISTINGS_PAGE = "storefronts:listings"
_IN_PORTAL = "Sign in to read it."
_QUESTIONS = "If you have questions, write to {contact}"


def _to_applicant(key: str, label: str, subject: str, body: str, *, source: str) -> MessageKind:
    return MessageKind(
        key=key,
        label=label,
        circle=Circle.ENROLLER,
        channels=BOTH,
        subject=subject,
        body=f"{body}\n\nYou can see where the application stands here:\n{{link}}\n\n"
        f"{_QUESTIONS} and quote {{number}}.",
        recipients=to.storefront_owners,
        variables=CASE,
        source=source,
    )


def _to_owner(key: str, label: str, subject: str, body: str, *, source: str) -> MessageKind:
    return MessageKind(
        key=key,
        label=label,
        circle=Circle.ENROLLER,
        channels=BOTH,
        subject=subject,
        body=f"{body}\n\nSee your storefronts:\n{{link}}\n\n{_QUESTIONS}.",
        recipients=to.storefront_owners,
        variables=COMMON,
        required=frozenset(),
        page=LISTINGS_PAGE,
        source=source,
    )


MESSAGES = (
    _to_applicant(
        "storefronts.received",
        "Storefront application submitted",
        "{number}: your storefront application was submitted",
        "Your storefront application was submitted. Its number is {number}, its status Pending.",
        source="SF-06, C.6 2",
    ),
    to_staff(
        "storefronts.submitted",
        "A storefront application waits for review",
        "{number}: a new storefront application",
        "A storefront application has come in and waits for review.",
        to.workers_of_queue,
        channels=BELL,
        source="C.6 2",
    ),
    _to_applicant(
        "storefronts.information_requested",
        "More is needed for a storefront application",
        "{number}: more information is needed",
        f"We need more information or photos for {{number}}. {_IN_PORTAL} Please answer as soon as"
        " possible; after 30 days without an answer the application is rejected.",
        source="SF-07, SF-08, C.6 3",
    ),
    _to_applicant(
        "storefronts.answer_reminder",
        "A request on a storefront application still waits for an answer",
        "{number}: we still need your answer",
        f"We asked for more information or photos for {{number}} and wait for your answer."
        f" {_IN_PORTAL} After 30 days without an answer the application is rejected.",
        source="SF-08, C.6 3",
    ),
    to_staff(
        "storefronts.answered",
        "The applicant answered",
        "{number}: the applicant has answered",
        "What was asked for has been answered. The application waits for review again.",
        to.owner_or_queue,
        channels=BELL,
        source="SF-07, C.6 4",
    ),
    _to_applicant(
        "storefronts.approved",
        "Storefront approved",
        "{number} was approved",
        "Your storefront application {number} was approved. The storefront is shown in Find a Local"
        " Enroller now.",
        source="SF-06, SF-11, C.6 5",
    ),
    _to_applicant(
        "storefronts.rejected",
        "Storefront application rejected",
        "{number} was rejected",
        f"Your storefront application {{number}} was rejected. You find the reason in the portal."
        f" {_IN_PORTAL} You can copy the application into a new one.",
        source="SF-06, C.6 6, 7",
    ),
    to_staff(
        "storefronts.withdrawn",
        "A storefront application was withdrawn",
        "{number} was withdrawn",
        "The applicant has withdrawn the application. There is nothing more to do.",
        to.owner_or_queue,
        channels=BELL,
        source="C.6",
    ),
    _to_applicant(
        "storefronts.reopened",
        "A storefront application is looked at again",
        "{number} is looked at again",
        "Your storefront application {number} was reopened. Another reviewer looks at it; you need"
        " not do anything.",
        source="C.6",
    ),
    _to_owner(
        "storefronts.campaign_reminder",
        "Apply anew to keep a storefront",
        "A new application is needed to keep your storefront",
        "A new storefront application is needed to keep a storefront of yours active and visible in"
        " Find a Local Enroller. The instructions and the last day are in the portal.",
        source="SF-09, SF-10, C.6 9",
    ),
    _to_owner(
        "storefronts.listing_lapsed",
        "A storefront has lapsed",
        "A storefront of yours has left Find a Local Enroller",
        "No new application was submitted in time for a storefront of yours, so it is no longer"
        " shown in Find a Local Enroller. It comes back when a new application is approved.",
        source="SF-09, C.6 9",
    ),
    _to_owner(
        "storefronts.listing_suspended",
        "A storefront was suspended",
        "A storefront of yours was suspended",
        "A storefront of yours was suspended and is not shown in Find a Local Enroller."
        f" {_IN_PORTAL}",
        source="C.6 10",
    ),
    _to_owner(
        "storefronts.listing_reactivated",
        "A storefront is shown again",
        "A storefront of yours is shown again",
        "A storefront of yours is shown in Find a Local Enroller again.",
        source="C.6 10",
    ),
    _to_owner(
        "storefronts.listing_closed",
        "A storefront was closed",
        "A storefront of yours was closed",
        "A storefront of yours was closed and is not shown in Find a Local Enroller any more."
        f" {_IN_PORTAL}",
        source="C.6 10",
    ),
)
