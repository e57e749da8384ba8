"""Pages and API of the tiers: opening a case, published levels, configuration (CC-03, CC-15)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from escalations.tickets import services as tickets
from escalations.tickets.models import TicketType
from escalations.tiers import appeals, levels, services, table
from escalations.tiers.levels import Kept
from escalations.tiers.models import HandoffNote, ServiceLevel, TierUnit, TypeClock
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.sweep import sweep_timers
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from portal.tenancy.services import create_api_token
from tests.api.conftest import Api
from tests.casework.cases import signed_in
from tests.escalations.tiers.ground import at_tier, code, contents, open_case, taken
from tests.world import World


def api_of(world: World, who: str) -> Api:
    """The API as somebody of this world may use it."""
    cache.clear()
    world.enter()
    _, secret = create_api_token(
        actor=world.actor(who), membership=world.memberships[who], name="test", read_only=False
    )
    return Api(secret)


def test_a_call_becomes_a_case_on_one_page(calchoice: World) -> None:
    sent = {
        "ticket_type": TicketType.objects.get(key="eligibility").pk,
        "summary": "Is a part-time employee covered?",
        "channel": "voice",
        "consumer_name": "Rosa Quintero",
        "employer": calchoice.organizations["bakery"].pk,
        "brought_by_employer": "on",
    }
    answer = signed_in(calchoice, "tier1").post("/member-cases/open/", sent)
    calchoice.enter()
    case = Case.objects.get()
    assert answer["Location"] == f"/cases/{case.number}/"
    assert (case.number[:3], case.organization) == ("CC-", calchoice.organizations["bakery"])
    page = signed_in(calchoice, "tier1").get(answer["Location"]).content.decode()
    for shown in ("Open (Tier 1)", "Harvest Bakery", "Take this case", "Voice"):
        assert shown in page


def test_a_members_case_is_opened_by_its_own_page_and_by_no_generic_one(
    calchoice: World,
) -> None:
    browser = signed_in(calchoice, "tier1")
    chosen = browser.get("/tickets/open/", {"type": "eligibility"})
    assert chosen["Location"] == "/member-cases/open/"
    sent = {"type": "eligibility", "summary": "Is a part-time employee covered?"}
    assert browser.post("/tickets/open/", sent)["Location"] == "/member-cases/open/"
    assert "eligibility" not in browser.get("/tickets/open/").content.decode()
    calchoice.enter()
    with pytest.raises(Refused, match="A member case is not opened as a ticket"):
        tickets.open_ticket(
            actor=calchoice.actor("tier1"),
            ticket_type=TicketType.objects.get(key="eligibility"),
            summary="Is a part-time employee covered?",
        )
    answer = api_of(calchoice, "tier1").post(
        "tickets/", {"ticket_type": "eligibility", "summary": "Is he covered?"}
    )
    assert answer.status_code == 409
    assert "not opened as a ticket" in answer.content.decode()
    calchoice.enter()
    assert not Case.objects.exists()


def test_only_one_entry_opens_something_where_all_is_a_members_case(calchoice: World) -> None:
    exchange = calchoice.exchange
    exchange.modules = ["member_case", "plan_appeal"]
    exchange.save()
    html = signed_in(calchoice, "tier1").get("/").content.decode()
    assert "/member-cases/open/" in html
    assert "/tickets/open/" not in html


def test_the_page_says_what_is_missing_before_anything_is_stored(calchoice: World) -> None:
    answer = signed_in(calchoice, "tier1").post(
        "/member-cases/open/", {"brought_by_employer": "on"}
    )
    assert answer.status_code == 422
    assert {"ticket_type", "summary", "employer"} <= set(answer.context["form"].errors)
    calchoice.enter()
    assert not Case.objects.exists()


def test_an_appeal_opened_by_tier_1_is_tier_3s_and_its_opener_is_told_so(
    calchoice: World,
) -> None:
    sent = {
        "ticket_type": TicketType.objects.get(key="formal-appeal").pk,
        "summary": "A claim was denied.",
        "channel": "email",
    }
    answer = signed_in(calchoice, "tier1").post("/member-cases/open/", sent)
    assert answer["Location"] == "/member-cases/open/"


def test_cc19_the_form_of_a_handoff_names_each_of_the_three_contents_that_lacks(
    calchoice: World,
) -> None:
    case = at_tier(calchoice, 1)
    browser = signed_in(calchoice, "tier1")
    address = f"/cases/{case.number}/act/escalate_tier_2/"
    asked = browser.get(address)
    assert asked.status_code == 200
    page = asked.content.decode()
    assert timezone.localtime(timezone.now()).strftime("%H:") in page  # now is filled in
    answer = browser.post(address, {"expected_version": case.version})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"rationale", "documents_text", "took_place_at"}
    sent = {
        "expected_version": case.version,
        "rationale": "The plan's terms decide.",
        "documents_text": "none",
        "took_place_at": "2025-11-05T09:30",
    }
    assert browser.post(address, sent).status_code == 302
    calchoice.enter()
    note = HandoffNote.objects.get(case=case)
    # 09:30 in Los Angeles, where the exchange is.
    assert note.took_place_at.isoformat() == "2025-11-05T17:30:00+00:00"


def test_cc18_the_api_offers_and_performs_the_same_acts(calchoice: World) -> None:
    case = at_tier(calchoice, 1)
    api = api_of(calchoice, "tier1")
    acts = {row["key"]: row for row in api.get(f"cases/{case.number}/acts/").json()}
    assert "decision rationale" in acts["escalate_tier_2"]["guards"]
    address = f"cases/{case.number}/acts/escalate_tier_2/"
    refused = api.post(address, {"expected_version": case.version})
    assert refused.status_code == 400
    done = api.post(
        address,
        {
            "expected_version": case.version,
            "rationale": "The plan's terms decide.",
            "documents_text": "none",
            "took_place_at": "2025-11-05T09:30:00-08:00",
        },
    )
    assert done.status_code == 200
    calchoice.enter()
    assert Case.objects.get(pk=case.pk).status == "tier2"


def test_a_case_is_opened_through_the_api(calchoice: World) -> None:
    api = api_of(calchoice, "tier1")
    sent: dict[str, Any] = {
        "ticket_type": "billing",
        "summary": "Booked twice.",
        "channel": "email",
        "employer": "bakery",
        "brought_by_employer": True,
    }
    answer = api.post("member-cases/", sent)
    assert answer.status_code == 201
    calchoice.enter()
    case = Case.objects.get(number=answer.json()["number"])
    assert (case.kind, case.topic, case.organization.code) == ("member_case", "billing", "bakery")
    wrong = api.post("member-cases/", {**sent, "employer": "nobody"})
    assert wrong.status_code == 400


def test_an_employers_page_of_a_case_says_its_status_and_none_of_its_details(
    calchoice: World,
) -> None:
    case = open_case(
        calchoice, employer=calchoice.organizations["bakery"], brought_by_employer=True
    )
    browser = signed_in(calchoice, "employer")
    page = browser.get(f"/cases/{case.number}/").content.decode()
    assert "In progress" in page
    listed = browser.get("/queue/").content.decode()
    assert case.number in listed
    for secret in ("Rosa Quintero", "When does the coverage begin", "Tier 1"):
        assert secret not in page
        assert secret not in listed
    foreign = signed_in(calchoice, "other.employer").get(f"/cases/{case.number}/")
    assert foreign.status_code == 404


def test_cc15_the_levels_can_be_read_through_the_api(calchoice: World) -> None:
    rows = {row["key"]: row for row in api_of(calchoice, "employer").get("service-levels/").json()}
    assert rows["telephone"]["is_measured"] is False
    assert [window["days"] for window in rows["email"]["windows"]] == [30, 90]


def test_cc15_the_levels_are_published_to_employers_in_the_guides_words(
    calchoice: World,
) -> None:
    page = signed_in(calchoice, "employer").get("/service-levels/").content.decode()
    for promise in (
        "Answer 80% of calls within 20 seconds during business hours",
        "Email response within 24 business hours",
        "Initial claim/billing research completed within 5 business days",
        "Formal appeal acknowledgement within 2 business days",
        "within 30 calendar days",
        "Expedited cases within 72 hours when medically necessary",
    ):
        assert promise in page
    assert "Not measured here" in page
    assert "Tiers now" not in page  # inner work


def test_cc15_met_late_and_missed_are_counted_from_the_clocks(calchoice: World) -> None:
    early, late, missed = (at_tier(calchoice, 1) for _ in range(3))
    start = timezone.now()

    def move(case: Case, hours: int) -> None:
        with time_machine.travel(start + timedelta(hours=hours), tick=False):
            sweep_timers(exchange=calchoice.exchange, now=timezone.now())
            services.escalate(case=case, actor=calchoice.actor("tier1"), to_tier=2, **contents())

    move(early, 2)
    move(late, 30)
    move(missed, 49)
    with time_machine.travel(start + timedelta(days=10), tick=False):
        found = {level.key: level for level in levels.levels_for(calchoice.actor("admin"))}
        last_30, last_90 = found["tier-2"].windows
        assert (last_30.early, last_30.late, last_30.missed) == (1, 1, 1)
        assert (last_30.percent, last_30.grade) == (66, "Red")
    with time_machine.travel(start + timedelta(days=40), tick=False):
        found = {level.key: level for level in levels.levels_for(calchoice.actor("admin"))}
        last_30, last_90 = found["tier-2"].windows
        assert (last_30.total, last_30.grade) == (0, "Nothing ended")
        assert (last_90.met, last_90.missed) == (2, 1)


def test_cc15_a_promise_that_is_past_its_deadline_counts_as_missed_before_the_work_is_done(
    calchoice: World,
) -> None:
    open_case(calchoice)
    with time_machine.travel(timezone.now() + timedelta(days=4), tick=False):
        sweep_timers(exchange=calchoice.exchange, now=timezone.now())
        found = {level.key: level for level in levels.levels_for(calchoice.actor("admin"))}
        assert found["tier-2"].windows[0].missed == 1


@pytest.mark.parametrize(
    ("met", "missed", "grade"),
    [
        *((0, 0, "Nothing ended"), (79, 21, "Red"), (80, 20, "Amber"), (94, 6, "Amber")),
        *((95, 5, "Green"), (100, 0, "Green"), (999, 1, "Green"), (799, 201, "Red")),
    ],
)
def test_decision_15_green_amber_and_red_turn_at_both_ends(
    met: int, missed: int, grade: str
) -> None:
    assert Kept(30, met, 0, missed, 80, 95).grade == grade


def test_a_level_is_changed_and_unpublished_in_the_browser(calchoice: World) -> None:
    sent = {"subject": "Email", "wording": "We answer by the next day", "goal_low": 70}
    browser = signed_in(calchoice, "admin")
    wrong = browser.post("/service-levels/email/edit/", {**sent, "goal_high": 60})
    assert wrong.status_code == 422
    right = browser.post("/service-levels/email/edit/", {**sent, "goal_high": 90})
    assert right.status_code == 302
    calchoice.enter()
    level = ServiceLevel.objects.get(key="email")
    assert (level.wording, level.goal_low, level.is_published) == (
        "We answer by the next day",
        70,
        False,
    )
    assert LedgerEntry.objects.filter(action="tiers.level_changed").exists()
    page = signed_in(calchoice, "employer").get("/service-levels/").content.decode()
    assert "We answer by the next day" not in page
    with pytest.raises(NotAllowed):
        levels.change_level(
            actor=calchoice.actor("tier3"),
            level=level,
            subject="",
            wording="",
            goal_low=0,
            goal_high=0,
            is_published=True,
        )


def test_cc03_units_and_promises_by_type_are_set_in_the_browser(calchoice: World) -> None:
    units = {n: calchoice.organizations[f"tier-{n}"] for n in (1, 2, 3)}
    eligibility = TicketType.objects.get(key="eligibility")
    browser = signed_in(calchoice, "admin")
    same = browser.post("/tiers/", {f"tier_{n}": units[1].pk for n in (1, 2, 3)})
    assert same.status_code == 422
    # Two tiers exchange their units.
    sent = {"tier_1": units[1].pk, "tier_2": units[3].pk, "tier_3": units[2].pk}
    answer = browser.post("/tiers/", {**sent, "research_types": [eligibility.pk]})
    assert answer.status_code == 302
    calchoice.enter()
    assert [row.queue for row in TierUnit.objects.all()] == [units[1], units[3], units[2]]
    clocks = TypeClock.objects.values_list("ticket_type__key", "policy_key")
    assert list(clocks) == [("eligibility", table.RESEARCH)]


def test_cc18_the_tiers_now_count_what_their_lists_show(calchoice: World) -> None:
    open_case(calchoice)
    at_tier(calchoice, 2)
    page = signed_in(calchoice, "tier1").get("/service-levels/")
    counts = {row.label: (row.open, row.unassigned) for row in page.context["board"]}
    assert counts == {"Tier 1": (1, 1), "Tier 2": (1, 0), "Tier 3": (0, 0)}
    listed = signed_in(calchoice, "tier1").get(page.context["board"][0].url)
    assert len(listed.context["rows"]) == 1


def test_an_exchange_that_does_not_work_in_tiers_has_no_such_pages(calchoice: World) -> None:
    exchange = calchoice.exchange
    exchange.modules = [key for key in exchange.modules if key != "member_case"]
    exchange.save()
    browser = signed_in(calchoice, "admin")
    for address in ("/service-levels/", "/tiers/", "/service-levels/email/edit/"):
        assert browser.get(address).status_code == 404
    assert "/service-levels/" not in browser.get("/").content.decode()


def test_the_page_of_an_appeal_shows_its_checklist_and_its_promise(calchoice: World) -> None:
    case = taken(calchoice, open_case(calchoice, "formal-appeal"), "tier3")
    appeals.mark_expedited(
        case=case, actor=calchoice.actor("tier3"), reason="The dose runs out on Monday."
    )
    page = signed_in(calchoice, "tier3").get(f"/cases/{case.number}/").content.decode()
    for shown in ("Appeal packet", "The notice that is appealed", "Yes: 72 hours", "Urgent"):
        assert shown in page


def test_cc12_resolving_on_the_page_keeps_the_note_in_the_cases_history(
    calchoice: World,
) -> None:
    case = at_tier(calchoice, 1)
    services.resolve_member_case(
        case=case, actor=calchoice.actor("tier1"), code=code(), **contents()
    )
    page = signed_in(calchoice, "tier2").get(f"/cases/{case.number}/").content.decode()
    for shown in ("Decision rationale", "Documents exchanged", "Took place", "Solved with"):
        assert shown in page
