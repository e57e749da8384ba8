"""One's own storefront applications through the API (SF-05…SF-08)."""

from __future__ import annotations

from portal.casework.models import Case
from storefronts.models import InformationItem
from storefronts.status.endings import withdraw
from storefronts.table import PENDING, WITHDRAWN
from tests.api.conftest import Api, Caller
from tests.api.conftest import call as call
from tests.storefronts.status.ground import applied, asked, picture
from tests.world import World

LIST = "storefront-applications/"


def _question(case: Case, item: InformationItem) -> str:
    return f"{LIST}{case.number}/questions/{item.pk}/"


def _seen(api: Api, case: Case, item: InformationItem) -> str:
    [request] = api.get(f"{LIST}{case.number}/").json()["information"]
    return next(one["seen"] for one in request["items"] if one["id"] == item.pk)


def test_sf_05_the_list_holds_ones_own_applications_and_no_fifth_status(
    world: World, call: Caller
) -> None:
    case = applied(world)
    gone = applied(world, street="4 Elm Street")
    withdraw(case=gone, actor=world.actor("agency.manager"))
    applied(world, "harbor.manager", street="5 Elm Street")

    rows = call("agency.manager").get(LIST).json()["results"]

    assert {row["number"]: row["status"] for row in rows} == {
        case.number: "Pending",
        gone.number: "",
    }
    assert call("agent").get(LIST).status_code == 403
    assert call("osd.staff").get(LIST).status_code == 403


def test_sf_07_questions_are_answered_one_by_one_and_sent_by_the_act(
    world: World, call: Caller
) -> None:
    case = applied(world)
    lease, sign = asked(world, case)
    api = call("agency.manager")
    saved = api.post(_question(case, lease), {"answer": "We do.", "seen": _seen(api, case, lease)})
    assert (saved.status_code, saved.json()["lacks"]) == (200, "")

    early = api.post(f"cases/{case.number}/acts/answer/")
    assert early.status_code == 409
    assert "Question 2: It needs a file." in early.content.decode()

    data = {"answer": "", "seen": _seen(api, case, sign), "file": picture()}
    assert api.upload(_question(case, sign), data).json()["file_name"] == "sign.png"
    assert api.post(f"cases/{case.number}/acts/answer/").status_code == 200
    case.refresh_from_db()
    assert case.status == PENDING


def test_an_answer_that_was_changed_meanwhile_is_a_conflict(world: World, call: Caller) -> None:
    case = applied(world)
    lease, _ = asked(world, case)
    api = call("agency.manager")
    seen = _seen(api, case, lease)
    api.post(_question(case, lease), {"answer": "The landlord.", "seen": seen})
    assert api.post(_question(case, lease), {"answer": "We do.", "seen": seen}).status_code == 409
    lease.refresh_from_db()
    assert lease.answer == "The landlord."


def test_others_find_neither_application_nor_question(world: World, call: Caller) -> None:
    case = applied(world)
    lease, _ = asked(world, case)
    stranger = call("harbor.manager")
    assert stranger.get(f"{LIST}{case.number}/").status_code == 404
    body = {"answer": "Mine.", "seen": ""}
    assert stranger.post(_question(case, lease), body | {"seen": "0"}).status_code == 404
    assert call("osd.staff").post(_question(case, lease), body).status_code == 403
    assert call("osd.staff").get(f"{LIST}{case.number}/").json()["status"] == "Pending Information"


def test_an_application_is_withdrawn_by_the_act(world: World, call: Caller) -> None:
    case = applied(world)
    api = call("agency.manager")
    assert api.post(f"cases/{case.number}/acts/withdraw/").status_code == 200
    case.refresh_from_db()
    assert case.status == WITHDRAWN
    shown = api.get(f"{LIST}{case.number}/").json()
    assert (shown["status"], shown["is_withdrawn"]) == ("", True)
