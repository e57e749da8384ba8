"""Macros through the API: listed, tried, run."""

from portal.casework.models import Case
from tests.api.conftest import Caller
from tests.casework.cases import assigned_case
from tests.casework.test_macros import begin
from tests.world import World


def test_a_macro_is_listed_tried_and_run(world: World, call: Caller) -> None:
    macro, (_, ticket) = begin(world), assigned_case(world)
    specialist = call("eru.specialist")
    [listed] = specialist.get("macros/").json()
    assert (listed["id"], [step["act"] for step in listed["steps"]]) == (
        macro.pk,
        ["take", "start", "note"],
    )
    body = {"numbers": [ticket.number], "preview": True}
    tried = specialist.post(f"macros/{macro.pk}/run/", body).json()
    assert tried["done"] == []
    assert [outcome["possible"] for outcome in tried["preview"][0]["outcomes"]] == [True] * 3
    assert Case.objects.get(pk=ticket.pk).owner is None
    done = specialist.post(f"macros/{macro.pk}/run/", {"numbers": [ticket.number]})
    assert done.json()["done"] == [ticket.number]
    again = specialist.post(f"macros/{macro.pk}/run/", {"numbers": [ticket.number]})
    assert again.status_code == 400
    assert ticket.number in again.content.decode()


def test_macros_of_other_units_and_outside_people_are_refused(world: World, call: Caller) -> None:
    macro, (case, _) = begin(world), assigned_case(world)
    body = {"numbers": [case.number]}
    assert call("ea.analyst").get("macros/").json() == []
    assert call("ea.analyst").post(f"macros/{macro.pk}/run/", body).status_code == 404
    assert call("office.staff").get("macros/").status_code == 403
    assert call("office.staff").post(f"macros/{macro.pk}/run/", body).status_code == 403
