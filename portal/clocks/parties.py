"""Who held a case, and for how much business time (decision 10): the party clock.

Pure: turns go in, segments and sums come out. A turn says from when on a party holds the case;
``None`` as the party means that the case is closed and nobody holds it. So at every moment of an
open case exactly one party's clock runs, and the parties' minutes add up to the elapsed ones.

Instants are read to the minute. Opening hours begin and end on whole minutes, so every stretch is
a whole number of business minutes, and what is shown adds up to its total without rounding.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from portal.clocks.business_time import Calendar, between
from portal.clocks.calendars import Span

#: From this instant on, this party holds the case; None: it is closed.
Turn = tuple[datetime, str | None]

_DAY = 86_400


@dataclass(frozen=True)
class Held:
    """One party's uninterrupted hold of a case; instants in UTC, on whole minutes."""

    party: str
    start: datetime
    end: datetime
    business_seconds: int


@dataclass(frozen=True)
class PartyTime:
    """Where the time of one case went."""

    stretches: tuple[Held, ...]
    #: Who holds the case at the end of the reckoning; None: it is closed.
    holder: str | None

    @cached_property
    def by_party(self) -> dict[str, int]:
        """Party → business seconds, in the order in which they first held the case."""
        sums: dict[str, int] = {}
        for held in self.stretches:
            sums[held.party] = sums.get(held.party, 0) + held.business_seconds
        return sums

    @property
    def elapsed_seconds(self) -> int:
        """Business seconds the case was open: the sum of the parties'."""
        return sum(held.business_seconds for held in self.stretches)


def to_the_minute(moment: datetime) -> datetime:
    """The instant without its seconds, in UTC."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def party_time(calendar: Calendar, turns: Sequence[Turn], until: datetime) -> PartyTime:
    """Reckon who held a case up to ``until``, from its turns in order of time.

    A turn to the party that holds the case already goes on; a case can close and open again.

    Raises:
        BusinessTimeError: an instant is naive, or outside the years 1900 to 2200.
    """
    end = to_the_minute(until)
    known = [(to_the_minute(at), party) for at, party in turns if at <= until]
    found: list[Held] = []
    for number, (start, party) in enumerate(known):
        stop = known[number + 1][0] if number + 1 < len(known) else end
        if party is None or stop <= start:
            continue
        if found and found[-1].party == party and found[-1].end == start:
            start = found.pop().start
        found.append(Held(party, start, stop, between(calendar, start, stop)))
    return PartyTime(tuple(found), known[-1][1] if known else None)


def open_spans(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Span]:
    """The calendar's open time within ``[start, end)``, in order and apart, as epoch seconds.

    Reports in SQL reckon with these: business seconds up to an instant are those of the spans
    before it, plus its way into its own.
    """
    first, last = int(start.timestamp()), int(end.timestamp())
    for number in range(first // _DAY, -(-last // _DAY)):
        for opened, closed in calendar.spans_of_utc_day(number):
            begin, finish = max(opened, first), min(closed, last)
            if begin < finish:
                yield begin, finish


def months_between(first: datetime, last: datetime) -> list[datetime]:
    """The beginnings of months from that of ``first`` to that of ``last``, in their own zone."""
    month = first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = []
    while month <= last:
        found.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return found
