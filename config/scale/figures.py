"""The figures ``bench`` prints: what each work costs, beside the bare page of the same rows."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import psycopg2
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.db import connection
from django.middleware.csrf import CSRF_SECRET_LENGTH
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse
from django.utils import timezone

from config import services
from config.scale import bare_settings, daily_summaries, renewal_feed, stack, sweeping
from config.scale.client import Call, run
from config.scale.figure import Figure as Figure
from config.scale.people import LARGEST_AGENCY
from config.scale.seeding import seed
from config.scale.shape import PROFILES
from escalations.constituent.services import submit_case
from portal.casework.models import Case
from portal.tenancy.models import Exchange, Membership, Organization, Person
from portal.tenancy.scope import use_exchange
from portal.tenancy.selectors import actor_for, membership_for_actor
from portal.tenancy.services import create_api_token
from storefronts.models import Listing

_EXCHANGE = "covered-california"
_SPECIALIST, _OFFICE = "eru.specialist@covered.example", "staff@assembly13.example"
_ZIP_CODES = ("90011", "94103", "95814", "92101", "93721", "96001", "92683", "95501")
_WORDS = ("Rosa Quintero", "José Arroyo", "Minh Trần", "Ramón Saldívar")
#: How many different cases the case page is asked for.
_WALKED = 200
#: Until worker and schedule, which start last, have done their first round.
_REST_SECONDS = 20


@dataclass(frozen=True)
class Visitor:
    """Somebody signed in, for the load generator and for counting in process."""

    person: Person
    cookie: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={self.cookie}"}


@dataclass(frozen=True)
class Page:
    """A page and the bare page of the same rows."""

    figure: str
    work: str
    calls: Callable[[int], Call]
    bare_calls: Callable[[int], Call] | None = None
    expect: int = 200
    bare_expect: int = 200
    limit: str = ""
    grows: bool = False


class Bench:
    """One run: a portal that answers, with its database at hand."""

    def __init__(self, *, web_port: int, seconds: float, say: stack.Say) -> None:
        self.web_port, self.seconds, self.say = web_port, seconds, say
        self.exchange = Exchange.objects.get(slug=_EXCHANGE)
        self.specialist = self._sign_in(_SPECIALIST)
        self.office = self._sign_in(_OFFICE)
        self.token = self._token(_OFFICE)
        self.finder = reverse("storefronts:find", kwargs={"slug": _EXCHANGE})

    def grow_to(self, cases: int, *, crw_cases: int, **sizes: int) -> None:
        """Fill the exchange up, refresh the planner's statistics, and find cases to walk over.

        Args:
            sizes: of :class:`config.scale.shape.Shape`; consumers are added to those there are.
        """
        with use_exchange(self.exchange):
            crw = Case.objects.filter(exchange=self.exchange, kind="crw").count()
            have = Case.objects.filter(exchange=self.exchange).count() - crw
            listed = Listing.objects.filter(exchange=self.exchange).count()
        shape = PROFILES["target"].with_sizes(
            cases=max(0, cases - have),
            crw_cases=max(0, crw_cases - crw),
            listings=max(0, PROFILES["target"].listings - listed),
            **sizes,
        )
        seed(exchange=self.exchange, shape=shape, now=timezone.now(), say=self.say)
        self.say("vacuuming and analyzing")
        as_owner("VACUUM (ANALYZE)")
        with use_exchange(self.exchange):
            membership = Membership.objects.filter(person=self.specialist.person).get()
            self.queue_id = membership.organization_id
            rows = Case.objects.filter(queue=self.queue_id, kind="ticket").open()
            self.numbers = list(rows.order_by("due_at").values_list("number", flat=True)[:_WALKED])
            self.agency = Organization.objects.get(exchange=self.exchange, code=LARGEST_AGENCY)
            manager = Membership.objects.get(organization=self.agency, role__key="agency_manager")
        self.manager = self._sign_in(manager.person.email)

    def pages(self) -> list[Page]:
        """Every page that is measured under load."""
        at = f"/bare/{self.exchange.pk}"
        headers = self.specialist.headers

        def get(path: str, visitor: Visitor = self.specialist) -> Callable[[int], Call]:
            return lambda number: Call(path, headers=visitor.headers)

        def words(path: str) -> Callable[[int], Call]:
            return lambda n: Call(
                f"{path}?q={quote_plus(_WORDS[n % len(_WORDS)])}", headers=headers
            )

        def of_case(path: Callable[[str], str]) -> Callable[[int], Call]:
            return lambda n: Call(path(self.numbers[n % len(self.numbers)]), headers=headers)

        return [
            Page(
                "P1",
                "queue page, filtered and sorted, with its counts",
                get(f"{reverse('casework:queue')}?view=unit&kind=ticket&sort=due"),
                get(f"{at}/queue/{self.queue_id}/"),
                limit="ratio <= 2.5, statements <= 12, bytes <= 60000",
                grows=True,
            ),
            Page(
                "P2",
                "case page",
                of_case(lambda number: reverse("casework:case", args=[number])),
                of_case(lambda number: f"{at}/case/{number}/"),
                limit="ratio <= 3, statements <= 15",
                grows=True,
            ),
            Page(
                "P3",
                "create a constituent case, through the API",
                self._submission,
                lambda n: Call(
                    f"{at}/create/",
                    "POST",
                    b"text=Coverage+ended+without+notice.",
                    {**headers, "Content-Type": "application/x-www-form-urlencoded"},
                ),
                expect=201,
                bare_expect=302,
                limit="",
            ),
            Page(
                "P4",
                "search of two words, gated",
                words(reverse("casework:search")),
                words(f"{at}/search/"),
                limit="ratio <= 2.5",
                grows=True,
            ),
            Page(
                "P5",
                "renewal dashboard of the largest agency's manager",
                get(reverse("retention:dashboard"), self.manager),
                get(f"{at}/renewals/{self.agency.pk}/", self.manager),
                limit="ratio < 1, statements <= 6",
                grows=True,
            ),
            Page(
                "P5",
                "renewal worklist of the largest agency's manager",
                get(reverse("retention:cases"), self.manager),
                get(f"{at}/worklist/{self.agency.pk}/", self.manager),
                limit="statements <= 6",
                grows=True,
            ),
            Page("P10", "bell count", get(reverse("notifications:live")), limit="1 statement"),
            Page(
                "P9",
                "Find a Local Enroller by ZIP code, nothing remembered",
                lambda n: Call(f"{self.finder}?place={self._zip(n)}&miles=25&asked={n}"),
                lambda n: Call(f"{at}/places/{self._zip(n)}/"),
                limit="ratio <= 2, statements <= 3",
            ),
            Page(
                "P9",
                "Find a Local Enroller by ZIP code, as consumers ask",
                lambda n: Call(f"{self.finder}?place={self._zip(n)}&miles=25"),
                lambda n: Call(f"{at}/places/{self._zip(n)}/"),
                limit="ratio <= 2, statements <= 3",
            ),
            Page("P10", "session keep-alive", self._keep_alive, limit="1 statement"),
            Page("P10", "health", get(reverse("health-live")), limit="0 statements"),
        ]

    def measure(self, page: Page, bare_port: int, cases: int) -> Figure:
        """A page and its bare page, one after the other."""
        self.say(f"{page.figure} {page.work}")
        portal = run(self.web_port, page.calls, seconds=self.seconds, expect=page.expect)
        bare = None
        if page.bare_calls:
            bare = run(bare_port, page.bare_calls, seconds=self.seconds, expect=page.bare_expect)
        return Figure(
            page.figure,
            page.work,
            portal.per_second,
            "/s at 8 connections",
            bare=bare.per_second if bare else None,
            ratio=round(bare.per_second / portal.per_second, 2) if bare else None,
            statements=statements_of(page.calls),
            bare_statements=bare_statements_of(page.bare_calls) if page.bare_calls else None,
            bytes=portal.bytes,
            cases=cases,
            limit=page.limit,
        )

    def service_statements(self, cases: int) -> Figure:
        """What creating a case takes in the service's own transaction, whatever the door."""
        person = self.office.person
        with use_exchange(self.exchange, person_id=person.pk):
            key = Membership.objects.filter(person=person).values_list("pk", flat=True).get()
            membership = membership_for_actor(key, person_id=person.pk)
            assert membership is not None
            with CaptureQueriesContext(connection) as captured:
                submit_case(actor=actor_for(person, membership), description="No notice came.")
        return Figure(
            "P3",
            "create a constituent case, the service alone, savepoint included",
            None,
            "statements",
            statements=_count(captured),
            cases=cases,
            limit="statements <= 14",
        )

    def _zip(self, number: int) -> str:
        return _ZIP_CODES[number % len(_ZIP_CODES)]

    def _submission(self, number: int) -> Call:
        body = {
            "description": f"Coverage ended without notice, number {number}.",
            "constituent_name": "Rosa Quintero",
            "case_or_application_id": "5001234567",
            "date_of_birth": "1980-02-29",
            "phone": "916-555-0142",
            "email": "rosa.quintero@mail.example",
        }
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4()),
        }
        return Call(reverse("api:constituent-submit"), "POST", json.dumps(body).encode(), headers)

    def _keep_alive(self, number: int) -> Call:
        token = "k" * CSRF_SECRET_LENGTH
        cookies = f"{self.specialist.headers['Cookie']}; {settings.CSRF_COOKIE_NAME}={token}"
        headers = {"Cookie": cookies, "X-CSRFToken": token}
        return Call(reverse("session-keep-alive"), "POST", headers=headers)

    def _sign_in(self, email: str) -> Visitor:
        """A session as signing in leaves it, without a password."""
        person = Person.objects.get(email=email)
        with use_exchange(self.exchange, person_id=person.pk):
            membership = Membership.objects.filter(person=person).get()
            session = SessionStore()
            session[SESSION_KEY] = str(person.pk)
            session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            session[HASH_SESSION_KEY] = person.get_session_auth_hash()
            session["exchange_id"] = self.exchange.pk
            session["membership_id"] = membership.pk
            session["signed_in_at"] = session["last_seen"] = time.time()
            session.save()
        return Visitor(person, str(session.session_key))

    def _token(self, email: str) -> str:
        person = Person.objects.get(email=email)
        with use_exchange(self.exchange, person_id=person.pk):
            key = Membership.objects.filter(person=person).values_list("pk", flat=True).get()
            membership = membership_for_actor(key, person_id=person.pk)
            assert membership is not None
            _, secret = create_api_token(
                actor=actor_for(person, membership),
                membership=membership,
                name="bench",
                days=1,
            )
        return secret


