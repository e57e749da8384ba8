"""What the gate shows to whom: the release, the grant and the clock must agree (EA-19…EA-24)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from guardian.shortcuts import assign_perm, remove_perm
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escalations.constituent import services as constituent
from escalations.constituent.projection import project
from escalations.releases import gate, services
from escalations.releases.gate import Disclosure
from escalations.releases.models import NamedStaff, Release
from portal.casework.models import Case
from portal.documents.models import Document
from portal.ledger.models import LedgerEntry
from tests.escalations.releases.ground import (
    TODAY,
    form_document,
    office_case,
    received_release,
    valid_release,
)
from tests.world import NOW, World

PACIFIC = ZoneInfo("America/Los_Angeles")
STATUS, DETAIL, NONE = Disclosure.STATUS, Disclosure.DETAIL, Disclosure.NONE
SECOND = timedelta(seconds=1)


def nothing(world: World, case: Case) -> None:
    """No release at all."""


def received(world: World, case: Case) -> None:
    received_release(world, case)


def deficient(world: World, case: Case) -> None:
    services.reject_release(
        actor=world.actor("ea.analyst"), release=received_release(world, case), deficiency="Date"
    )


def override_asked(world: World, case: Case) -> None:
    services.request_override(
        actor=world.actor("ea.analyst"),
        release=received_release(world, case),
        reason="Signed by thumbprint.",
        signed_on=TODAY,
    )


def overridden(world: World, case: Case) -> None:
    override_asked(world, case)
    services.confirm_override(actor=world.actor("ea.lead"), release=Release.objects.get())


def valid(world: World, case: Case) -> None:
    valid_release(world, case)


def starts_tomorrow(world: World, case: Case) -> None:
    valid_release(world, case, starts_on=TODAY + timedelta(days=1))


def expired_yesterday(world: World, case: Case) -> None:
    valid_release(
        world, case, signed_on=TODAY - timedelta(days=9), ends_on=TODAY - timedelta(days=1)
    )


def signed_31_days_ago(world: World, case: Case) -> None:
    valid_release(world, case, signed_on=TODAY - timedelta(days=31))


def signed_30_days_ago(world: World, case: Case) -> None:
    valid_release(world, case, signed_on=TODAY - timedelta(days=30))


def revoked(world: World, case: Case) -> None:
    services.revoke_release(
        actor=world.actor("ea.analyst"), release=valid_release(world, case), reason="She asked."
    )


def replaced_by_one_that_expired(world: World, case: Case) -> None:
    document = form_document(world)
    old = valid_release(world, case, document)
    valid_release(
        world,
        case,
        document,
        replaces=old,
        signed_on=TODAY - timedelta(days=9),
        ends_on=TODAY - timedelta(days=1),
    )


def names_the_other(world: World, case: Case) -> None:
    valid_release(
        world, case, scope=Release.Scope.NAMED, named_staff=[world.people["office.staff2"]]
    )


def names_them(world: World, case: Case) -> None:
    valid_release(
        world, case, scope=Release.Scope.NAMED, named_staff=[world.people["office.staff"]]
    )


def grant_without_release(world: World, case: Case) -> None:
    assign_perm(gate.GRANT, world.organizations["assembly-13"].group, case)
    assign_perm(gate.GRANT, world.people["office.staff"], case)


def release_without_grant(world: World, case: Case) -> None:
    valid_release(world, case)
    remove_perm(gate.GRANT, world.organizations["assembly-13"].group, case)


Condition = Callable[[World, Case], None]


@pytest.mark.parametrize(
    ("condition", "staff", "colleague"),
    [
        (nothing, STATUS, STATUS),
        (received, STATUS, STATUS),
        (deficient, STATUS, STATUS),
        (override_asked, STATUS, STATUS),
        (overridden, DETAIL, DETAIL),
        (valid, DETAIL, DETAIL),
        (starts_tomorrow, STATUS, STATUS),
        (expired_yesterday, STATUS, STATUS),
        (signed_31_days_ago, STATUS, STATUS),
        (signed_30_days_ago, DETAIL, DETAIL),
        (revoked, STATUS, STATUS),
        (replaced_by_one_that_expired, STATUS, STATUS),
        (names_them, DETAIL, STATUS),
        (names_the_other, STATUS, DETAIL),
        (grant_without_release, STATUS, STATUS),
        (release_without_grant, STATUS, STATUS),
    ],
)
def test_ea_19_details_need_a_release_in_force_for_this_office_or_person(
    world: World, condition: Condition, staff: Disclosure, colleague: Disclosure
) -> None:
    case = office_case(world)
    condition(world, case)
    expected = {
        "office.staff": staff,
        "office.staff2": colleague,
        "other.office": NONE,
        "agency.manager": NONE,
        "admin": NONE,
        "privacy": STATUS,
        "ea.analyst": DETAIL,
        "ea.lead": DETAIL,
        "eru.specialist": DETAIL,
    }
    for who, level in expected.items():
        assert gate.decide(actor=world.actor(who), case=case).level is level, who


def test_ea_22_a_release_for_one_office_opens_nothing_to_another(world: World) -> None:
    mine, theirs = office_case(world), office_case(world, "other.office")
    valid_release(world, mine)
    assert gate.decide(actor=world.actor("other.office"), case=theirs).level is STATUS
    # Not even were the grant to be given away by mistake.
    assign_perm(gate.GRANT, world.organizations["senate-07"].group, mine)
    assert gate.decide(actor=world.actor("other.office"), case=mine).level is NONE
    assert not Case.objects.detailed_to(world.actor("other.office")).exists()


def at_local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PACIFIC).astimezone(UTC)


@pytest.mark.parametrize(
    ("signed", "starts", "ends", "first", "last"),
    [
        # An ordinary release, and one that names no end: 30 days (Civ. Code 1798.24(b)).
        ("2025-10-20", None, "2025-10-24", "2025-10-20T00:00", "2025-10-25T00:00"),
        ("2025-10-01", None, None, "2025-10-01T00:00", "2025-11-01T00:00"),
        # The day of 25 hours, at the end and at the start.
        ("2025-10-20", None, "2025-11-02", "2025-10-20T00:00", "2025-11-03T00:00"),
        ("2025-10-20", "2025-11-02", "2025-11-04", "2025-11-02T00:00", "2025-11-05T00:00"),
        # The day of 23 hours.
        ("2025-03-01", None, "2025-03-09", "2025-03-01T00:00", "2025-03-10T00:00"),
        # Signed on a leap day: 30 days later is 30 March.
        ("2024-02-29", None, None, "2024-02-29T00:00", "2024-03-31T00:00"),
    ],
)
def test_ea_22_a_release_counts_from_local_midnight_to_local_midnight(
    world: World, signed: str, starts: str | None, ends: str | None, first: str, last: str
) -> None:
    case = office_case(world)
    valid_release(
        world,
        case,
        signed_on=date.fromisoformat(signed),
        starts_on=date.fromisoformat(starts) if starts else None,
        ends_on=date.fromisoformat(ends) if ends else None,
    )
    actor = world.actor("office.staff")

    def level(at: datetime) -> Disclosure:
        return gate.decide(actor=actor, case=case, at=at).level

    start, end = at_local(first), at_local(last)
    assert level(start - SECOND) is STATUS
    assert level(start) is DETAIL
    assert level(end - SECOND) is DETAIL
    assert level(end) is STATUS
    assert level(end + SECOND) is STATUS


def test_ea_24_details_show_from_the_moment_a_late_release_counts(world: World) -> None:
    case, actor = office_case(world), world.actor("office.staff")
    assert not project(actor, case).shows_details
    release = valid_release(world, case)
    assert project(actor, case).shows_details
    services.revoke_release(
        actor=world.actor("ea.analyst"), release=release, reason="She took it back."
    )
    assert not project(actor, case).shows_details


def test_au_3_details_shown_to_an_office_are_recorded_with_their_release(world: World) -> None:
    case, actor = office_case(world), world.actor("office.staff")
    release = valid_release(world, case)
    project(actor, case)
    entry = LedgerEntry.objects.get(action="releases.disclosed")
    assert entry.release_id == release.pk
    assert entry.case_ids == [case.pk]
    assert entry.disclosed_to_id == world.organizations["assembly-13"].pk
    assert {"description", "constituent_name"} <= set(entry.fields)
    project(world.actor("ea.analyst"), case)
    assert LedgerEntry.objects.filter(action="casework.viewed", disclosed_to_id=None).exists()


def test_ea_20_status_alone_is_no_disclosure(world: World) -> None:
    project(world.actor("office.staff"), office_case(world))
    assert not LedgerEntry.objects.filter(action="releases.disclosed").exists()


def test_ea_20_two_cases_that_differ_in_details_only_look_the_same_to_the_office(
    world: World,
) -> None:
    plain = office_case(world, description="A", constituent_name="")
    rich = office_case(
        world,
        description="A long story " * 40,
        constituent_name="Rosa Quintero",
        case_or_application_id="5001234567",
        date_of_birth=date(1980, 2, 29),
        phone="916-555-0142",
        email="rosa@quintero.example",
    )
    unit = world.organizations["escalations-unit"]
    for case, words in ((plain, "ok"), (rich, "She moved to Fresno; call after five.")):
        analyst = world.actor("ea.analyst")
        constituent.acknowledge(case=case, actor=analyst)
        constituent.assign_division(case=case, actor=analyst, division=unit, instructions=words)
        constituent.post_update(case=case, actor=analyst, text=words)
    actor = world.actor("office.staff")
    seen = [repr(project(actor, case)).replace(case.number, "").encode() for case in (plain, rich)]
    assert seen[0] == seen[1]
    assert b"Fresno" not in seen[1]


_DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))
_INSTANTS = st.datetimes(
    datetime(2024, 1, 1),
    datetime(2027, 2, 1),
    timezones=st.just(UTC),
)


@st.composite
def _releases(draw: st.DrawFn) -> dict[str, object]:
    signed = draw(_DAYS)
    starts = draw(st.none() | st.just(signed + timedelta(days=draw(st.integers(0, 40)))))
    ends = draw(st.none() | st.just((starts or signed) + timedelta(days=draw(st.integers(0, 90)))))
    return {
        "state": draw(st.sampled_from(Release.State.values)),
        "scope": draw(st.sampled_from(Release.Scope.values)),
        "signed_on": signed,
        "starts_on": starts,
        "ends_on": ends,
        "names": draw(st.sets(st.sampled_from(["office.staff", "office.staff2"]))),
        "granted": draw(st.booleans()),
    }


@pytest.fixture
def gated(world: World) -> tuple[World, Case, Document]:
    return world, office_case(world), form_document(world)


@given(made=st.lists(_releases(), max_size=4), at=_INSTANTS)
@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_ea_19_one_case_a_list_and_the_rule_always_agree(
    gated: tuple[World, Case, Document], made: list[dict[str, object]], at: datetime
) -> None:
    world, case, document = gated
    with transaction.atomic():
        rows = [_store(world, case, document, values) for values in made]
        for who in ("office.staff", "office.staff2", "other.office"):
            actor = world.actor(who)
            by_rule = who != "other.office" and _opens(rows, who, at)
            decided = gate.decide(actor=actor, case=case, at=at).shows_details
            listed = Case.objects.filter(gate.detailed_q(actor, at), pk=case.pk).exists()
            assert decided == listed == by_rule
        transaction.set_rollback(True)


def _opens(rows: list[tuple[Release, dict[str, object]]], who: str, at: datetime) -> bool:
    """The rule in plain words: a release in force covers them, and its kind of grant is there.

    A grant belongs to the case, so it serves every release of its kind.
    """
    covering = [(release, values) for release, values in rows if _covers(values, who)]
    granted = {values["scope"] for _, values in covering if values["granted"]}
    return any(
        release.is_in_force(at) and values["scope"] in granted for release, values in covering
    )


def _covers(values: dict[str, object], who: str) -> bool:
    return values["scope"] == Release.Scope.OFFICE or who in values["names"]  # type: ignore[operator]


def _store(
    world: World, case: Case, document: Document, values: dict[str, object]
) -> tuple[Release, dict[str, object]]:
    start, end = services.days_in_force(
        exchange=world.exchange,
        signed_on=values["signed_on"],  # type: ignore[arg-type]
        starts_on=values["starts_on"],  # type: ignore[arg-type]
        ends_on=values["ends_on"],  # type: ignore[arg-type]
    )
    release = Release.objects.create(
        exchange=world.exchange,
        case=case,
        office_id=case.organization_id,
        channel=Release.Channel.OFFICE,
        document=document,
        state=values["state"],
        scope=values["scope"],
        is_signed=True,
        is_dated=True,
        names_recipient=True,
        authorizes_details=True,
        valid_from=start,
        valid_until=end,
    )
    people = [world.people[name] for name in values["names"]]  # type: ignore[attr-defined]
    for person in people:
        NamedStaff.objects.create(exchange=world.exchange, release=release, person=person)
    if values["granted"] and values["scope"] == Release.Scope.OFFICE:
        assign_perm(gate.GRANT, world.organizations["assembly-13"].group, case)
    elif values["granted"]:
        for person in people:
            assign_perm(gate.GRANT, person, case)
    return release, values


def test_the_list_of_detailed_cases_follows_the_clock(world: World) -> None:
    case = office_case(world)
    valid_release(world, case, ends_on=TODAY)
    actor = world.actor("office.staff")
    assert list(Case.objects.filter(gate.detailed_q(actor, NOW))) == [case]
    tomorrow = NOW + timedelta(days=1)
    assert not Case.objects.filter(gate.detailed_q(actor, tomorrow)).exists()
