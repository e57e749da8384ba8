"""From the draft to the archive, by two people (AL-01, AL-02, C.9)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from notifications.briefings import services
from notifications.briefings.models import Briefing, BriefingChange, Category, State
from portal.casework.machine import Conflict, Refused
from portal.documents.refusals import SsnRefused
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from tests.notifications.briefings.ground import (
    COLLEAGUE,
    WRITER,
    approve,
    hire,
    schedule,
    send,
    sent,
    write,
)
from tests.world import NOW, World


def test_the_categories_are_those_of_the_source_AL_02() -> None:
    assert [category.label for category in Category] == [
        "Special announcement",
        "Policy change",
        "System update",
        "Important date",
        "Enroller resource",
    ]


def test_draft_approved_scheduled_sent_archived_AL_01(world: World) -> None:
    briefing = write(world)
    assert briefing.state == State.DRAFT
    assert approve(world, briefing).state == State.APPROVED
    briefing = services.schedule_briefing(actor=world.actor(WRITER), briefing=briefing)
    assert briefing.state == State.SCHEDULED
    send(world)
    briefing.refresh_from_db()
    assert (briefing.state, briefing.sent_at) == (State.SENT, NOW)
    archived = services.archive_briefing(actor=world.actor(COLLEAGUE), briefing=briefing)
    assert archived.state == State.ARCHIVED
    assert [change.what for change in archived.changes.order_by("pk")] == [
        "written",
        "approved",
        "scheduled",
        "sent",
        "archived",
    ]


def test_whoever_wrote_a_word_cannot_approve_it_and_a_change_needs_a_new_approval(
    world: World,
) -> None:
    briefing = write(world)
    with pytest.raises(Refused, match="colleague"):
        services.approve_briefing(
            actor=world.actor(WRITER), briefing=briefing, expected_version=briefing.version
        )
    briefing = approve(world, briefing)
    briefing = services.change_briefing(
        actor=world.actor(COLLEAGUE),
        briefing=briefing,
        expected_version=briefing.version,
        title="Renewals begin on Tuesday",
    )
    assert briefing.state == State.DRAFT
    for key in (WRITER, COLLEAGUE):
        with pytest.raises(Refused, match="colleague"):
            services.approve_briefing(
                actor=world.actor(key), briefing=briefing, expected_version=briefing.version
            )


def test_what_was_changed_since_it_was_read_is_not_approved(world: World) -> None:
    briefing = write(world)
    services.change_briefing(
        actor=world.actor(WRITER), briefing=briefing, expected_version=1, summary="Other words."
    )
    with pytest.raises(Conflict):
        services.approve_briefing(
            actor=world.actor(COLLEAGUE), briefing=briefing, expected_version=1
        )


def test_nothing_that_is_not_approved_can_be_sent(world: World) -> None:
    with pytest.raises(Refused, match="approved"):
        services.schedule_briefing(actor=world.actor(WRITER), briefing=write(world))


def test_one_that_waits_can_be_stopped_and_one_that_went_cannot(world: World) -> None:
    briefing = schedule(world, NOW + timedelta(hours=2))
    assert send(world).briefings == 0
    briefing = services.cancel_briefing(actor=world.actor(COLLEAGUE), briefing=briefing)
    assert (briefing.state, briefing.send_at) == (State.APPROVED, None)
    assert send(world, NOW + timedelta(hours=3)).briefings == 0
    services.schedule_briefing(actor=world.actor(WRITER), briefing=briefing)
    send(world)
    with pytest.raises(Refused, match="waits for its time"):
        services.cancel_briefing(actor=world.actor(WRITER), briefing=briefing)
    with pytest.raises(Refused, match="Stop it first"):
        services.change_briefing(
            actor=world.actor(WRITER), briefing=briefing, expected_version=1, title="Other"
        )


def test_a_time_that_has_passed_is_refused(world: World) -> None:
    with pytest.raises(ValidationError, match="has passed"):
        schedule(world, NOW - timedelta(minutes=1))


def test_an_audience_of_nobody_is_told_before_it_goes(world: World) -> None:
    with pytest.raises(Refused, match="nobody"):
        schedule(world, languages=["Klingon"])


@pytest.mark.parametrize("field", ["title", "summary", "body"])
def test_no_consumer_is_named_by_a_number_EA_06(world: World, field: str) -> None:
    with pytest.raises(SsnRefused):
        write(world, **{field: "Call about 219-09-9999"})
    with pytest.raises(ValidationError, match="case number") as refusal:
        write(world, **{field: "See case 5012345678."})
    assert field in refusal.value.message_dict
    assert write(world, **{field: "Call 916-555-0100 or (510) 555-0101."})
    assert Briefing.objects.count() == 1


def test_only_outreach_and_sales_write_and_no_other_exchange_knows_of_it(
    world: World, other_world: World
) -> None:
    briefing = write(world)
    for key in ("agent", "agency.manager", "ea.lead", "admin", "office.staff"):
        with pytest.raises(NotAllowed):
            services.approve_briefing(actor=world.actor(key), briefing=briefing, expected_version=1)
    with pytest.raises(Briefing.DoesNotExist):
        services.approve_briefing(
            actor=other_world.actor(WRITER), briefing=briefing, expected_version=1
        )


def test_the_history_cannot_be_rewritten_and_the_ledger_holds_no_words(world: World) -> None:
    hire(world, COLLEAGUE)
    briefing = sent(world)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        BriefingChange.objects.filter(briefing=briefing).update(what="written")
    entries = LedgerEntry.objects.filter(action__startswith="briefings.")
    assert {entry.action for entry in entries} == {
        "briefings.written",
        "briefings.approved",
        "briefings.scheduled",
        "briefings.sent",
    }
    assert all("Renewals" not in str(entry.data) for entry in entries)


def test_the_contact_and_the_newsroom_are_the_exchanges_own_AL_04_AL_05(world: World) -> None:
    rules = services.set_rules(
        actor=world.actor("admin"),
        contact_email="outreach@exchange.example",
        newsroom_url="https://news.exchange.example/releases/",
    )
    assert rules.contact_email == "outreach@exchange.example"
    with pytest.raises(ValidationError):
        services.set_rules(
            actor=world.actor("admin"), contact_email="", newsroom_url="http://news.example/"
        )
    with pytest.raises(NotAllowed):
        services.set_rules(actor=world.actor(WRITER), contact_email="", newsroom_url="")


def test_what_is_due_over_the_change_of_the_clocks_goes_at_its_hour(world: World) -> None:
    # Daylight saving ends on 2 November 2025: eight in Los Angeles is 16:00 UTC from then on.
    with time_machine.travel(NOW - timedelta(days=5), tick=False):
        schedule(world, NOW.replace(day=3, hour=16, minute=0))
        assert send(world, NOW.replace(day=3, hour=15, minute=59)).briefings == 0
        assert send(world, NOW.replace(day=3, hour=16, minute=0)).briefings == 1
