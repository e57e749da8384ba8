"""What the finder finds, and in which order (FL-02…FL-05, SF-11)."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storefronts.addresses import miles_between
from storefronts.finder.search import DISTANCES, PAGE_SIZE, Ask, search
from storefronts.finder.where import Origin, Unplaced, origin_of, point_of
from storefronts.hours import is_open_at
from storefronts.models import Listing
from tests.storefronts.finder.ground import listed, listed_many
from tests.world import NOW, World

CAPITOL = Origin(38.5804, -121.4922, "Sacramento (95814)")


def found(world: World, **ask: Any) -> list[str]:
    return [
        place.name
        for place in search(world.exchange, Ask(**{"origin": CAPITOL, **ask}), at=NOW).places
    ]


def test_fl_04_a_storefront_comes_before_a_nearer_agent(world: World) -> None:
    listed(world, "95814", kind="agent", name="Near agent")
    listed(world, "95624", name="Far storefront")
    listed(world, "95818", name="Near storefront")
    listed(world, "95822", kind="counselor", name="Counselor")
    assert found(world) == ["Near storefront", "Far storefront", "Near agent", "Counselor"]


@pytest.mark.parametrize("state", ["suspended", "closed", "lapsed"])
def test_fl_05_what_is_not_active_is_not_found(world: World, state: str) -> None:
    listed(world, state=state)
    assert found(world) == []


def test_fl_02_filters_narrow_by_language_kind_and_open_now(world: World) -> None:
    listed(world, name="Spanish", languages=["English", "Spanish"])
    listed(world, name="Agent", kind="agent")
    listed(world, name="Never open", hours={})
    assert found(world, language="Spanish") == ["Spanish"]
    assert found(world, kind="agent") == ["Agent"]
    assert "Never open" in found(world)
    assert "Never open" not in found(world, open_now=True)


def test_another_exchanges_listing_is_never_found(world: World, other_world: World) -> None:
    other_world.enter()
    listed(other_world, name="Abroad")
    world.enter()
    assert found(world) == []


def test_where_nothing_is_near_the_smallest_distance_with_something_is_offered(
    world: World,
) -> None:
    listed(world, "94102", name="San Francisco")
    answer = search(world.exchange, Ask(origin=CAPITOL, miles=25), at=NOW)
    assert (answer.places, answer.total, answer.farther) == ((), 0, 100)


def test_what_fits_nowhere_offers_no_distance(world: World) -> None:
    listed(world)
    answer = search(world.exchange, Ask(origin=CAPITOL, language="Hmong"), at=NOW)
    assert answer.farther == 0


def test_p9_a_search_is_one_statement_however_many_there_are(world: World) -> None:
    listed_many(world, [place_near(number / 1000, number / 1000) for number in range(60)])
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = search(world.exchange, Ask(origin=CAPITOL, miles=100), at=NOW)
    assert (answer.total, len(answer.places), len(seen)) == (60, PAGE_SIZE, 1)


def test_p9_the_database_looks_the_nearest_up_in_the_index_of_places(world: World) -> None:
    listed_many(
        world,
        [place_near((number % 60) / 10 - 3, (number // 60) / 10 - 3) for number in range(3_000)],
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosecdef FROM pg_proc WHERE proname = 'storefronts_within'")
        assert cursor.fetchone() == (True,)
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SELECT count(*) FROM storefronts_within(38.58, -121.49, 8000)")
        (near,) = cursor.fetchone()
    assert 0 < near < 300


def place_near(north: float, east: float, **more: Any) -> dict[str, Any]:
    return {
        "kind": "agent",
        "latitude": CAPITOL.latitude + north,
        "longitude": CAPITOL.longitude + east,
        **more,
    }


SPANS = st.sampled_from(
    [[], [["00:00", "24:00"]], [["09:00", "17:00"]], [["08:00", "09:30"], ["12:00", "20:00"]]]
)
PLACES = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["storefront", "agent", "counselor"]),
            "state": st.sampled_from(["active", "active", "active", "suspended", "lapsed"]),
            "latitude": st.floats(37.6, 39.6),
            "longitude": st.floats(-122.6, -120.4),
            "hours": st.dictionaries(st.sampled_from(["mon", "thu", "fri", "sun"]), SPANS),
            "special_days": st.lists(
                st.builds(
                    lambda hours: {"date": "2026-06-15", "hours": hours, "label": ""},
                    st.sampled_from([[], [["10:00", "11:00"]]]),
                ),
                max_size=1,
            ),
        }
    ),
    max_size=45,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    rows=PLACES,
    miles=st.sampled_from(DISTANCES),
    hours_later=st.integers(0, 100),
    open_now=st.booleans(),
)
def test_whatever_is_listed_storefronts_come_first_and_pages_partition_the_result(
    world: World, rows: list[dict[str, Any]], miles: int, hours_later: int, open_now: bool
) -> None:
    Listing.objects.all().delete()
    listed_many(world, rows)
    at = NOW + timedelta(hours=hours_later)
    zone = ZoneInfo(world.exchange.time_zone)
    first = search(world.exchange, Ask(CAPITOL, miles, open_now=open_now), at=at)
    pages = [
        search(world.exchange, Ask(CAPITOL, miles, open_now=open_now, page=number), at=at)
        for number in range(1, first.pages + 1)
    ]
    places = [place for page in pages for place in page.places]
    kinds = [place.is_storefront for place in places]
    assert kinds == sorted(kinds, reverse=True)
    for group in (True, False):
        distances = [place.meters for place in places if place.is_storefront is group]
        assert distances == sorted(distances)  # type: ignore[type-var]
    assert all(place.meters is not None and place.meters <= miles * 1609.344 for place in places)
    assert len({place.public_id for place in places}) == len(places) == first.total
    # The earth is no ball to one of the two, so a place on the very rim may be in or out.
    within = {
        row.public_id: miles_between(
            CAPITOL.latitude, CAPITOL.longitude, row.latitude, row.longitude
        )
        / miles
        for row in Listing.objects.filter(state="active")
        if not open_now or is_open_at(row.hours, row.special_days, at, zone)
    }
    shown = {place.public_id for place in places}
    assert {key for key, share in within.items() if share <= 0.997} <= shown
    assert shown <= {key for key, share in within.items() if share <= 1.003}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter a ZIP code or a city."),
        ("00000", "We do not know the ZIP code 00000. Check its digits, or enter a city."),
        ("9581", "A ZIP code has five digits, like 95814."),
        (
            "89501",
            "ZIP code 89501 is in Reno, NV. Enter one in California.",
        ),
        (
            "Atlantis",
            "We found no city called Atlantis. Check how it is spelled, or enter a ZIP code.",
        ),
    ],
)
def test_what_is_no_place_is_answered_in_a_sentence(
    world: World, typed: str, sentence: str
) -> None:
    with pytest.raises(Unplaced) as refused:
        origin_of(world.exchange, typed)
    assert refused.value.sentence == sentence


def test_a_misspelled_city_is_met_with_those_alike(world: World) -> None:
    with pytest.raises(Unplaced) as refused:
        origin_of(world.exchange, "Sacramanto")
    assert "Sacramento" in refused.value.choices


def test_a_city_is_found_however_it_is_written(world: World) -> None:
    names = ["Fresno", " fresno ", "FRESNO, CA", "Fresno California", "Fresno, Fresno County"]
    assert {origin_of(world.exchange, name).name for name in names} == {"Fresno"}


def test_a_zip_code_may_have_its_four_more_digits(world: World) -> None:
    assert origin_of(world.exchange, "95814-1234").name == "Sacramento (95814)"


def test_the_browsers_place_is_rounded_to_about_a_kilometer() -> None:
    assert point_of("38.581572,-121.494400") == Origin(38.58, -121.49)
    assert point_of("somewhere") is None
    assert point_of("95.0,-121.0") is None
