"""Who sees which entry of the primary navigation."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.ui import navigation
from portal.ui.navigation import NavItem, NavMenu

ITEMS = (
    NavItem("home", "Home", "home", order=1),
    NavItem("queue", "Queue", "casework:queue", "case.view", order=2),
    NavItem("intake", "Intake", "intake", "case.open", order=3),
    NavItem("gone", "A wing that is not installed", "nowhere:list", order=4),
)


class ActorWith:
    """An actor that holds just these actions."""

    def __init__(self, *actions: str) -> None:
        self.actions = actions

    def may(self, action: str) -> bool:
        return action in self.actions


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, ui_site: None) -> None:
    """Replace what the rooms registered by the items above."""
    monkeypatch.setattr(navigation, "_items", {})
    for item in reversed(ITEMS):
        navigation.register(item)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=st.sets(st.sampled_from(["case.view", "case.open", "other"])))
def test_an_actor_sees_exactly_the_items_the_role_allows(registry: None, actions: set[str]) -> None:
    keys = [link.key for link in navigation.links_for(ActorWith(*actions), "/elsewhere/")]
    expected = ["home"]
    expected += ["queue"] if "case.view" in actions else []
    expected += ["intake"] if "case.open" in actions else []
    assert keys == expected


def test_an_item_with_a_rule_of_its_own_is_offered_to_whom_it_says(registry: None) -> None:
    rule = NavItem("rare", "Rare", "intake", "case.open", offered=lambda who: who.may("other"))
    navigation.register(rule)
    for actions, expected in (
        (("case.open", "other"), True),
        (("case.open",), False),
        (("other",), False),
    ):
        links = navigation.links_for(ActorWith(*actions), "/elsewhere/")
        assert ("rare" in [link.key for link in links]) is expected


def test_a_signed_out_visitor_sees_no_item(registry: None) -> None:
    assert navigation.links_for(None, "/") == ()


def test_the_longest_matching_address_is_the_current_page(registry: None) -> None:
    links = navigation.links_for(ActorWith("case.view", "case.open"), "/queue/saved/7/")
    assert [link.key for link in links if link.current] == ["queue"]


def test_home_is_current_only_on_the_home_page(registry: None) -> None:
    links = navigation.links_for(ActorWith(), "/somewhere/")
    assert not any(link.current for link in links)
    assert navigation.links_for(ActorWith(), "/")[0].current


def test_a_key_is_taken_once_and_registering_again_is_harmless(registry: None) -> None:
    navigation.register(ITEMS[0])
    with pytest.raises(ValueError, match="already taken"):
        navigation.register(NavItem("home", "Another", "home"))


def _links(work: int, other: int) -> tuple[navigation.NavLink, ...]:
    return tuple(
        navigation.NavLink(f"{section}-{n}", "Label", "/", section, current=False)
        for section, count in (("work", work), ("organization", other))
        for n in range(count)
    )


def test_a_short_row_has_no_menu() -> None:
    bar = navigation.lay_out(_links(work=4, other=3))
    assert (len(bar.row), bar.menus) == (7, ())


def test_a_long_row_keeps_daily_work_and_folds_the_rest_without_losing_an_item() -> None:
    links = _links(work=3, other=5)
    bar = navigation.lay_out(links)
    assert {link.section for link in bar.row} == {"work"}
    assert [menu.label for menu in bar.menus] == ["Manage"]
    assert set(bar.row + bar.menus[0].links) == set(links)


def test_a_long_row_of_daily_work_alone_has_no_empty_menu() -> None:
    assert navigation.lay_out(_links(work=9, other=0)).menus == ()


def test_a_closed_menu_says_that_it_holds_the_current_page() -> None:
    here = navigation.NavLink("people", "People", "/people/", "organization", current=True)
    [menu] = navigation.lay_out((*_links(work=3, other=5), here)).menus
    assert menu.is_current
    [menu] = navigation.lay_out(_links(work=3, other=5)).menus
    assert not menu.is_current


def test_a_menu_gathers_its_sections_for_those_who_have_it_EP_04(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(navigation, "_menus", {})
    menu = NavMenu(
        "agency", "Agency/Entity", frozenset({"organization"}), lambda actor: actor.may("agency")
    )
    navigation.register_menu(menu)
    navigation.register_menu(menu)
    with pytest.raises(ValueError, match="twice"):
        navigation.register_menu(NavMenu("agency", "Other", frozenset(), lambda actor: True))
    links = _links(work=3, other=2)
    theirs = navigation.lay_out(links, ActorWith("agency"))
    assert [(shown.label, len(shown.links)) for shown in theirs.menus] == [("Agency/Entity", 2)]
    assert len(theirs.row) == 3
    assert navigation.lay_out(links, ActorWith()).menus == ()
    assert navigation.lay_out(_links(work=3, other=0), ActorWith("agency")).menus == ()
