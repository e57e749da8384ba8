"""The large population of consumers and renewals hangs together, at a small size."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db.models import Count, F, Q

from config.scale.renewals import ENDED, RISKS
from config.scale.seeding import seed
from config.scale.shape import Shape
from portal.casework.models import Case
from portal.consumers.models import Consumer, Delegation, Enrollment, Household
from portal.tenancy.models import Membership, Organization
from retention.models import CrwCase, Interaction
from retention.table import MACHINE
from storefronts.choices import LANGUAGES, SERVICES
from storefronts.hours import validate_hours, validate_special_days
from storefronts.models import Listing
from tests.world import NOW, World

pytestmark = pytest.mark.django_db

SHAPE = Shape(
    cases=0,
    consumers=600,
    people=6,
    offices=3,
    agencies=4,
    enrollers=40,
    crw_cases=300,
    largest_agency=150,
    chunk=25,
)


def _seed(world: World, shape: Shape = SHAPE) -> dict[str, int]:
    counts = seed(exchange=world.exchange, shape=shape, now=NOW, say=lambda message: None)
    world.enter()
    return counts


def test_households_have_one_primary_contact_and_their_members_one_enroller(world: World) -> None:
    assert _seed(world)["consumers"] == 600

    households = Household.objects.annotate(
        primaries=Count("members", filter=Q(members__is_primary_contact=True)),
        enrollers=Count("members__enroller", distinct=True),
    )
    assert households.count() == 300
    assert set(households.values_list("primaries", flat=True)) == {1}
    assert set(households.values_list("enrollers", flat=True)) <= {0, 1}
    assert Enrollment.objects.filter(status="enrolled").count() == 600
    names = " ".join(Consumer.objects.values_list("full_name", flat=True))
    assert any("가" <= letter <= "힣" for letter in names)
    assert any("а" <= letter <= "я" for letter in names)


def test_whoever_has_a_consumer_has_the_one_delegation_in_force_and_works_there(
    world: World,
) -> None:
    _seed(world)

    delegated = Consumer.objects.filter(enroller__isnull=False)
    assert 300 < delegated.count() < 480
    active = Delegation.objects.filter(status="active")
    assert active.count() == delegated.count()
    same = Q(consumer__enroller=F("enroller"), consumer__organization=F("organization"))
    assert active.filter(same).count() == delegated.count()
    posts = set(Membership.objects.values_list("person_id", "organization_id"))
    assert set(delegated.values_list("enroller_id", "organization_id")) <= posts


def test_renewal_cases_follow_the_transition_table_and_the_published_shares(world: World) -> None:
    assert _seed(world)["crw_cases"] == 300

    crw = CrwCase.objects.select_related("case")
    for one in crw:
        status = MACHINE.statuses[one.case.status]
        assert status.is_open == one.is_open == one.case.is_open
        assert (one.reason_id is None) == one.is_open
        assert (one.enroller_id, one.organization_id) == (
            one.case.owner_id,
            one.case.organization_id,
        )
    assert {
        verb for c in Case.objects.all() for verb in c.events.values_list("verb", flat=True)
    } <= {
        "opened",
        *MACHINE.acts,
    }
    assert Interaction.objects.exists()
    largest = Organization.objects.get(code="agency-0001")
    assert 100 < crw.filter(organization=largest).count() < 200
    assert (len(RISKS), sum(ENDED.values())) == (100, 100)
    # 22 of a hundred are of high or very high risk, as many as cancelled.
    assert sum(risk >= 4 for risk in RISKS) == 22


def test_another_run_adds_other_people_and_no_second_case_of_a_year(world: World) -> None:
    _seed(world)
    counts = _seed(world)

    assert counts["consumers"] == 1_200
    assert Consumer.objects.values("person_id").distinct().count() == 1_200
    assert counts["crw_cases"] == 600
    assert CrwCase.objects.values("consumer", "plan_year").distinct().count() == 600
    assert Organization.objects.filter(code__startswith="agency-").count() == 4


def test_listings_lie_where_people_live_and_each_belongs_to_somebody(world: World) -> None:
    assert _seed(world, replace(SHAPE, consumers=0, crw_cases=0, listings=400))["listings"] == 400

    listings = Listing.objects.all()
    assert set(listings.values_list("kind", flat=True)) == set(Listing.Kind)
    assert listings.filter(state=Listing.State.ACTIVE).count() > 360
    assert listings.filter(county="Los Angeles County").count() > 60, "a quarter of the state"
    assert listings.values("county").distinct().count() > 20
    assert not listings.exclude(state_code="CA").exists()
    assert not listings.filter(kind=Listing.Kind.AGENT, person=None).exists()
    for listing in listings:
        validate_hours(listing.hours)
        validate_special_days(listing.special_days)
        assert set(listing.languages) <= set(LANGUAGES)
        assert set(listing.services) <= dict(SERVICES).keys()


def test_the_same_seed_makes_the_same_listings(world: World) -> None:
    shape = replace(SHAPE, consumers=0, crw_cases=0, listings=50)
    _seed(world, shape)
    _seed(world, shape)
    places = Listing.objects.values("name", "street", "latitude").distinct()
    assert (places.count(), Listing.objects.count()) == (50, 100)
