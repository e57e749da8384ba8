"""Where the demonstration's stories play: an exchange, its people as actors, a moving clock."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property

from config.demo.clock import MovableClock
from config.demo.papers import Papers, store
from config.demo.people import Invented
from portal.clocks.models import BusinessCalendar
from portal.clocks.services import calendar_of, zone
from portal.documents.models import Document
from portal.documents.screening import ScreenedFile
from portal.tenancy import selectors
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Organization, Person

#: How many open days back the stories reach.
HISTORY_DAYS = 45
_FIRST_HOUR = time(8, 40)
_BETWEEN_ACTS = timedelta(minutes=35)


@dataclass
class Stage:
    """Moves the clock and hands out actors; the exchange's scope must be set.

    Days are counted back in open days of the exchange: 0 is today, or the last open day.
    """

    exchange: Exchange
    clock: MovableClock
    #: The demonstration's present (UTC); nothing happens after it.
    now: datetime
    papers: Papers
    people: Iterator[Invented]
    _actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, email: str) -> Actor:
        """The actor an account is.

        Raises:
            LookupError: the account has no current role in this exchange any more.
        """
        if email not in self._actors:
            actor = selectors.actor_in(Person.objects.get(email=email), self.exchange)
            if actor is None:
                raise LookupError(f"{email} has no current role in {self.exchange}")
            self._actors[email] = actor
        return self._actors[email]

    @cached_property
    def organizations(self) -> dict[str, Organization]:
        return {row.code: row for row in Organization.objects.filter(exchange=self.exchange)}

    def begin(self, days_ago: int, at: time) -> None:
        """Move the clock to a local time of an open day: the opening of another case."""
        self.clock.move(min(self.moment(days_ago, at), self.now - timedelta(minutes=20)))

    def go_on(self, days_ago: int) -> None:
        """Move the clock on to an open day, or a little further within the one it shows."""
        earliest = self.clock() + _BETWEEN_ACTS
        wanted = max(self.moment(days_ago, _FIRST_HOUR), earliest)
        latest = max(self.clock(), self.now - timedelta(seconds=1))
        self.clock.move(min(wanted, latest))

    def file(self, screened: ScreenedFile, *, purpose: str, actor: Actor) -> Document:
        """A stored document, added by the actor."""
        if actor.person is None:
            raise ValueError("The system adds no files.")
        return store(screened, exchange=self.exchange, purpose=purpose, person=actor.person)

    @cached_property
    def soon(self) -> time:
        """A local time of day a little after now, within opening hours where possible."""
        later = self.now.astimezone(zone(self.exchange.time_zone)) + timedelta(minutes=90)
        return min(later.time().replace(second=0, microsecond=0), time(17, 30))

    def moment(self, days_ago: int, at: time) -> datetime:
        """A local time of an open day, as a UTC instant."""
        day = self._open_days[min(days_ago, len(self._open_days) - 1)]
        return datetime.combine(day, at, zone(self.exchange.time_zone)).astimezone(self.now.tzinfo)

    @cached_property
    def _open_days(self) -> list[date]:
        """Open days, the latest first; today only once it has begun."""
        calendar = calendar_of(
            BusinessCalendar.objects.get(exchange=self.exchange, is_default=True)
        )
        local = self.now.astimezone(zone(self.exchange.time_zone))
        day = local.date() if local.time() > time(9, 30) else local.date() - timedelta(days=1)
        found: list[date] = []
        while len(found) <= HISTORY_DAYS:
            if calendar.intervals_on(day):
                found.append(day)
            day -= timedelta(days=1)
        return found
