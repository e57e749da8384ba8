"""The Service Center's kinds of work, held against C.2a and C.3 over every status, act and role.

The tables are written out by hand on purpose: they are the specification, not a reading of the
code's own. Every status × act × role is then compared with them.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from escalations.tickets import workkinds
from portal.casework import kinds
from portal.casework.machine import Machine, Refused
from portal.casework.models import Case
from portal.casework.services import check_allowed
from portal.tenancy.actor import NotAllowed
from tests.world import World

Table = Mapping[tuple[str, str], str]

CARRIER = {"ask_carrier": "pending_carrier", "carrier_answered": "in_progress"}
DESK = {"wait_for_help_desk": "pending_help_desk", "help_desk_done": "in_progress"}
CONSUMER = {"ask_consumer": "pending_consumer", "consumer_answered": "in_progress"}
ENROLLER = {"ask_enroller": "pending_enroller", "enroller_answered": "in_progress"}


def table(
    *rows: str,
    waits: tuple[Mapping[str, str], ...] = (),
    ended: tuple[str, ...] = ("resolved",),
    early: tuple[str, ...] = ("new",),
    others: tuple[str, ...] = (),
) -> dict[tuple[str, str], str]:
    """``"new start in_progress"`` and what every kind shares: waits, endings, early ends."""
    found = {}
    for row in rows:
        source, act, target = row.split()
        found[source, act] = target
    waiting = []
    for wait in waits:
        (begin, status), (end, back) = wait.items()
        found["in_progress", begin] = status
        found[status, end] = back
        waiting.append(status)
        if status == "pending_consumer":
            found[status, "no_answer"] = "resolved" if "resolved" in ended else "closed"
    for status in ended:
        found[status, "close"] = "closed"
        found[status, "reopen"] = "in_progress"
    for status in ("closed", "returned"):
        found[status, "reopen"] = "in_progress"
    for status in (*early, "in_progress"):
        found[status, "return_ticket"] = "returned"
    for status in {"new", "in_progress", *early, *others, *waiting}:
        found[status, "cancel"] = "cancelled"
        found[status, "mark_duplicate"] = "duplicate"
    return found


SPECIFICATION: dict[str, Table] = {
    "ticket": table(
        "new start in_progress",
        "in_progress resolve resolved",
        waits=(CONSUMER, ENROLLER, CARRIER, DESK),
    ),
    "access_to_care": table(
        "new triage_urgent triaged",
        "new triage_not_urgent triaged",
        "triaged start in_progress",
        "in_progress resolve resolved",
        waits=(CARRIER, CONSUMER, DESK),
        early=("triaged",),
    ),
    "complaint": table(
        "new acknowledge_complaint acknowledged",
        "acknowledged start in_progress",
        "in_progress draft_response response_drafted",
        "response_drafted revise_response in_progress",
        "response_drafted send_response response_sent",
        waits=(CONSUMER, CARRIER, DESK),
        ended=("response_sent",),
        early=("acknowledged",),
        others=("response_drafted",),
    ),
    "form_1095a": table(
        "new start in_progress",
        "in_progress issue_corrected corrected",
        "in_progress keep_form no_change",
        waits=(CONSUMER, CARRIER, DESK),
        ended=("corrected", "no_change"),
    ),
    "verification": table(
        "new start in_progress",
        "in_progress verify verified",
        "in_progress need_documents more_documents",
        ended=("verified", "more_documents"),
    ),
    "social_media": table(
        "new start in_progress", "in_progress resolve resolved", waits=(CONSUMER,)
    ),
    "qhp_contact": table(
        "new start in_progress", "in_progress resolve resolved", waits=(CARRIER, ENROLLER, DESK)
    ),
    "system_error": table(
        "new start in_progress", "in_progress resolve resolved", waits=(DESK, CONSUMER)
    ),
    "privacy_contact": table(
        "new start in_progress", "in_progress resolve resolved", waits=(CONSUMER,)
    ),
    "meds_license": table(
        "new start in_progress",
        "in_progress approve_license approved",
        "approved issue_license issued",
        "in_progress refuse_license license_refused",
        "approved refuse_license license_refused",
        ended=("issued", "license_refused"),
        others=("approved",),
    ),
    "help_desk": {
        ("drafted", "submit_help_desk"): "submitted",
        ("drafted", "cancel"): "cancelled",
        ("submitted", "vendor_works"): "with_vendor",
        ("submitted", "record_fix"): "fixed",
        ("with_vendor", "record_fix"): "fixed",
        ("submitted", "reject_help_desk"): "rejected",
        ("with_vendor", "reject_help_desk"): "rejected",
        ("fixed", "verify_fix"): "verified",
        ("fixed", "fix_failed"): "with_vendor",
        ("verified", "close"): "closed",
        ("rejected", "close"): "closed",
    },
}
#: The people of the test world who work tickets; nobody else has an act of one.
WORKERS = frozenset(
    {
        *("eru.specialist", "eru.colleague", "eru.lead", "scr"),
        *("psu.specialist", "pau.specialist", "appeals.specialist"),
    }
)
LEADS = frozenset({"eru.lead"})
TRACKERS = frozenset({"psu.specialist"})
OTHERS = frozenset(
    {
        *("ea.analyst", "ea.lead", "office.manager", "office.staff", "agency.manager", "agent"),
        *("privacy", "qa.analyst", "admin"),
    }
)
#: Acts not open to every worker.
NARROWER = {
    **dict.fromkeys(
        (
            *("submit_help_desk", "vendor_works", "record_fix", "verify_fix", "fix_failed"),
            *("reject_help_desk", "help_desk_followed_up"),
        ),
        TRACKERS,
    ),
    "clear_urgent": LEADS,
}
#: What the system may do by itself.
SYSTEM = frozenset(
    {
        *("help_desk_done", "no_answer", "close", "reopen", "cancel", "assign_by_rule"),
        *("carrier_follow_up_due", "help_desk_review_due", "review_due"),
    }
)


def machine_of(kind: str) -> Machine:
    return kinds.get(kind).machine


@pytest.mark.parametrize("kind", SPECIFICATION)
def test_c3_each_kind_allows_exactly_the_transitions_of_its_specification(kind: str) -> None:
    machine = machine_of(kind)
    declared = {
        (status, act.key): act.target
        for status in machine.statuses
        for act in machine.from_status(status)
        if act.is_transition
    }
    assert declared == SPECIFICATION[kind]


@pytest.mark.parametrize("kind", SPECIFICATION)
def test_every_status_can_be_reached_and_every_open_one_left(kind: str) -> None:
    machine = machine_of(kind)
    reached = {machine.initial, *SPECIFICATION[kind].values()}
    assert reached == set(machine.statuses)
    for status in machine.statuses.values():
        if status.is_open:
            assert any(source == status.key for source, _ in SPECIFICATION[kind])


@pytest.mark.parametrize("kind", SPECIFICATION)
def test_every_status_act_and_role_is_allowed_exactly_as_specified(world: World, kind: str) -> None:
    machine, spec = machine_of(kind), SPECIFICATION[kind]
    case = Case(exchange=world.exchange, kind=kind, number="T-1")
    actors = {key: world.actor(key) for key in WORKERS | OTHERS}
    wrong = []
    for status in machine.statuses.values():
        case.status, case.is_open = status.key, status.is_open
        for act in machine.acts.values():
            if not act.is_transition and act.key not in NARROWER:
                continue
            possible = (status.key, act.key) in spec or (
                not act.is_transition and act.starts_from(status)
            )
            hands = NARROWER.get(act.key, WORKERS)
            if kind == "help_desk" and act.key == "close":
                hands = TRACKERS
            for key, actor in actors.items():
                # Nobody owns this case: an owner's act is open to leads alone.
                may = key in hands and (not act.by_owner or key in LEADS)
                if allowed(act, case, actor) != (may and possible):
                    wrong.append((status.key, act.key, key))
            if allowed(act, case, world.system) != (act.key in SYSTEM and possible):
                wrong.append((status.key, act.key, "system"))
    assert wrong == []


def allowed(act, case: Case, actor) -> bool:
    try:
        check_allowed(act, case, actor)
    except (NotAllowed, Refused):
        return False
    return True


@pytest.mark.parametrize("kind", SPECIFICATION)
def test_every_act_of_a_person_has_a_door(kind: str) -> None:
    found = kinds.get(kind)
    timed = {"carrier_follow_up_due", "help_desk_review_due", "review_due", "assign_by_rule"}
    without = set(found.machine.acts) - set(found.doors) - timed
    assert without <= {act for act in without if act.startswith("letter")}, without


def test_the_specification_knows_every_kind_of_this_room() -> None:
    from escalations.tickets.work import WORK_KINDS

    assert {"ticket", *(kind.key for kind in WORK_KINDS)} == set(SPECIFICATION)
    assert set(SPECIFICATION) <= workkinds.kind_keys()
