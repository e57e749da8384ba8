"""Kinds of case that are worked in pages of their own stay out of the general lists."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.http import QueryDict

from portal.casework import kinds
from portal.casework.filters import Choices
from portal.casework.listing import read_list
from portal.casework.models import Case
from tests.casework.cases import assigned_case, signed_in
from tests.world import World


@pytest.fixture
def ticket(world: World, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A ticket, in a portal whose tickets have a workspace."""
    monkeypatch.setitem(kinds._kinds, "ticket", replace(kinds.get("ticket"), has_workspace=True))
    return assigned_case(world)[1]


def test_general_lists_and_their_counts_leave_out_what_has_a_workspace(
    world: World, ticket: Case
) -> None:
    actor = world.actor("eru.specialist")
    cases = read_list(actor, QueryDict("view=unit"))
    assert ticket not in cases.rows()
    assert ticket not in list(cases.page().rows)
    assert cases.counts()["unit"] == "0"
    assert "ticket" not in dict(Choices(actor).kinds)
    assert ticket.number not in signed_in(world, "eru.specialist").get("/").content.decode()


def test_search_still_leads_there(world: World, ticket: Case) -> None:
    assert Case.objects.visible_to(world.actor("eru.specialist")).filter(pk=ticket.pk).exists()
    found = signed_in(world, "eru.specialist").get("/search/", {"q": ticket.number})
    assert ticket.number in found["Location"]


def test_the_system_s_lists_leave_it_out_too(world: World, ticket: Case) -> None:
    listed = Case.objects.listed_to(world.system)
    assert set(listed.values_list("kind", flat=True)) == {"constituent"}
