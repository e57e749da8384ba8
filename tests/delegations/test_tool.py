"""The Delegation Tool's rules: DL-01…DL-05 and the rows of C.7a."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal.casework.machine import Refused
from portal.consumers import book
from portal.consumers.mirror import Consumer, Delegation
from portal.delegations import matching, tool
from portal.delegations.disclaimers import publish_disclaimers, set_rules
from portal.delegations.models import PasscodeGuard, ToolSearch
from portal.delegations.tool import Guess, Step
from portal.documents.refusals import SsnRefused
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from tests.delegations.ground import (
    BORN,
    CASE,
    DIGITS,
    FROZEN,
    NAME,
    PHONE,
    accept,
    consumer_of,
    delegate,
    matched,
    passcode_of,
    search,
    sent,
    with_number,
    wrong_for,
)
from tests.world import World

ENROLLING = ("agency.manager", "agent1", "agent", "cec")


# --- Who (C.7a row 1) ------------------------------------------------------------------------


@pytest.mark.parametrize("who", ENROLLING)
def test_agents_managers_and_counselors_search_C_7a_1(world: World, who: str) -> None:
    assert search(world.actor(who)).step == Step.DISCLAIMERS


@pytest.mark.parametrize("who", ["admin1", "admin2", "entity.contact", "scr", "office.staff"])
def test_admin_staff_and_people_who_enroll_nobody_do_not_search(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        search(world.actor(who))


def test_searches_are_limited_per_person_and_per_organization_C_7a_1(world: World) -> None:
    set_rules(
        actor=world.actor("admin"),
        pending_days=14,
        searches_per_person=2,
        searches_per_organization=3,
    )
    for _ in range(2):
        search(world.actor("agent"))
    with pytest.raises(Refused, match="one hour"):
        search(world.actor("agent"))
    search(world.actor("agent2b"))
    with pytest.raises(Refused):
        search(world.actor("agent2b"))
    assert LedgerEntry.objects.filter(action="delegations.search_limited").count() == 2
    search(world.actor("cec"))
    with time_machine.travel(FROZEN + timedelta(hours=1), tick=False):
        search(world.actor("agent"))


# --- Who is found (DL-02) ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "nayeli cardenas ruiz",
        "CÁRDENAS RUIZ, NAYELI",
        "  Ruiz   Cárdenas  Nayeli ",
        "Nayeli Cárdenas-Ruiz",
        "Nayeli Ca\u0301rdenas Ruiz",
    ],
)
def test_a_name_is_found_whatever_its_case_accents_and_order_DL_02(
    world: World, typed: str
) -> None:
    consumer_of(world)
    assert matched(world.actor("agent"), name=typed).step == Step.MATCH


@given(st.permutations(NAME.split()), st.sampled_from([str.upper, str.lower, str.title]))
def test_the_forms_of_a_name_do_not_depend_on_order_or_case(parts: list[str], style) -> None:
    assert matching.name_forms(style(" ".join(parts))) & matching.name_forms(NAME)


@pytest.mark.parametrize("one", ["陳美玲", "ليلى منصور", "Անի Հակոբյան", "សុខ សុភា", "김 민준"])
def test_names_in_every_script_are_compared(one: str) -> None:
    assert matching.name_forms(one) == matching.name_forms(f" {one} ")
    assert not matching.name_forms(one) & matching.name_forms(NAME)


def test_another_name_or_date_of_birth_finds_nobody_DL_05_1(world: World) -> None:
    consumer_of(world)
    agent = world.actor("agent")
    assert matched(agent, name="Nayeli Cárdenas").step == Step.NOT_FOUND
    assert matched(agent, date_of_birth=BORN + timedelta(days=1)).step == Step.NOT_FOUND


def test_a_number_both_sides_have_must_agree_DL_02(world: World) -> None:
    with_number(world)
    agent = world.actor("agent")
    assert matched(agent, ssn=DIGITS).step == Step.MATCH
    assert matched(agent, ssn="987654322").step == Step.NOT_FOUND
    assert matched(agent).step == Step.MATCH, "the number is recommended, not required"


def test_a_number_the_exchange_does_not_have_does_not_hide_the_consumer_DL_02(
    world: World,
) -> None:
    consumer_of(world)
    assert matched(world.actor("agent"), ssn=DIGITS).step == Step.MATCH


def test_a_number_tells_two_cases_apart_DL_02(world: World) -> None:
    with_number(world)
    with_number(world, "987654320", case_number="5000000322")
    agent = world.actor("agent")
    assert matched(agent).step == Step.MULTIPLE
    assert matched(agent, ssn=DIGITS).consumer.case_number == CASE


def test_two_rows_of_one_case_are_one_match(world: World) -> None:
    consumer_of(world)
    primary = consumer_of(world, is_primary_contact=True)
    assert matched(world.actor("agent")).consumer == primary


def test_consumers_of_another_exchange_are_not_found(world: World, other_world: World) -> None:
    other_world.enter()
    consumer_of(other_world)
    world.enter()
    assert matched(world.actor("agent")).step == Step.NOT_FOUND


def test_a_name_with_a_social_security_number_is_refused_EA_06(world: World) -> None:
    with pytest.raises(SsnRefused):
        search(world.actor("agent"), name="Nayeli SSN 219-09-9998")
    with pytest.raises(ValidationError):
        search(world.actor("agent"), name=" .,- ")


# --- Disclaimers (DL-03, C.7a row 2) ----------------------------------------------------------


def test_nothing_is_said_before_every_box_is_ticked_DL_03(world: World) -> None:
    consumer_of(world)
    agent = world.actor("agent")
    found = search(agent)
    count = len(found.disclaimers.statements())
    with pytest.raises(ValidationError):
        tool.accept_disclaimers(actor=agent, search=found, accepted=count - 1)
    assert ToolSearch.objects.get().step == Step.DISCLAIMERS
    with pytest.raises(Refused):
        tool.send_passcode(actor=agent, search=found, phone=PHONE)


def test_the_version_the_consumer_heard_is_the_evidence_of_consent_DL_01(world: World) -> None:
    consumer_of(world)
    agent = world.actor("agent")
    found = search(agent)
    publish_disclaimers(actor=world.actor("admin"), english="One.\nTwo.", spanish="Uno.\nDos.")
    tool.accept_disclaimers(actor=agent, search=found, accepted=5, language="es")
    found = tool.send_passcode(actor=agent, search=found, phone=PHONE)
    tool.check_passcode(actor=agent, search=found, passcode=passcode_of(found))
    consent = Delegation.objects.get(status="active").consent
    assert (consent["method"], consent["disclaimers"], consent["language"]) == (
        "passcode",
        1,
        "es",
    )
    assert consent["accepted_at"] == FROZEN.isoformat()
    assert search(agent).disclaimers.number == 2


def test_a_version_says_the_same_in_both_languages(world: World) -> None:
    admin = world.actor("admin")
    for english, spanish in (("One.\nTwo.", "Uno."), ("", ""), ("x" * 401, "y")):
        with pytest.raises(ValidationError):
            publish_disclaimers(actor=admin, english=english, spanish=spanish)
    with pytest.raises(NotAllowed):
        publish_disclaimers(actor=world.actor("agent"), english="One.", spanish="Uno.")


# --- Results (C.7a rows 3a–3d) ----------------------------------------------------------------


def test_the_result_is_already_delegated_for_the_same_enroller_only_DL_05_3(world: World) -> None:
    delegate(world, consumer_of(world), "agent")
    assert matched(world.actor("agent")).step == Step.ALREADY
    for other in ("agent2b", "agency.manager", "harbor.agent", "cec"):
        assert matched(world.actor(other)).step == Step.MATCH


def test_a_result_without_a_match_leads_to_no_passcode(world: World) -> None:
    delegate(world, consumer_of(world), "agent")
    agent = world.actor("agent")
    for found in (matched(agent), matched(agent, name="Nobody Here")):
        with pytest.raises(Refused):
            tool.send_passcode(actor=agent, search=found, phone=PHONE)
        with pytest.raises(Refused):
            tool.check_passcode(actor=agent, search=found, passcode="000000")
        assert found.typed_name == ""


def test_somebody_elses_search_does_not_exist(world: World) -> None:
    consumer_of(world)
    found = sent(world.actor("agent"))
    for other in ("agent2b", "agency.manager", "harbor.agent"):
        with pytest.raises(ToolSearch.DoesNotExist):
            tool.check_passcode(actor=world.actor(other), search=found, passcode=passcode_of(found))


# --- Passcode (C.7a rows 4–6, decision 20) ----------------------------------------------------


def test_the_right_passcode_delegates_the_consumer_once_DL_04(world: World) -> None:
    consumer = consumer_of(world)
    agent = world.actor("agent")
    found = sent(agent)
    code = passcode_of(found)
    assert (len(code), code.isdecimal()) == (6, True)
    assert tool.check_passcode(actor=agent, search=found, passcode=code).guess == Guess.RIGHT
    consumer.refresh_from_db()
    assert (consumer.organization, consumer.enroller) == (agent.organization, agent.person)
    delegation = Delegation.objects.get()
    assert (delegation.origin, delegation.status) == ("tool", "active")
    with pytest.raises(Refused):
        tool.check_passcode(actor=agent, search=found, passcode=code)
    found.refresh_from_db()
    assert (found.step, found.passcode_hash, found.sealed_passcode) == ("delegated", "", "")


def test_the_passcode_is_kept_as_a_keyed_hash_only_after_the_text_left(world: World) -> None:
    consumer_of(world)
    found = sent(world.actor("agent"))
    code = passcode_of(found)
    tool.forget_passcode(search=found)
    found.refresh_from_db()
    assert found.sealed_passcode == ""
    assert code not in found.passcode_hash
    assert (
        tool.check_passcode(actor=world.actor("agent"), search=found, passcode=code).guess
        == Guess.RIGHT
    )


@pytest.mark.parametrize("phone", ["916-555-0142", "+1 916 555 0142", "9165550142"])
def test_a_number_on_file_is_recognized_however_it_is_written(world: World, phone: str) -> None:
    consumer_of(world)
    assert passcode_of(sent(world.actor("agent"), phone=phone))


def test_the_number_of_the_cases_primary_contact_will_do_C_7a_4(world: World) -> None:
    consumer_of(world, phone="")
    consumer_of(world, full_name="Efraín Ruiz", phone="9165550177", is_primary_contact=True)
    assert passcode_of(sent(world.actor("agent"), phone="916 555 0177"))


def test_no_passcode_goes_to_another_number_and_nothing_tells_C_7a_4(world: World) -> None:
    consumer_of(world)
    agent = world.actor("agent")
    found = sent(agent, phone="916-555-0199")
    assert (found.sealed_passcode, found.text_to) == ("", "")
    assert (found.step, bool(found.passcode_hash)) == (Step.PASSCODE_SENT, True)
    assert PasscodeGuard.objects.get().sends == 1
    with pytest.raises(ValidationError):
        tool.send_passcode(actor=agent, search=found, phone="555-0142")


def test_a_passcode_that_went_nowhere_is_never_right(world: World, monkeypatch) -> None:
    consumer_of(world)
    agent = world.actor("agent")
    monkeypatch.setattr(tool.secrets, "randbelow", lambda _: 123456)
    found = sent(agent, phone="916-555-0199")
    assert tool.check_passcode(actor=agent, search=found, passcode="123456").guess == Guess.WRONG
    assert not Delegation.objects.exists()


def test_three_passcodes_are_the_most_in_a_day_whoever_asks(world: World) -> None:
    consumer_of(world)
    agent, other = world.actor("agent"), world.actor("harbor.agent")
    found = sent(agent)
    tool.send_passcode(actor=agent, search=found, phone="916-555-0199")
    elsewhere = sent(other)
    assert tool.sends_left(elsewhere, at=FROZEN) == 0
    for actor, row in ((agent, found), (other, elsewhere), (agent, matched(agent))):
        with pytest.raises(Refused, match="Service Center"):
            tool.send_passcode(actor=actor, search=row, phone=PHONE)
    with time_machine.travel(FROZEN + timedelta(hours=24), tick=False):
        assert passcode_of(sent(agent))


def test_a_new_passcode_ends_the_one_before_and_resets_no_count(world: World) -> None:
    consumer_of(world)
    agent = world.actor("agent")
    found = sent(agent)
    first = passcode_of(found)
    for left in (4, 3):
        guessed = tool.check_passcode(actor=agent, search=found, passcode=wrong_for(found))
        assert (guessed.guess, guessed.left) == (Guess.WRONG, left)
    tool.send_passcode(actor=agent, search=found, phone=PHONE)
    assert tool.check_passcode(actor=agent, search=found, passcode=first).left == 2


def test_five_wrong_passcodes_lock_the_consumer_for_a_day_for_everybody_C_7a_6(
    world: World,
) -> None:
    consumer_of(world)
    agent, other = world.actor("agent"), world.actor("harbor.agent")
    mine, theirs = sent(agent), sent(other)
    right = passcode_of(theirs)
    for _ in range(2):
        tool.check_passcode(actor=agent, search=mine, passcode=wrong_for(mine))
        tool.check_passcode(actor=other, search=theirs, passcode=wrong_for(theirs))
    locked = tool.check_passcode(actor=agent, search=mine, passcode=wrong_for(mine))
    assert (locked.guess, locked.until) == (Guess.LOCKED, FROZEN + timedelta(hours=24))
    # Even the right one, from another person, agency and browser.
    refused = tool.check_passcode(actor=other, search=theirs, passcode=right)
    assert (refused.guess, refused.until) == (Guess.LOCKED, FROZEN + timedelta(hours=24))
    again = matched(agent)
    with pytest.raises(Refused, match="wrong passcodes"):
        tool.send_passcode(actor=agent, search=again, phone=PHONE)
    assert not Delegation.objects.exists()
    with time_machine.travel(FROZEN + timedelta(hours=24), tick=False):
        found = sent(agent)
        done = tool.check_passcode(actor=agent, search=found, passcode=passcode_of(found))
        assert done.guess == Guess.RIGHT


def test_wrong_locked_and_expired_passcodes_are_on_the_security_log_C_7a_6(world: World) -> None:
    consumer_of(world)
    agent = world.actor("agent")
    found = sent(agent)
    for _ in range(5):
        tool.check_passcode(actor=agent, search=found, passcode=wrong_for(found))
    entries = LedgerEntry.objects.filter(action__startswith="delegations.passcode")
    kept = list(entries.order_by("pk").values_list("action", "outcome"))
    assert kept[1:] == [("delegations.passcode_wrong", "refused")] * 5 + [
        ("delegations.passcode_locked", "refused")
    ]
    assert not any(str(entry.data).count(passcode_of(found) or "none") for entry in entries)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None
)
@given(seconds=st.integers(min_value=0, max_value=899))
@example(seconds=599)
@example(seconds=600)
def test_a_passcode_works_for_exactly_ten_minutes(world: World, seconds: int) -> None:
    PasscodeGuard.objects.all().delete()
    consumer = Consumer.objects.first() or consumer_of(world)
    agent = world.actor("agent")
    with time_machine.travel(FROZEN, tick=False):
        book.end_delegation(actor=world.system, consumer=consumer, ended_by="feed")
        ToolSearch.objects.all().delete()
        found = sent(agent)
    with time_machine.travel(FROZEN + timedelta(seconds=seconds), tick=False):
        guessed = tool.check_passcode(actor=agent, search=found, passcode=passcode_of(found))
    assert guessed.guess == (Guess.RIGHT if seconds < 600 else Guess.EXPIRED)


@pytest.mark.parametrize(("seconds", "guess"), [(599, Guess.RIGHT), (600, Guess.EXPIRED)])
def test_a_passcode_expires_at_ten_minutes_to_the_second(
    world: World, seconds: int, guess: Guess
) -> None:
    consumer_of(world)
    agent = world.actor("agent")
    found = sent(agent)
    code = passcode_of(found)
    with time_machine.travel(FROZEN + timedelta(seconds=seconds), tick=False):
        assert tool.check_passcode(actor=agent, search=found, passcode=code).guess == guess
    guard = PasscodeGuard.objects.get()
    assert guard.wrong_tries == 0, "an expired passcode is no try"


@pytest.mark.parametrize("minutes", [14, 15])
def test_a_search_waits_fifteen_minutes_for_its_next_step_C_7a_1(
    world: World, minutes: int
) -> None:
    consumer_of(world)
    agent = world.actor("agent")
    found = search(agent)
    with time_machine.travel(FROZEN + timedelta(minutes=minutes), tick=False):
        if minutes < 15:
            assert accept(agent, found).step == Step.MATCH
        else:
            with pytest.raises(Refused, match="ended"):
                accept(agent, found)


def test_searches_nobody_goes_on_with_end_and_forget_what_was_typed(world: World) -> None:
    consumer_of(world)
    agent = world.actor("agent")
    typed, asked = search(agent), sent(agent)
    later = FROZEN + timedelta(minutes=16)
    assert tool.expire_searches(actor=world.system, now=later) == 2
    for row in (typed, asked):
        row.refresh_from_db()
        assert (row.step, row.typed_name, row.passcode_hash, row.text_to) == ("expired", "", "", "")
    assert tool.expire_searches(actor=world.system, now=later) == 0
    assert LedgerEntry.objects.filter(action="delegations.passcode_expired").count() == 1


@given(st.text(max_size=14))
def test_no_text_but_nine_digits_is_taken_for_a_number(text: str) -> None:
    digits = matching.ssn_digits(text)
    assert digits == "" or (len(digits) == 9 and digits.isascii() and digits.isdecimal())


def test_a_role_lost_ends_the_tool_at_the_next_step(world: World) -> None:
    consumer_of(world)
    agent = world.actor("agent")
    found = sent(agent)
    membership = world.memberships["agent"]
    membership.role.actions.remove("delegations.search")
    membership.role.save()
    with pytest.raises(NotAllowed):
        tool.check_passcode(actor=world.actor("agent"), search=found, passcode=passcode_of(found))
