"""Messages on constituent cases (EA-08…EA-17)."""

from notifications import recipients as to
from notifications.catalogue.base import BOTH, CASE, REFERRAL, to_office, to_staff

MESSAGES = (
    to_office(
        "constituent.acknowledged",
        "Receipt acknowledged",
        "We have received your case {number}",
        "{exchange} External Affairs has received the case your office sent. Its number is"
        " {number}.\n\nWe will first determine whether the matter falls under our jurisdiction,"
        " and we will tell you what we find.",
        source="EA-08, N-16",
    ),
    to_office(
        "constituent.accepted",
        "Accepted and sent to a division",
        "We are working on case {number}",
        "Case {number} falls under our jurisdiction. We have sent it to the division that will"
        " work directly with the consumer to resolve it as quickly as possible. We will provide"
        " updates as needed and tell you when it has been resolved.",
        source="EA-10, EA-11, N-16",
    ),
    to_office(
        "constituent.referred",
        "Referred, with the right contact",
        "Case {number}: contact information for the appropriate entity",
        "Case {number} is outside our jurisdiction. The following entity may be able to help"
        " resolve it:\n\n{referral_name}\n{referral_phone}\n{referral_url}\n{referral_address}",
        variables=CASE | REFERRAL,
        required=frozenset({"number", "referral_name"}),
        source="EA-17, EA-18, N-16",
    ),
    to_office(
        "constituent.information_requested",
        "Information needed from the office",
        "Case {number}: we need information from your office",
        "To go on with case {number} we need information from your office. Sign in to see which"
        " items are missing and to send them. Please do not send them by email, and never include"
        " a Social Security number.",
        source="EA-04, EA-06",
    ),
    to_office(
        "constituent.reminder",
        "Reminder of what the office was asked for",
        "Case {number}: we still need information from your office",
        "We asked your office for information on case {number} and have not received it yet. Sign"
        " in to see which items are missing and to send them, or to tell us that you cannot.",
        source="C.1 7",
    ),
    to_office(
        "constituent.updated",
        "An update was posted",
        "Case {number}: an update for your office",
        "There is an update on case {number}. Its status is: {status}.\n\nWe can show details only"
        " where the constituent has signed a release form that is in force.",
        source="EA-14, EA-20, N-16",
    ),
    to_office(
        "constituent.resolved",
        "Resolved",
        "Case {number} has been resolved",
        "Case {number} has been resolved.\n\nWe can tell you how it was resolved only where the"
        " constituent has signed a release form that is in force.",
        source="EA-15, EA-19, N-16",
    ),
    to_office(
        "constituent.reopened",
        "Taken up again",
        "Case {number} has been taken up again",
        "We are working on case {number} again. Its number stays the same.",
        source="C.1 10",
    ),
    to_office(
        "constituent.ended",
        "Ended as a duplicate or withdrawn",
        "Case {number} has been closed",
        "Case {number} has been closed because it repeats another case of your office, or because"
        " it was withdrawn.",
        source="C.1 11",
    ),
    to_staff(
        "constituent.received",
        "A new case",
        "New case {number}",
        "An office sent a new case, {number}. Receipt has to be acknowledged.",
        to.workers_of_queue,
        source="C.1 1",
    ),
    to_staff(
        "constituent.office_replied",
        "The office answered",
        "Case {number}: the office sent information",
        "The office sent information for case {number}.",
        to.owner_or_queue,
        source="C.1 7",
    ),
    to_staff(
        "constituent.tell_office_now",
        "Resolved by the division: tell the office",
        "Case {number} is resolved: tell the office",
        "The division has resolved case {number}. The office has to be told.",
        to.owner_or_queue,
        channels=BOTH,
        source="EA-15, C.1 8",
    ),
    to_staff(
        "constituent.returned_by_unit",
        "Returned by the division",
        "Case {number} came back from the division",
        "The division returned its work on case {number}. Jurisdiction has to be reviewed again.",
        to.owner_or_queue,
        channels=BOTH,
        source="C.2a 11",
    ),
)
