"""Answers to mail that came in (EA-02, EA-06, MD-12): number, status and link, and nothing else."""

from notifications import recipients as to
from notifications.catalogue.base import BELL, CASE, COMMON, MAIL, Circle, MessageKind

_SEE = "You can see where the case stands here:\n{link}"

MESSAGES = (
    MessageKind(
        key="inbound.received",
        label="Mail became a case",
        circle=Circle.SENDER,
        channels=MAIL,
        subject="We have received your message: case {number}",
        body="{exchange} External Affairs has received your message. Its case has the number"
        f" {{number}}; its status is: {{status}}.\n\n{{remarks}}\n\n{_SEE}\n\nIf you have questions"
        " about this case, write to {contact} and quote {number}.",
        recipients=to.nobody,
        variables=CASE | {"remarks"},
        required=frozenset({"number", "remarks"}),
        source="EA-02, EA-08",
    ),
    MessageKind(
        key="inbound.added",
        label="Mail was added to its case",
        circle=Circle.SENDER,
        channels=MAIL,
        subject="Your message was added to case {number}",
        body="Your message was added to case {number}; its status is: {status}.\n\n{remarks}"
        f"\n\n{_SEE}",
        recipients=to.nobody,
        variables=CASE | {"remarks"},
        required=frozenset({"number", "remarks"}),
        source="EA-02, EA-06",
    ),
    MessageKind(
        key="inbound.held",
        label="Mail waits for a decision",
        circle=Circle.STAFF,
        channels=BELL,
        subject="Mail from outside waits for a decision",
        body="A mail could not be filed by itself. Open the desk and decide:\n{link}",
        recipients=to.readers_of_mail,
        variables=COMMON,
        required=frozenset(),
        page="inbound:triage",
        source="EA-02",
    ),
    MessageKind(
        key="inbound.handed",
        label="A mail was handed to you",
        circle=Circle.STAFF,
        channels=BELL,
        subject="A mail was handed to you",
        body="A colleague handed you a mail that came in. Open the desk and decide:\n{link}",
        recipients=to.the_one_named,
        variables=COMMON,
        required=frozenset(),
        page="inbound:triage",
        source="EA-02",
    ),
)
