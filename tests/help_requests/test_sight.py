"""Who sees which request, and how much of it (X-07, decision 18, C.4's guard)."""

from __future__ import annotations

import pytest

from portal.casework import kinds
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.projection import CaseDetailView, CaseStatusView
from portal.casework.rows import for_rows, project_rows
from portal.casework.search import search_cases
from portal.consumers import book
from portal.consumers.mirror import Delegation
from portal.help_requests import conversation, services
from portal.help_requests.table import KIND
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership
from tests.help_requests.conftest import PROFILE, Desk, furnish
from tests.world import World

SEEING_AN_AGENTS = {"agent", "agency.manager", "scr"}
EVERYBODY = {
    *("agent", "agent2b", "agent1", "admin1", "admin2", "agency.manager", "harbor.manager"),
    *("harbor.agent", "entity.contact", "cec", "scr", "contracts", "certification", "osd.staff"),
    *("ea.analyst", "eru.specialist", "eru.lead", "privacy", "qa.analyst", "admin"),
    *("office.staff", "appeals.specialist"),
}


def sees(actor: Actor, case: Case) -> bool:
    return Case.objects.visible_to(actor).filter(pk=case.pk).exists()


def view_of(actor: Actor, case: Case) -> CaseStatusView:
    project = kinds.get(KIND).project
    assert project is not None
    view = project(actor, Case.objects.get(pk=case.pk))
    assert isinstance(view, CaseStatusView)
    return view


def test_x_07_the_requester_their_lead_and_the_team_see_a_request_and_nobody_else(
    desk: Desk,
) -> None:
    case = desk.submit()
    assert {who for who in EVERYBODY if sees(desk.actor(who), case)} == SEEING_AN_AGENTS


def test_x_07_a_counselors_request_is_seen_by_the_entitys_contact_not_by_a_peer(
    desk: Desk,
) -> None:
    case = desk.submit("cec", PROFILE)
    for who, expected in (
        ("cec", True),
        ("entity.contact", True),
        ("certification", True),
        ("cec2", False),
        ("agency.manager", False),
        ("scr", False),
    ):
        assert sees(desk.actor(who), case) is expected, who


def test_a_lost_delegation_leaves_the_writer_the_status_only(desk: Desk) -> None:
    case = desk.started(desk.submit())
    assert view_of(desk.actor("agent"), case).shows_details
    desk.lose()
    for who in ("agent", "agency.manager"):
        view = view_of(desk.actor(who), case)
        assert not isinstance(view, CaseDetailView)
        assert (view.number, view.status) == (case.number, "In progress")
        assert all(not event.text and not event.actor for event in view.timeline)
    assert view_of(desk.actor("scr"), case).shows_details


def test_a_lost_delegation_hides_subject_and_search_hit(desk: Desk) -> None:
    case = desk.submit()
    agent = desk.actor("agent")
    assert list(search_cases(actor=agent, text="Bautista")) == [case]
    desk.lose()
    agent = desk.actor("agent")
    rows = for_rows(Case.objects.visible_to(agent).filter(kind=KIND), agent)
    (row,) = project_rows(agent, list(rows), surface="test")
    assert (row.shows_details, row.summary) == (False, "")
    assert list(search_cases(actor=agent, text="Bautista")) == []
    assert list(search_cases(actor=agent, text=case.number)) == [case]


def test_a_lost_delegation_ends_the_conversation_but_not_the_team_s_work(desk: Desk) -> None:
    case = desk.waiting(desk.submit())
    desk.lose()
    with pytest.raises(Refused, match="no longer delegated to you"):
        conversation.write_to_team(
            case=case, actor=desk.actor("agent"), act_key="enroller_replied", body="On Monday."
        )
    case = conversation.record_answer(case=case, actor=desk.actor("scr"), answer="By telephone.")
    assert case.status == "in_progress"


def test_a_consumer_who_moves_to_a_colleague_stays_in_the_leads_sight_only(desk: Desk) -> None:
    case = desk.submit()
    book.start_delegation(
        actor=desk.world.system,
        consumer=desk.consumer(),
        organization=desk.world.organizations["sunrise"],
        enroller=desk.world.person("agent2b"),
        origin=Delegation.Origin.TRANSFER,
    )
    assert not view_of(desk.actor("agent"), case).shows_details
    assert view_of(desk.actor("agency.manager"), case).shows_details
    assert not sees(desk.actor("agent2b"), case)


def test_a_request_about_the_profile_survives_every_delegation(desk: Desk) -> None:
    case = desk.submit("agent", PROFILE)
    desk.lose()
    assert view_of(desk.actor("agent"), case).shows_details


def test_whoever_leaves_the_agency_leaves_its_requests_behind(desk: Desk) -> None:
    case = desk.submit("agent", PROFILE)
    own = desk.world.memberships["agent"]
    Membership.objects.filter(pk=own.pk).update(organization=desk.world.organization("harbor"))
    assert not sees(desk.actor("agent"), case)


def test_the_enroller_sees_no_internal_note_owner_queue_or_deadline(desk: Desk) -> None:
    from portal.casework.common_acts import add_note

    case = desk.started(desk.submit())
    add_note(case=case, actor=desk.actor("scr"), body="Looks like a known defect.")
    conversation.answer_enroller(case=case, actor=desk.actor("scr"), body="We are looking.")
    view = view_of(desk.actor("agent"), case)
    assert isinstance(view, CaseDetailView)
    assert "known defect" not in repr(view)
    assert "Scr" not in repr(view), "a team answers, not a person of it"
    assert (view.owner, view.queue, view.due_at) == ("", "", None)
    assert "We are looking." in repr(view)


def test_another_exchange_knows_of_nothing(desk: Desk, other_world: World) -> None:
    case = desk.submit()
    abroad = furnish(other_world)
    theirs = abroad.submit()
    for who in ("agent", "agency.manager", "scr", "admin"):
        assert not sees(abroad.actor(who), case), who
    assert not sees(desk.actor("scr"), theirs)
    with pytest.raises(Case.DoesNotExist):
        services.start_work(case=theirs, actor=desk.actor("scr"))


def test_only_the_requester_or_a_lead_writes_on_a_request(desk: Desk) -> None:
    case = desk.submit("agent", PROFILE)
    conversation.write_to_team(
        case=case, actor=desk.actor("agency.manager"), act_key="enroller_wrote", body="A word more."
    )
    with pytest.raises(Case.DoesNotExist):
        conversation.write_to_team(
            case=case, actor=desk.actor("agent2b"), act_key="enroller_wrote", body="Me too."
        )
