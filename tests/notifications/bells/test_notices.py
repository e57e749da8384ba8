"""System Outage and Custom Messaging: who says what to whom, and when it rings (BN-02, N-12)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notifications.bells import services
from notifications.bells.notices import Notice, NoticeState
from notifications.drain import drain_outbox
from notifications.models import Bell
from portal.casework.machine import Refused
from portal.casework.models import OutboxMessage
from portal.documents.refusals import SsnRefused
from portal.tenancy.actor import NotAllowed
from tests.api.conftest import Caller, call  # noqa: F401
from tests.world import NOW, World

HOUR = timedelta(hours=1)


def _announce(world: World, key: str = "admin", **values: Any) -> Notice:
    given = {
        "kind": "outage",
        "audience": "everybody",
        "title": "The portal is down tonight from 10 PM to midnight",
        "body": "Save your drafts before.",
        "starts_at": NOW,
        "expires_at": NOW + 24 * HOUR,
    }
    return services.announce(actor=world.actor(key), **(given | values))


def _drain(world: World, at: datetime = NOW) -> int:
    bells = drain_outbox(exchange=world.exchange, now=at).bells
    world.enter()
    return bells


def _hears(world: World, key: str, at: datetime = NOW) -> list[str]:
    lines = Bell.objects.visible_to(world.actor(key), at).filter(key__startswith="notice.")
    return list(lines.values_list("text", flat=True))


def test_n_12_an_outage_rings_once_with_everybody(world: World) -> None:
    notice = _announce(world)
    assert _drain(world) == len(world.people)
    OutboxMessage.objects.filter(pk=notice.message_id).update(state="waiting")
    _drain(world)
    assert _hears(world, "office.staff") == [notice.title]
    assert _hears(world, "agent") == [notice.title]


@pytest.mark.parametrize(
    ("audience", "heard"),
    [
        ("staff", {"ea.analyst", "eru.specialist", "admin", "osd.staff"}),
        ("offices", {"office.staff"}),
        ("agencies", {"agent", "agency.manager"}),
        ("entities", {"cec"}),
        ("enrollers", {"agent", "agency.manager", "cec"}),
    ],
)
def test_an_audience_is_told_and_nobody_else(world: World, audience: str, heard: set[str]) -> None:
    everybody = {
        "ea.analyst", "eru.specialist", "admin", "osd.staff", "office.staff", "agent",
        "agency.manager", "cec",
    }  # fmt: skip
    for key in everybody:
        world.person(key)
    notice = _announce(world, audience=audience)
    _drain(world)
    assert {key for key in everybody if _hears(world, key)} == heard
    readers = {
        key for key in everybody if Notice.objects.visible_to(world.actor(key)).filter(pk=notice.pk)
    }
    assert readers == heard | {"admin", "osd.staff"}  # those who write them


def test_ringing_is_one_statement_however_many_hear_it(world: World) -> None:
    _announce(world)
    with CaptureQueriesContext(connection) as queries:
        _drain(world)
    inserts = [q for q in queries.captured_queries if 'INTO "notifications_bell"' in q["sql"]]
    assert len(inserts) == 1


def test_what_is_scheduled_rings_when_it_begins_and_ends_when_it_is_over(world: World) -> None:
    notice = _announce(world, starts_at=NOW + HOUR, expires_at=NOW + 3 * HOUR)
    assert (_drain(world), notice.state()) == (0, NoticeState.SCHEDULED)
    assert _drain(world, NOW + HOUR) > 0
    assert _hears(world, "agent", NOW + 2 * HOUR)
    assert not _hears(world, "agent", NOW + 3 * HOUR)


def test_a_notice_that_was_over_before_a_worker_came_rings_no_more(world: World) -> None:
    _announce(world, expires_at=NOW + HOUR)
    assert _drain(world, NOW + 2 * HOUR) == 0


def test_withdrawing_takes_the_line_out_of_every_bell(world: World) -> None:
    notice = _announce(world)
    _drain(world)
    services.withdraw(actor=world.actor("admin"), notice=notice)
    assert not _hears(world, "agent")
    with pytest.raises(Refused, match="withdrawn already"):
        services.withdraw(actor=world.actor("admin"), notice=notice)


def test_withdrawn_before_it_began_it_never_rings(world: World) -> None:
    notice = _announce(world, starts_at=NOW + HOUR)
    services.withdraw(actor=world.actor("admin"), notice=notice)
    assert _drain(world, NOW + HOUR) == 0


def test_outreach_and_sales_addresses_enrollers_and_nobody_else(world: World) -> None:
    _announce(world, "osd.staff", kind="custom", audience="agencies")
    with pytest.raises(ValidationError, match="Choose whom you may address"):
        _announce(world, "osd.staff", audience="everybody")
    notice = _announce(world, audience="staff")
    with pytest.raises(Refused):
        services.withdraw(actor=world.actor("osd.staff"), notice=notice)


@pytest.mark.parametrize("key", ["ea.lead", "office.manager", "agency.manager", "privacy"])
def test_nobody_else_announces(world: World, client: Client, key: str) -> None:
    with pytest.raises(NotAllowed):
        _announce(world, key)
    client.force_login(world.people[key])
    assert client.get(reverse("notifications:notice-new")).status_code == 403


def test_a_social_security_number_is_refused(world: World) -> None:
    with pytest.raises(SsnRefused):
        _announce(world, body="Call about 219-09-9999.")


@pytest.mark.parametrize("hours", [0, -1])
def test_it_must_end_after_it_begins(world: World, hours: int) -> None:
    with pytest.raises(ValidationError):
        _announce(world, expires_at=NOW + hours * HOUR)


def test_a_line_leads_to_its_page_and_counts_as_read(world: World, client: Client) -> None:
    notice = _announce(world)
    _drain(world)
    client.force_login(world.people["agent"])
    page = client.get(reverse("notifications:bell"))
    (group,) = page.context["groups"]
    assert (group.title, group.lines[0].text) == ("System Outage", notice.title)
    line = group.lines[0].pk
    page = client.post(reverse("notifications:bell-open", args=[line]), follow=True)
    assert page.redirect_chain[-1][0] == reverse("notifications:notice", args=[notice.pk])
    assert b"Save your drafts before." in page.content
    assert b"Withdraw" not in page.content
    world.enter()
    assert not Bell.objects.visible_to(world.actor("agent")).unread()


def test_an_announcement_is_made_and_withdrawn_on_its_pages(world: World, client: Client) -> None:
    client.force_login(world.people["admin"])
    values = {
        "kind": "custom",
        "title": "The parking garage is closed",
        "body": "",
        "audience": "staff",
        "starts_at": "2025-11-05T10:00",
        "expires_at": "2025-11-06T10:00",
    }
    page = client.post(reverse("notifications:notice-new"), values, follow=True)
    assert b"The parking garage is closed" in page.content
    world.enter()
    notice = Notice.objects.get()
    address = reverse("notifications:notice-withdraw", args=[notice.pk])
    assert b"Withdraw this announcement?" in client.get(address).content
    client.post(address)
    world.enter()
    notice.refresh_from_db()
    assert notice.state() is NoticeState.WITHDRAWN


def test_another_exchange_s_notice_is_not_found(
    world: World, other_world: World, client: Client
) -> None:
    notice = _announce(world)
    client.force_login(other_world.people["admin"])
    assert client.get(reverse("notifications:notice", args=[notice.pk])).status_code == 404


def test_a_program_reads_what_is_for_its_person_now_and_writes_nothing(
    world: World,
    call: Caller,  # noqa: F811
) -> None:
    outage = _announce(world)
    later = _announce(world, title="Next week", starts_at=NOW + HOUR)
    staff = _announce(world, title="Staff only", audience="staff")
    agent, admin = call("agent"), call("admin")
    assert [row["id"] for row in agent.get("notices/").json()["results"]] == [outage.pk]
    assert agent.get(f"notices/{outage.pk}/").json()["state"] == "Active"
    for hidden in (later, staff):
        assert agent.get(f"notices/{hidden.pk}/").status_code == 404
    states = {row["title"]: row["state"] for row in admin.get("notices/").json()["results"]}
    assert states["Next week"] == "Scheduled"
    assert admin.post("notices/", {}).status_code == 405


def test_an_administrator_looks_at_notices_on_the_administration_site_and_changes_none(
    world: World, client: Client
) -> None:
    notice = _announce(world)
    client.force_login(world.people["admin"])
    address = reverse("admin:notifications_notice_change", args=[notice.pk])
    assert notice.title in client.get(address).content.decode()
    assert client.post(address, {"title": "Changed"}).status_code == 403
    client.force_login(world.person("osd.staff"))
    assert client.get(address).status_code == 403
