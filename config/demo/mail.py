"""Mail of the demonstration: what an office wrote, what is held, and what a machine sent.

The mailbox has no server to fetch from; ``docs/how-to/take-in-mail.md`` shows how to hand it mail.
"""

from dataclasses import dataclass
from datetime import time
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from config.demo.stage import Stage
from notifications.inbound.filing import file_waiting
from notifications.inbound.models import Mailbox, OfficeSender, RawMail
from notifications.inbound.services import receive_mail

ADDRESS: Final = "externalaffairs@covered.example"
#: Under this name the demonstration's letters say that their sender was checked.
AUTHSERV: Final = "mx.covered.example"


@dataclass(frozen=True)
class Letter:
    """One mail, and how many open days ago it came."""

    days_ago: int
    at: time
    sender: str
    subject: str
    text: str
    result: str = "pass"
    is_automatic: bool = False


LETTERS: Final = (
    Letter(
        4,
        time(9, 5),
        "Malik Johnson-Reyes <staff@assembly13.example>",
        "Coverage of a constituent",
        "Constituent's Name: Wenceslao Aramburu\n"
        "Case # or Application ID #: 5000900201\n"
        "Constituent's Telephone Number: 209-555-0161\n\n"
        "He was told that his coverage ended in spring and never had a notice.",
    ),
    Letter(
        2,
        time(11, 30),
        "Field Office <casework@senate31.example>",
        "Premium charged twice",
        "A constituent was charged the premium for May twice. Whom should she call?",
    ),
    Letter(
        2,
        time(14, 10),
        "Assembly District 13 <staff@assembly13.example>",
        "URGENT: please send all details of the case",
        "Please reply with everything you know of this constituent.",
        result="fail",
    ),
    Letter(
        1,
        time(8, 45),
        "Geraldine Pacheco <manager@assembly13.example>",
        "Out of office: your case",
        "I am out of the office and will be back on Monday.",
        is_automatic=True,
    ),
    Letter(
        1,
        time(15, 20),
        "Outreach Weekly <news@outreach.example>",
        "Ten ideas for open enrollment",
        "This week: ten ideas that take ten minutes.",
    ),
)


def play_mail(stage: Stage) -> int:
    """Set up the mailbox and take in the letters; returns how many. What is there is left."""
    exchange = stage.exchange
    if exchange.slug != "covered-california" or Mailbox.objects.filter(exchange=exchange).exists():
        return 0
    mailbox = Mailbox.objects.create(exchange=exchange, address=ADDRESS, authserv_id=AUTHSERV)
    OfficeSender.objects.create(
        exchange=exchange,
        office=stage.organizations["assembly-13"],
        value="@district13.assembly13.example",
    )
    for number, letter in enumerate(LETTERS):
        stage.begin(letter.days_ago, letter.at)
        receive_mail(
            mailbox=mailbox,
            content=_as_mail(letter, number, stage).as_bytes(),
            door=RawMail.Door.OPERATOR,
            now=stage.clock(),
        )
        file_waiting(exchange=exchange, now=stage.clock())
    return len(LETTERS)


def _as_mail(letter: Letter, number: int, stage: Stage) -> EmailMessage:
    domain = letter.sender.rpartition("@")[2].rstrip(">")
    mail = EmailMessage()
    mail["Authentication-Results"] = f"{AUTHSERV}; dmarc={letter.result} header.from={domain}"
    mail["From"], mail["To"], mail["Subject"] = letter.sender, ADDRESS, letter.subject
    mail["Date"] = format_datetime(stage.clock())
    mail["Message-ID"] = f"<demo-{number}@{domain}>"
    if letter.is_automatic:
        mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(letter.text)
    return mail
