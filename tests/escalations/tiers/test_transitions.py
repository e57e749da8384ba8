"""The two transition tables, held against C.9 and C.8 over every status, act and role.

The expectations are written out by hand on purpose: they are the specification, not a reading of
the code's own table.
"""

from __future__ import annotations

import pytest

from escalations.tiers.appeal_table import MACHINE as PLAN_APPEAL
from escalations.tiers.table import MACHINE as MEMBER_CASE
from portal.casework.machine import Machine, Refused
from portal.casework.models import Case
from portal.casework.services import check_allowed
from portal.tenancy.actor import NotAllowed
from tests.escalations.tiers.ground import open_case
from tests.world import World

_OPEN = (
    *("tier1", "tier1_member", "tier1_employer"),
    *("tier2", "tier2_member", "tier2_employer"),
    *("tier3", "tier3_member", "tier3_employer"),
)
MEMBER_CASE_TRANSITIONS = {
    ("tier1", "escalate_tier_2"): "tier2",
    ("tier1", "escalate_tier_3"): "tier3",
    ("tier2", "escalate_tier_3"): "tier3",
    ("tier3", "lower_tier_2"): "tier2",
    ("tier2", "lower_tier_1"): "tier1",
    ("tier1", "ask_member_1"): "tier1_member",
    ("tier1", "ask_employer_1"): "tier1_employer",
    ("tier1_member", "member_answered_1"): "tier1",
    ("tier1_employer", "employer_answered_1"): "tier1",
    ("tier2", "ask_member_2"): "tier2_member",
    ("tier2", "ask_employer_2"): "tier2_employer",
    ("tier2_member", "member_answered_2"): "tier2",
    ("tier2_employer", "employer_answered_2"): "tier2",
    ("tier3", "ask_member_3"): "tier3_member",
    ("tier3", "ask_employer_3"): "tier3_employer",
    ("tier3_member", "member_answered_3"): "tier3",
    ("tier3_employer", "employer_answered_3"): "tier3",
    ("tier1", "resolve"): "resolved",
    ("tier2", "resolve"): "resolved",
    ("tier3", "resolve"): "resolved",
    ("resolved", "close"): "closed",
    ("resolved", "reopen"): "tier1",
    ("closed", "reopen"): "tier1",
    **{(status, "cancel"): "cancelled" for status in _OPEN},
}
PLAN_APPEAL_TRANSITIONS = {
    ("received", "acknowledge"): "acknowledged",
    ("acknowledged", "complete_packet"): "packet_complete",
    ("packet_complete", "begin_review"): "under_review",
    ("under_review", "decide"): "decided",
    ("decided", "close"): "closed",
    ("received", "cancel"): "withdrawn",
    ("acknowledged", "cancel"): "withdrawn",
    ("packet_complete", "cancel"): "withdrawn",
    ("under_review", "cancel"): "withdrawn",
}
_ALL_TIERS = {"tier1", "tier2", "tier3"}
_TIER_3 = {"tier3"}
#: Who may ever perform an act by hand, as its owner where the table asks for one.
MEMBER_CASE_HANDS = {
    "escalate_tier_2": {"tier1", "tier2"},
    "escalate_tier_3": {"tier1", "tier2"},
    "lower_tier_2": {"tier2", "tier3"},
    "lower_tier_1": {"tier2", "tier3"},
    "assign_case_manager": _TIER_3,
    "record_contact": _ALL_TIERS,
    "answer_email": _ALL_TIERS,
    "complete_research": _ALL_TIERS,
    "resolve": _ALL_TIERS,
    **{f"ask_{p}_{n}": _ALL_TIERS for p in ("member", "employer") for n in (1, 2, 3)},
    **{f"{p}_answered_{n}": _ALL_TIERS for p in ("member", "employer") for n in (1, 2, 3)},
    # Any unit's people close, reopen and cancel what they may know of.
    "close": _ALL_TIERS | {"lead"},
    "reopen": _ALL_TIERS | {"lead"},
    "cancel": _ALL_TIERS | {"lead"},
    "note": _ALL_TIERS | {"lead"},
    "attach": _ALL_TIERS | {"lead"},
}
PLAN_APPEAL_HANDS = {
    **dict.fromkeys(
        (
            *("acknowledge", "complete_packet", "begin_review", "decide", "close", "cancel"),
            *("assign_case_manager", "mark_expedited", "clear_expedited", "record_contact"),
            *("packet_record", "packet_waive", "packet_add"),
        ),
        _TIER_3,
    ),
    "note": _ALL_TIERS | {"lead"},
    "attach": _ALL_TIERS | {"lead"},
}
PEOPLE = ("tier1", "tier2", "tier3", "lead", "compliance", "employer", "other.employer", "admin")


