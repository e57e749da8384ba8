"""The transition table of a help request, held against C.4 over every status, act and role.

Written out by hand: this is the specification, not a reading of the code's own table.
"""

from __future__ import annotations

import pytest

from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.services import check_allowed
from portal.help_requests.table import MACHINE
from portal.tenancy.actor import NotAllowed
from tests.help_requests.conftest import Desk

LABELS = {
    "submitted": "Submitted",
    "in_progress": "In Progress",
    "waiting_on_enroller": "Waiting on Enroller",
    "resolved": "Resolved",
    "closed": "Closed",
    "cancelled": "Cancelled",
}
TRANSITIONS = {
    ("submitted", "start"): "in_progress",
    ("submitted", "cancel"): "cancelled",
    ("in_progress", "ask_enroller"): "waiting_on_enroller",
    ("waiting_on_enroller", "enroller_answered"): "in_progress",
    ("waiting_on_enroller", "enroller_replied"): "in_progress",
    ("waiting_on_enroller", "auto_resolve"): "resolved",
    ("in_progress", "resolve"): "resolved",
    ("resolved", "close"): "closed",
    ("resolved", "reopen"): "in_progress",
    ("closed", "reopen"): "in_progress",
    ("resolved", "take_up_again"): "in_progress",
    ("closed", "take_up_again"): "in_progress",
}
#: Acts of this kind that leave the status as it is, and from where.
STAYING = {
    "answer_enroller": {"in_progress", "waiting_on_enroller", "resolved"},
    "reroute": {"submitted", "in_progress"},
    "escalate": {"in_progress"},
    "ticket_ended": {"submitted", "in_progress", "waiting_on_enroller"},
    "enroller_wrote": {"submitted", "in_progress"},
    "rate": {"closed"},
}
TEAMS = {"scr", "contracts", "certification"}
ENROLLERS = {
    *("agency.manager", "agent1", "agent", "agent2b", "admin1", "admin2", "harbor.agent"),
    *("entity.contact", "cec"),
}
OTHERS = {"eru.specialist", "eru.lead", "ea.analyst", "office.staff", "privacy", "admin"}
#: Whose role has the act.
HANDS = {
    **dict.fromkeys(
        (
            *("start", "ask_enroller", "enroller_answered", "answer_enroller", "reroute"),
            *("ticket_ended", "resolve", "auto_resolve", "close", "take_up_again"),
        ),
        TEAMS,
    ),
    "escalate": {"scr"},
    **dict.fromkeys(("enroller_replied", "enroller_wrote", "reopen", "cancel", "rate"), ENROLLERS),
}
BY_SYSTEM = {"auto_resolve", "close", "ticket_ended"}


def may_start(status: str, act: str) -> bool:
    return (status, act) in TRANSITIONS or status in STAYING.get(act, ())


def test_c4_the_statuses_bear_the_names_of_the_table() -> None:
    assert {key: status.label for key, status in MACHINE.statuses.items()} == LABELS
    assert MACHINE.initial == "submitted"
    assert {k for k, s in MACHINE.statuses.items() if s.is_waiting} == {"waiting_on_enroller"}


def test_c4_the_table_has_these_acts_and_leads_to_these_statuses() -> None:
    assert set(HANDS) == {act for _, act in TRANSITIONS} | set(STAYING)
    assert set(HANDS) < set(MACHINE.acts)
    assert "transfer" not in MACHINE.acts, "a re-route tells the enroller, a transfer would not"
    for (_, key), target in TRANSITIONS.items():
        assert MACHINE.acts[key].target == target
    for key in STAYING:
        assert MACHINE.acts[key].target is None


@pytest.mark.parametrize("status", LABELS)
def test_c4_every_act_is_open_to_whom_the_table_names_and_to_nobody_else(
    desk: Desk, status: str
) -> None:
    case = desk.standing_in(status)
    for who in TEAMS | ENROLLERS | OTHERS:
        actor = desk.actor(who)
        case.owner = actor.person
        for key in HANDS:
            assert _outcome(case, key, actor) == (
                "open"
                if who in HANDS[key] and may_start(status, key)
                else "refused"
                if who in HANDS[key]
                else "not allowed"
            ), f"{who} {key} from {status}"


@pytest.mark.parametrize("status", LABELS)
def test_c4_the_system_performs_what_the_table_gives_it(desk: Desk, status: str) -> None:
    case = desk.standing_in(status)
    for key in HANDS:
        expected = "not allowed"
        if key in BY_SYSTEM:
            expected = "open" if may_start(status, key) else "refused"
        assert _outcome(case, key, desk.world.system) == expected, f"{key} from {status}"


def test_c4_an_act_of_the_owner_is_refused_to_a_colleague(desk: Desk) -> None:
    case = desk.standing_in("in_progress")
    case.owner = desk.actor("contracts").person
    for key in ("ask_enroller", "answer_enroller", "escalate", "resolve"):
        assert _outcome(case, key, desk.actor("scr")) == "refused"


def _outcome(case: Case, key: str, actor: object) -> str:
    try:
        check_allowed(MACHINE.act(key), case, actor)  # type: ignore[arg-type]
    except NotAllowed:
        return "not allowed"
    except Refused:
        return "refused"
    return "open"
