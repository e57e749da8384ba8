"""Delegations of the demonstration: some that wait for an answer, and people to find by the tool.

``docs/tutorial/delegation.md`` walks through the tool with the people of :data:`TO_BE_FOUND`.
"""

from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final

from config.demo.stage import Stage
from portal.consumers import book
from portal.consumers.mirror import SSN_PURPOSE, Consumer, Delegation
from portal.consumers.services import mirror_consumers
from portal.delegations import services
from portal.fields import blind_index
from portal.tenancy.actor import Actor
from portal.tenancy.models import Person

_SAMUEL, _MEI_LING = "agent2@sunrise.example", "agent2b@sunrise.example"
_LUCIA = "cec@bridge.example"


@dataclass(frozen=True)
class Found:
    """Somebody to be found by the tool, or who has asked for an enroller."""

    name: str
    born: date
    case_number: str
    phone: str
    language: str = "English"
    #: Of the range kept for advertisements; compared by hash, so the demonstration has only that.
    ssn: str = ""
    #: The enroller who has them.
    of: str = ""
    #: Organization and enroller they have asked for, and how many open days ago.
    asks: tuple[str, str, int] | None = None


#: The four results of the tool (DL-04, DL-05); whoever is in no line is the first.
TO_BE_FOUND: Final = (
    Found(
        "Marisol Quintanilla Vega",
        date(1984, 6, 12),
        "5000900101",
        "916-555-0147",
        "Spanish",
        ssn="987654320",
    ),
    Found("Terrence Holloway", date(1971, 1, 30), "5000900102", "916-555-0148"),
    Found("Terrence Holloway", date(1971, 1, 30), "5000900103", "916-555-0149"),
    Found("Ngọc Lan Phạm", date(1990, 9, 3), "5000900104", "714-555-0151", of=_SAMUEL),
    Found("Rosalba Zúñiga", date(1966, 11, 8), "5000900105", "559-555-0152", of=_MEI_LING),
)
#: Consumers who asked; what they asked waits on the page Delegations (DL-06).
WAITING: Final = (
    Found(
        "Danilo Macaraeg",
        date(1988, 2, 19),
        "5000900106",
        "619-555-0153",
        "Tagalog",
        asks=("sunrise", _SAMUEL, 2),
    ),
    Found(
        "Людмила Воронцова",
        date(1959, 7, 24),
        "5000900107",
        "818-555-0154",
        "Russian",
        asks=("sunrise", _SAMUEL, 1),
    ),
    Found(
        "Hattie Drinkwater",
        date(1995, 12, 1),
        "5000900108",
        "530-555-0155",
        asks=("sunrise", "", 4),
    ),
    Found(
        "Efraín Escamilla",
        date(1979, 3, 15),
        "5000900109",
        "209-555-0156",
        "Spanish",
        asks=("bridge-clinic", _LUCIA, 3),
    ),
)
PEOPLE: Final = TO_BE_FOUND + WAITING


def play_delegations(stage: Stage) -> int:
    """Add the people to the mirror, delegate some, and let the others ask; returns how many.

    What is there already is left as it is.
    """
    if "delegations" not in stage.exchange.modules:
        return 0
    rows = mirror_consumers(exchange=stage.exchange, people=[_columns(one) for one in PEOPLE])
    consumers = {row.case_number: row for row in rows}
    known = [one for one in PEOPLE if one.case_number in consumers]
    for one in sorted(known, key=lambda one: -one.asks[2] if one.asks else -30):
        consumer = consumers[one.case_number]
        stage.begin(one.asks[2] if one.asks else 30, time(10, 15))
        if one.of:
            _delegate(stage, consumer, one.of)
        elif one.asks:
            code, email, _ = one.asks
            services.request_delegation(
                actor=Actor.system(stage.exchange, channel="feed"),
                consumer=consumer,
                organization=stage.organizations[code],
                enroller=Person.objects.filter(email=email).first(),
            )
    return len(known)


def _delegate(stage: Stage, consumer: Consumer, email: str) -> None:
    enroller = stage.actor(email)
    if enroller.organization is None:
        raise LookupError(f"{email} works for nobody")
    book.start_delegation(
        actor=Actor.system(stage.exchange, channel="feed"),
        consumer=consumer,
        organization=enroller.organization,
        enroller=enroller.person,
        origin=Delegation.Origin.FEED,
        at=stage.clock(),
    )


def _columns(one: Found) -> dict[str, Any]:
    return {
        "case_number": one.case_number,
        "full_name": one.name,
        "date_of_birth": one.born,
        "phone": one.phone,
        "email": f"consumer{one.case_number[-3:]}@mail.example",
        "language": one.language,
        "is_primary_contact": True,
        "ssn_index": blind_index(one.ssn, SSN_PURPOSE) if one.ssn else "",
    }
