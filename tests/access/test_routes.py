"""Every address × every role × every relation, against the declared table (T-02, EA-19, X-07)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from portal.tenancy.models import Person
from tests.access.policy import ALL, EVERYONE, NOWHERE, Route
from tests.access.table import GROUPS, ROUTES
from tests.access.things import MADE_UP, Things, make_things
from tests.world import World

LOGIN = "/accounts/login/"


def names_of_all_routes(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """The full name of every address in the URLconf."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from names_of_all_routes(entry, inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name or ''}"


def test_every_address_is_in_the_table_and_the_table_names_no_other() -> None:
    found = set(names_of_all_routes(get_resolver()))
    decided = {name for name in found if name in ROUTES or name.startswith(tuple(GROUPS))}
    nameless = {name for name in found if name in ("", "admin:")}
    assert found - decided - nameless == set(), "Decide in tests/access/table.py who may open them."
    assert set(ROUTES) - found == set(), "The table names addresses that are gone."


@pytest.fixture
def everybody(world: World, other_world: World) -> dict[str, Client]:
    """A signed-in browser for each person of the table, and one for nobody."""
    people: dict[str, Person] = {key: world.person(key) for key in sorted(EVERYONE)}
    people["foreign.analyst"] = other_world.people["ea.analyst"]
    people["foreign.office"] = other_world.people["office.staff"]
    people["superuser"] = Person.objects.create_superuser(
        "root@platform.example", "correct horse battery staple", full_name="Root"
    )
    people["disabled"] = Person.objects.create_user(
        "gone@covered.example", "correct horse battery staple", full_name="Gone Away"
    )
    clients = {"anonymous": Client()}
    for key in ALL | NOWHERE:
        clients[key] = Client()
        clients[key].force_login(people[key])
    Person.objects.filter(pk=people["disabled"].pk).update(is_active=False)
    world.enter()
    return clients


@pytest.fixture
def things(world: World, other_world: World) -> Things:
    world.enter()
    return make_things(world)


def outcome(response: HttpResponse) -> str:
    """How an answer counts: ok, sign in, home, 403, 404, 405, or an error."""
    if response.status_code in (301, 302, 303):
        target = response["Location"]
        if target.startswith(LOGIN):
            return "sign in"
        # The superuser is led to the administration site, and there by way of a second factor.
        elsewhere = target == "/" or target.startswith(("/admin/", "/accounts/2fa/"))
        return "home" if elsewhere else "ok"
    if response.status_code in (403, 404, 405):
        return str(response.status_code)
    # 400 and 422 say that the form was not filled in: the door was open.
    return "ok" if response.status_code < 500 else f"error {response.status_code}"


def expected(route: Route, person: str) -> str:
    if route.public:
        return "ok"
    if person in ("anonymous", "disabled"):
        return "sign in"
    if person == "superuser":
        return "home"
    if person in route.allow:
        return "ok"
    return "404" if person in route.missing else "403"


def address(name: str, route: Route, things: Things, **instead: Any) -> str:
    kwargs = {argument: things[thing] for argument, thing in route.takes.items()}
    return reverse(name, kwargs=kwargs | instead)


def test_every_address_opens_to_exactly_the_people_of_the_table(
    everybody: dict[str, Client], things: Things
) -> None:
    wrong = []
    for name, route in ROUTES.items():
        if route.public:
            continue
        url = address(name, route, things)
        for person, client in everybody.items():
            should = expected(route, person)
            if route.get:
                happened = outcome(client.get(url))
                if happened != should and not (name == "home" and happened == "ok"):
                    wrong.append((name, "GET", person, happened, should))
            # Writing is tried by those it must not open to; the others have tests of their own.
            if route.post and should != "ok":
                happened = outcome(client.post(url))
                if happened != should:
                    wrong.append((name, "POST", person, happened, should))
    assert not wrong, "\n".join(map(str, wrong))


def test_a_foreign_thing_and_one_that_never_was_are_one_answer(
    everybody: dict[str, Client], things: Things
) -> None:
    """Same status and, but for the request's id, the same bytes (A.2)."""
    different = []
    for name, route in ROUTES.items():
        swapped = {key: value for key, value in MADE_UP.items() if key in route.takes}
        if not swapped or not route.get:
            continue
        for person in route.missing:
            foreign = everybody[person].get(address(name, route, things))
            missing = everybody[person].get(address(name, route, things, **swapped))
            if (foreign.status_code, _plain(foreign)) != (missing.status_code, _plain(missing)):
                different.append((name, person, foreign.status_code, missing.status_code))
    assert not different, "\n".join(map(str, different))


def test_no_address_takes_a_write_without_the_csrf_token(world: World, things: Things) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people["ea.analyst"])
    taken = [
        name
        for name, route in ROUTES.items()
        if route.post
        and not route.sessionless
        and client.post(address(name, route, things)).status_code != 403
    ]
    assert taken == []


def test_what_asks_for_no_token_knows_nobody_and_sets_no_cookie(
    everybody: dict[str, Client], things: Things
) -> None:
    """A form without a token must not ride on anybody's session."""
    for name in (name for name, route in ROUTES.items() if route.sessionless):
        answer = everybody["ea.analyst"].post(address(name, ROUTES[name], things))
        request = answer.wsgi_request
        assert not request.session.accessed, name
        assert getattr(request, "actor", None) is None, name
        assert not answer.cookies, name


def test_no_authenticated_answer_may_be_kept_in_a_cache(
    everybody: dict[str, Client], things: Things
) -> None:
    kept = []
    for name, route in ROUTES.items():
        if route.public or not route.get:
            continue
        answer = everybody["ea.analyst"].get(address(name, route, things))
        if "no-store" not in answer.headers.get("Cache-Control", ""):
            kept.append((name, answer.headers.get("Cache-Control")))
    assert not kept, "\n".join(map(str, kept))


def test_no_address_or_title_carries_personal_data(
    everybody: dict[str, Client], things: Things
) -> None:
    """Titles name pages and case numbers only (B.1: page title, URL)."""
    for name in ("casework:case", "casework:queue", "constituent:received"):
        page = everybody["ea.analyst"].get(address(name, ROUTES[name], things)).content.decode()
        title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
        assert title is not None
        assert "No card" not in title[1]


def _plain(response: HttpResponse) -> bytes:
    """The body without what differs in every answer: the request's id and the CSRF token."""
    return re.sub(rb"\b([0-9a-f]{16}|[0-9A-Za-z]{64})\b", b"", response.content)