@pytest.mark.parametrize(
    ("machine", "expected"),
    [(MEMBER_CASE, MEMBER_CASE_TRANSITIONS), (PLAN_APPEAL, PLAN_APPEAL_TRANSITIONS)],
)
def test_c8_c9_the_table_allows_exactly_the_transitions_of_the_specification(
    machine: Machine, expected: dict
) -> None:
    declared = {
        (status, act.key): act.target
        for status in machine.statuses
        for act in machine.from_status(status)
        if act.is_transition
    }
    assert declared == expected


@pytest.mark.parametrize("machine", [MEMBER_CASE, PLAN_APPEAL])
def test_c8_c9_every_status_can_be_reached_and_every_open_one_can_be_left(
    machine: Machine,
) -> None:
    reached = {machine.initial} | {act.target for act in machine.acts.values() if act.target}
    assert reached == set(machine.statuses)
    for status in machine.statuses.values():
        assert not status.is_open or any(
            act.is_transition and act.target != status.key
            for act in machine.from_status(status.key)
        ), f"{status.key} is a dead end"


def test_c9_each_waiting_status_names_the_party_that_holds_the_case() -> None:
    parties = {key: status.party for key, status in MEMBER_CASE.statuses.items()}
    assert {key: party for key, party in parties.items() if party != "unit"} == {
        f"tier{n}_{party}": party for n in (1, 2, 3) for party in ("member", "employer")
    }


@pytest.mark.parametrize(
    ("kind", "machine", "hands"),
    [
        ("eligibility", MEMBER_CASE, MEMBER_CASE_HANDS),
        ("formal-appeal", PLAN_APPEAL, PLAN_APPEAL_HANDS),
    ],
)
def test_c8_c9_only_the_named_roles_may_perform_each_act_from_each_status(
    calchoice: World, kind: str, machine: Machine, hands: dict[str, set[str]]
) -> None:
    """Every status × act × person; each person owns the case while they are asked about."""
    case: Case = open_case(calchoice, kind)
    actors = {key: calchoice.actor(key) for key in PEOPLE}
    wrong = []
    for status in machine.statuses:
        case.status, case.is_open = status, machine.statuses[status].is_open
        for key, who in hands.items():
            act = machine.act(key)
            for person, actor in actors.items():
                case.owner = actor.person
                expected = person in who and act.starts_from(machine.statuses[status])
                try:
                    check_allowed(act, case, actor)
                    happened = True
                except (NotAllowed, Refused):
                    happened = False
                if happened != expected:
                    wrong.append((status, key, person, happened))
    assert wrong == []


@pytest.mark.parametrize(
    ("kind", "machine", "theirs"),
    [
        (
            "eligibility",
            MEMBER_CASE,
            {"escalate_tier_2", "escalate_tier_3", "close"}
            | {"member_answer_due", "employer_answer_due"},
        ),
        ("formal-appeal", PLAN_APPEAL, set()),
    ],
)
def test_c8_c9_the_system_may_do_only_what_the_table_gives_it(
    calchoice: World, kind: str, machine: Machine, theirs: set[str]
) -> None:
    assert {act.key for act in machine.acts.values() if act.by_system} == theirs