def measure(
    *,
    web_port: int,
    cases: int,
    crw_cases: int,
    full: bool,
    seconds: float,
    only: frozenset[str],
    say: stack.Say,
) -> Iterator[Figure]:
    """Every figure, in the order it is measured.

    Args:
        crw_cases: renewal cases, half of them in one agency; ``full`` has the figures' own.
        only: figures to measure; empty: all.
    """
    target = PROFILES["target"]
    large = target.cases if full else cases
    renewals = target.crw_cases if full else crw_cases
    modest = {"people": 60, "offices": 40, "agencies": 20, "enrollers": 400}
    sizes = {name: getattr(target, name) if full else size for name, size in modest.items()}
    # Two consumers in three have an enroller.
    sizes |= {"consumers": target.consumers if full else 2 * renewals}
    sizes |= {"largest_agency": target.largest_agency if full else renewals // 2}
    if only == {"P7"}:  # summaries tell of consumers, and read no case
        large = renewals = 0
    bench = Bench(web_port=web_port, seconds=seconds, say=say)

    def wanted(figure: str) -> bool:
        return not only or figure in only

    if wanted("P12"):
        say("P12 letting the portal come to rest")
        time.sleep(_REST_SECONDS)
        yield from _footprint()
    bare_port = stack.free_port()
    environment = dict(os.environ) | {"DJANGO_SETTINGS_MODULE": "config.scale.bare_settings"}
    with stack.running(
        stack.bare_command(bare_port),
        port=bare_port,
        log=services.state_dir() / "logs" / "bare.log",
        environment=environment,
    ):
        small: dict[str, float] = {}
        small_cases = 10_000 if full else max(1_000, large // 10)
        if wanted("P11"):
            bench.grow_to(small_cases, **_tenth(sizes, renewals))
            for page in bench.pages():
                if page.grows:
                    say(f"P11 {page.work}, {small_cases:,} cases")
                    small[page.work] = run(web_port, page.calls, seconds=seconds).per_second
            sizes["consumers"] -= _tenth(sizes, renewals)["consumers"]
        bench.grow_to(large, crw_cases=renewals, **sizes)
        for page in bench.pages():
            if wanted(page.figure) or (page.grows and wanted("P11")):
                figure = bench.measure(page, bare_port, large)
                yield figure
                if page.figure == "P3":
                    yield bench.service_statements(large)
                if page.work in small and figure.value:
                    yield Figure(
                        "P11",
                        f"growth of {page.work}, {small_cases:,} to {large:,} cases",
                        round(small[page.work] / figure.value, 2),
                        "times the cost",
                        limit="<= 1.3",
                    )
    if wanted("P7"):
        yield from daily_summaries.figures(bench.exchange, say=say)
    if wanted("P8"):
        yield from renewal_feed.figures(bench.exchange, say=say)
    if wanted("P6"):
        yield from _sweep(full=full, say=say)


def _tenth(sizes: dict[str, int], renewals: int) -> dict[str, int]:
    """The same people, and a tenth of the consumers and their renewals."""
    fewer = {name: sizes[name] // 10 for name in ("consumers", "largest_agency")}
    return sizes | fewer | {"crw_cases": renewals // 10}


def _sweep(*, full: bool, say: stack.Say) -> Iterator[Figure]:
    timers, due = (1_000_000, 10_000) if full else (100_000, 1_000)
    say(f"P6 {timers:,} running clocks")
    exchange = sweeping.found_exchange()
    sweeping.add_running_timers(exchange, timers=timers, due=due)
    as_owner("VACUUM (ANALYZE) clocks_timer", "VACUUM (ANALYZE) casework_case")
    idle = sweeping.time_nothing_due(exchange)
    yield Figure("P6", "sweep, nothing due", round(idle * 1000, 2), "ms", limit="<= 5")
    bare = sweeping.time_bare(exchange)
    portal, raised = sweeping.time_sweep(exchange)
    yield Figure(
        "P6",
        f"sweep of {timers:,} clocks, {raised:,} raised with event, line and message",
        round(portal, 3),
        "s",
        bare=round(bare, 3),
        ratio=round(portal / bare, 2),
        limit="ratio <= 4",
    )


def _footprint() -> Iterator[Figure]:
    supervisor = _supervisor()
    memory = stack.memory_of(supervisor) if supervisor else {}
    if not memory:
        return
    total = round(sum(memory.values()))
    yield Figure("P12", "whole stack, idle", total, "MiB PSS", limit="<= 650")
    workers = [size for pid, size in memory.items() if "gunicorn" in stack.name_of(pid)]
    if workers:
        yield Figure("P12", "largest web process", round(max(workers)), "MiB PSS", limit="<= 180")


def _supervisor() -> int | None:
    """The process of the portal that is measured; None where the system does not tell."""
    port = f"--port {os.environ.get('PORT')}"
    for entry in Path("/proc").glob("[0-9]*"):
        name = stack.name_of(int(entry.name))
        if "run_portal" in name and port in name:
            return int(entry.name)
    return None


def statements_of(calls: Callable[[int], Call]) -> int:
    """SQL statements of one request, all but BEGIN and COMMIT; the second of two is counted."""
    client = Client(headers={"host": "localhost"})
    for number in range(2):
        with CaptureQueriesContext(connection) as captured:
            call = calls(number)
            headers = {k: v for k, v in call.headers.items() if k != "Content-Type"}
            client.generic(
                call.method,
                call.path,
                call.body,
                content_type=call.headers.get("Content-Type", "text/html"),
                headers=headers,
            )
    return _count(captured)


def _count(captured: CaptureQueriesContext) -> int:
    return sum(query["sql"] not in ("BEGIN", "COMMIT") for query in captured.captured_queries)


def bare_statements_of(calls: Callable[[int], Call]) -> int:
    """The same for a bare page, in this process under the bare pages' settings."""
    names = ("ROOT_URLCONF", "MIDDLEWARE", "TEMPLATES")
    chosen: dict[str, Any] = {name: getattr(bare_settings, name) for name in names}
    with override_settings(**chosen):
        return statements_of(calls)


def as_owner(*statements: str) -> None:
    """Run maintenance the application may not do."""
    owner = psycopg2.connect(**services.connection_parameters(services.database_settings("owner")))
    owner.autocommit = True
    try:
        with owner.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        owner.close()
