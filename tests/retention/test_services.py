"""Working a CRW case: interactions, reminders, closing, reopening (C.5; CRW-12…CRW-15)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from portal.casework.machine import Conflict, Refused
from portal.casework.models import Case, Note, OutboxMessage, TimelineEvent
from portal.documents.refusals import SsnRefused
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from retention import services
from retention.models import Interaction
from retention.reasons import found_reasons
from tests.retention.ground import crw, open_crw, open_for, reason
from tests.world import NOW, World


@pytest.fixture
def case(world: World) -> Case:
    return open_crw(world)


def log(world: World, case: Case, who: str = "agent", **more: object) -> Case:
    data: dict[str, object] = {"channel": "phone", "outcome": "no_answer", **more}
    return services.log_interaction(case=case, actor=world.actor(who), **data)  # type: ignore[arg-type]


def close(world: World, case: Case, who: str = "agent", **more: object) -> Case:
    data: dict[str, object] = {
        "status": "closed",
        "reason": reason(world),
        "steps": "Compared plans; she keeps hers.",
        **more,
    }
    return services.close_case(case=case, actor=world.actor(who), **data)  # type: ignore[arg-type]


def test_the_first_interaction_begins_the_work_and_is_counted(world: World, case: Case) -> None:
    """C.5 rows 2 and 3, CRW-13."""
    assert case.status == "new"
    case = log(world, case, note="Rang long.", next_contact_on=date(2025, 11, 7))
    row = crw(case)
    assert case.status == "in_progress"
    assert (row.interaction_count, row.last_outcome, row.is_reached) == (1, "no_answer", False)
    assert (row.last_contact_at, row.next_contact_on) == (NOW, date(2025, 11, 7))
    kept = Interaction.objects.get(case=case)
    assert kept.by == world.person("agent")
    assert kept.event is not None
    assert kept.event.note is not None
    assert (kept.event.note.body, kept.event.note.kind) == ("Rang long.", Note.Kind.CONTACT)
    assert "Rang long" not in str(kept.event.data)


def test_a_consumer_who_was_spoken_with_stays_reached(world: World, case: Case) -> None:
    log(world, case, outcome="reached")
    log(world, case, outcome="no_answer")
    assert crw(case).is_reached
    assert crw(case).interaction_count == 2


def test_an_interaction_answers_a_reminder_that_is_due_and_no_later_one(
    world: World, case: Case
) -> None:
    """CRW-13: a reminder for next week does not go away because a letter went out today."""
    agent = world.actor("agent")
    services.set_reminder(case=case, actor=agent, next_contact_on=date(2025, 11, 12))
    log(world, case)
    assert crw(case).next_contact_on == date(2025, 11, 12)
    with time_machine.travel(NOW + timedelta(days=7), tick=False):
        log(world, case)
        assert crw(case).next_contact_on is None


def test_a_reminder_cannot_lie_in_the_past_and_can_be_taken_away(world: World, case: Case) -> None:
    agent = world.actor("agent")
    with pytest.raises(ValidationError, match="today or a later day"):
        services.set_reminder(case=case, actor=agent, next_contact_on=date(2025, 11, 4))
    services.set_reminder(case=case, actor=agent, next_contact_on=date(2025, 11, 5))
    assert crw(case).next_contact_on == date(2025, 11, 5)
    services.set_reminder(case=case, actor=agent, next_contact_on=None)
    assert crw(case).next_contact_on is None


@pytest.mark.parametrize(("name", "wrong"), [("channel", "pigeon"), ("outcome", "hung up")])
def test_an_interaction_names_a_channel_and_an_outcome_of_the_list(
    world: World, case: Case, name: str, wrong: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        log(world, case, **{name: wrong})
    assert set(refused.value.message_dict) == {name}


def test_an_ssn_is_kept_neither_in_a_note_nor_in_the_steps(world: World, case: Case) -> None:
    """EA-06: nothing of the act is kept either."""
    with pytest.raises(SsnRefused):
        log(world, case, note="Her SSN is 219-09-9999.")
    with pytest.raises(SsnRefused):
        close(world, case, steps="Verified SSN 219-09-9999.")
    case.refresh_from_db()
    assert (case.status, crw(case).interaction_count, crw(case).steps) == ("new", 0, "")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"status": ""}, {"status"}),
        ({"reason": None}, {"reason"}),
        ({"steps": "  "}, {"steps"}),
        ({"status": "", "reason": None, "steps": ""}, {"status", "reason", "steps"}),
    ],
)
def test_closing_without_one_of_the_three_fields_names_it(
    world: World, case: Case, given: dict[str, object], named: set[str]
) -> None:
    """CRW-14: “IMPORTANT! * Indicates Required Fields”."""
    with pytest.raises(ValidationError) as refused:
        close(world, case, **given)
    assert set(refused.value.message_dict) == named
    case.refresh_from_db()
    assert case.is_open


def test_other_needs_words_of_its_own(world: World, case: Case) -> None:
    """C.5: “Other (text)”."""
    with pytest.raises(ValidationError, match="Say in Steps to Resolve what “Other” was"):
        close(world, case, reason=reason(world, "other"), steps="")


def test_people_cannot_close_with_a_reason_of_the_system(world: World, case: Case) -> None:
    with pytest.raises(ValidationError, match="of the list"):
        close(world, case, reason=reason(world, "not_delegated"))


def test_closing_keeps_reason_steps_who_and_how_long_it_took(world: World, case: Case) -> None:
    """CRW-14, CRW-15; C.5 row 4: resolution time = close − create."""
    with time_machine.travel(NOW + timedelta(days=3, hours=2), tick=False):
        case = close(world, case)
    row = crw(case)
    assert (case.status, case.is_open, row.is_open) == ("closed", False, False)
    assert (row.reason, row.closed_by) == (reason(world), world.person("agent"))
    assert row.open_seconds == (3 * 24 + 2) * 3600
    assert row.steps == "Compared plans; she keeps hers."


def test_a_manager_and_a_primary_contact_close_for_their_people_and_a_colleague_does_not(
    world: World, case: Case
) -> None:
    """C.5 row 4, X-07: to a colleague the case does not exist."""
    with pytest.raises(Case.DoesNotExist):
        close(world, case, "agent2b")
    close(world, case, "agency.manager")
    other = open_crw(world, "cec", code="bridge")
    close(world, other, "entity.contact")


def test_a_stale_page_closes_nothing(world: World, case: Case) -> None:
    version = case.version
    services.set_reminder(case=case, actor=world.actor("agent"), next_contact_on=None)
    closed = close(world, case, expected_version=version)
    with pytest.raises(Conflict):
        services.reopen_case(
            case=closed, actor=world.actor("agency.manager"), reason="x", expected_version=version
        )


def test_a_closed_case_is_worked_no_more(world: World, case: Case) -> None:
    close(world, case)
    with pytest.raises(Refused, match="not possible while the case is"):
        log(world, case)


def test_a_manager_reopens_with_a_reason_and_the_holder_is_told(world: World, case: Case) -> None:
    """C.5 row 6."""
    close(world, case)
    manager = world.actor("agency.manager")
    with pytest.raises(ValidationError):
        services.reopen_case(case=case, actor=manager, reason=" ")
    with time_machine.travel(NOW + timedelta(days=10), tick=False):
        case = services.reopen_case(case=case, actor=manager, reason="She cancelled after all.")
    row = crw(case)
    assert (case.status, row.is_open, row.reason, row.steps) == ("in_progress", True, None, "")
    assert row.aged_from == NOW + timedelta(days=10), "the ten closed days do not age it"
    assert OutboxMessage.objects.filter(key="retention.reopened", case=case).exists()


def test_an_agent_does_not_reopen(world: World, case: Case) -> None:
    close(world, case)
    with pytest.raises(NotAllowed):
        services.reopen_case(case=case, actor=world.actor("agent"), reason="x")


def test_nothing_is_reopened_beside_another_open_case_of_the_year(world: World, case: Case) -> None:
    """C.5 row 1: one open case per consumer and plan year."""
    close(world, case)
    open_for(world, crw(case).consumer)
    with pytest.raises(Refused, match="another open case"):
        services.reopen_case(case=case, actor=world.actor("agency.manager"), reason="Again.")


def test_every_act_leaves_a_line_and_a_ledger_entry_without_personal_data(
    world: World, case: Case
) -> None:
    log(world, case, note="Rosa wants to think.")
    close(world, case)
    verbs = list(TimelineEvent.objects.filter(case=case).values_list("verb", flat=True))
    assert verbs == ["opened", "log_interaction", "close"]
    entries = LedgerEntry.objects.filter(case_ids__contains=[case.pk])
    assert {entry.action for entry in entries} >= {"crw.opened", "retention.work"}
    assert all("Rosa" not in str(entry.data) for entry in entries)


def test_founding_reasons_twice_changes_nothing(world: World) -> None:
    """Decision 19: the proposed list of C.5, and what the system closes with."""
    found_reasons(exchange=world.exchange)
    reason(world).label  # noqa: B018
    found_reasons(exchange=world.exchange)
    labels = list(
        reason(world).__class__.objects.filter(exchange=world.exchange, by_system_only=False)
        .values_list("label", flat=True)
    )  # fmt: skip
    assert labels == [
        "Renewed – same plan",
        "Renewed – changed plan",
        "Will auto-renew",
        "Declined – cost",
        "Declined – obtained employer coverage",
        "Declined – Medicare",
        "Declined – Medi-Cal",
        "Moved out of state",
        "Unable to contact",
        "Wrong contact information",
        "Working with another enroller",
        "Deceased",
        "Other",
    ]
