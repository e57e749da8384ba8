"""What consumers of the demonstration ask for in Find a Local Enroller (FL-02, DL-06)."""

from dataclasses import dataclass
from datetime import time
from typing import Final

from config.demo.stage import Stage
from storefronts.contacts.models import HelpContact
from storefronts.contacts.services import accept_contact, ask_for_help
from storefronts.models import Listing
from storefronts.table import KIND


@dataclass(frozen=True)
class Request:
    """A request for help; everybody is invented."""

    days_ago: int
    at: time
    name: str
    phone: str = ""
    email: str = ""
    language: str = ""
    message: str = ""
    is_accepted: bool = False


_REQUESTS: Final = (
    Request(
        6,
        time(18, 12),
        "Leocadia Brandt",
        phone="(559) 555-0131",
        language="Spanish",
        message="My plan ends this month. Can you help me before then?",
        is_accepted=True,
    ),
    Request(
        2,
        time(9, 41),
        "Tomasz Wielgosz",
        email="tomasz@mail.example",
        message="I started a job last week. Do I keep what I have?",
    ),
    Request(0, time(8, 55), "Amrit Dhaliwal", phone="(559) 555-0162", language="Punjabi"),
)


def play_help_contacts(stage: Stage) -> int:
    """Ask an agency with a storefront for help; returns how many asked. Played once."""
    if KIND not in stage.exchange.modules:
        return 0
    if HelpContact.objects.filter(exchange=stage.exchange).exists():
        return 0
    manager = stage.actor("manager@sunrise.example")
    listing = (
        Listing.objects.filter(
            exchange=stage.exchange,
            organization=stage.organizations["sunrise"],
            kind=Listing.Kind.STOREFRONT,
            state=Listing.State.ACTIVE,
        )
        .order_by("pk")
        .first()
    )
    if listing is None:
        return 0
    for row in _REQUESTS:
        stage.begin(row.days_ago, row.at)
        contact = ask_for_help(
            exchange=stage.exchange,
            listing=listing,
            name=row.name,
            phone=row.phone,
            email=row.email,
            language=row.language,
            message=row.message,
        )
        if row.is_accepted:
            stage.go_on(row.days_ago - 1)
            accept_contact(actor=manager, contact=contact)
    stage.clock.move(stage.now)
    return len(_REQUESTS)
