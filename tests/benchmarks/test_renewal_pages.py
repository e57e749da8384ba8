"""What the renewal pages cost: the same statements for few cases and many (P5, P11)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.scale.people import LARGEST_AGENCY
from config.scale.seeding import seed
from config.scale.shape import Shape
from portal.casework.models import Case
from portal.tenancy.models import Membership
from retention.models import CrwCase
from tests.world import NOW, World

pytestmark = pytest.mark.django_db

_SHAPE = Shape(
    cases=0,
    consumers=40,
    people=6,
    offices=2,
    agencies=1,
    enrollers=6,
    crw_cases=12,
    largest_agency=12,
    chunk=100,
)
#: The request's own transaction, which lies within the test's.
_BRACKETS = ("SAVEPOINT", "RELEASE")


@pytest.fixture
def manager(world: World) -> Client:
    """The manager of an agency with twelve renewal cases."""
    _grow(world, _SHAPE)
    membership = Membership.objects.get(
        organization__code=LARGEST_AGENCY, role__key="agency_manager"
    )
    client = Client(headers={"host": "localhost"})
    client.force_login(membership.person)
    return client


def _grow(world: World, shape: Shape) -> None:
    seed(exchange=world.exchange, shape=shape, now=NOW, say=lambda message: None)
    world.enter()


def _statements(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return sum(not query["sql"].startswith(_BRACKETS) for query in captured.captured_queries)


@pytest.mark.parametrize("name", ["retention:dashboard", "retention:cases"])
def test_p11_a_page_takes_the_same_statements_for_few_cases_and_many(
    world: World, manager: Client, name: str
) -> None:
    few = _statements(manager, reverse(name))
    _grow(world, replace(_SHAPE, consumers=400, crw_cases=200, largest_agency=200))

    assert _statements(manager, reverse(name)) == few


def test_p5_a_page_of_the_worklist_is_light_and_its_rows_hold_no_form_until_asked(
    world: World, manager: Client
) -> None:
    _grow(world, replace(_SHAPE, consumers=400, crw_cases=200, largest_agency=200))

    page = manager.get(reverse("retention:cases")).content

    assert page.count(b"data-crw-row") == 25
    assert b"crw-drawer" not in page
    assert len(page) <= 60_000


@pytest.mark.parametrize("name", ["retention:dashboard", "retention:cases"])
def test_p5_a_page_takes_at_most_six_statements_with_everything_counted(
    world: World, manager: Client, name: str
) -> None:
    """Person, exchange and membership, what the page shows, and its place in the ledger."""
    _remind_the_manager(world)
    page = manager.get(reverse(name))

    assert b"CRW-" in page.content
    assert _statements(manager, reverse(name)) <= 6


def _remind_the_manager(world: World) -> None:
    """A reminder that is due, so that the dashboard shows a consumer and records it."""
    lead = Membership.objects.get(organization__code=LARGEST_AGENCY, role__key="agency_manager")
    case = Case.objects.filter(kind="crw", is_open=True, organization=lead.organization).first()
    assert case is not None
    Case.objects.filter(pk=case.pk).update(owner=lead.person)
    CrwCase.objects.filter(pk=case.pk).update(next_contact_on=NOW.date())
