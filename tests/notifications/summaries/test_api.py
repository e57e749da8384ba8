"""Daily summaries through the API: one's own, with the same sight as the page (SM-01…SM-05)."""

from __future__ import annotations

from notifications.mailbox.models import Item
from notifications.summaries.models import Summary
from portal.consumers import book
from portal.ledger.models import LedgerEntry
from tests.api.conftest import Caller, call  # noqa: F401
from tests.book import ground
from tests.notifications.summaries.ground import TODAY, given, make
from tests.world import World


def test_a_program_lists_and_reads_its_persons_own_summaries_and_nobody_elses(
    world: World,
    call: Caller,  # noqa: F811
) -> None:
    consumer = given(world, name="Ramona Ortega")
    ground.enroll(consumer, updates_pending=True)
    make(world)
    own = call("agent")
    [row] = own.get("summaries/").json()["results"]
    assert (row["subject"], row["kind"], row["alerts"]) == ("Daily Summary", "own", 1)
    assert row["local_date"] == TODAY.isoformat()
    where = f"summaries/{row['id']}/"
    assert own.get(where).json() == row | {"totals": []}
    [line] = own.get(f"{where}lines/").json()["results"]
    assert line["topic"] == "Enrollment Updates Pending"
    assert (line["case_number"], line["name"]) == (consumer.case_number, "Ramona Ortega")
    assert (line["phone"], line["email"]) == (consumer.phone, consumer.email)
    world.enter()
    entry = LedgerEntry.objects.get(action="summaries.opened")
    assert (entry.data["surface"], entry.consumer_ids) == ("api", [consumer.pk])
    assert Item.objects.get(kind="summary", source_id=row["id"]).read_at is not None
    for address in (where, f"{where}lines/", "summaries/999999/", "summaries/999999/lines/"):
        assert call("agency.manager").get(address).status_code == 404
    for key in ("admin1", "osd.staff", "office.staff"):
        for address in ("summaries/", where, f"{where}lines/"):
            assert call(key).get(address).status_code == 403


def test_of_a_consumer_who_left_a_program_is_told_the_topic_alone(
    world: World,
    call: Caller,  # noqa: F811
) -> None:
    consumer = given(world, name="Ramona Ortega")
    ground.enroll(consumer, updates_pending=True)
    make(world)
    book.end_delegation(actor=world.system, consumer=consumer, ended_by="consumer")
    mine = Summary.objects.get(person=world.person("agent"))
    [line] = call("agent").get(f"summaries/{mine.pk}/lines/").json()["results"]
    assert (line["is_yours"], line["topic"]) == (False, "Enrollment Updates Pending")
    assert line["consumer"] is None
    assert {line[field] for field in ("case_number", "name", "phone", "email", "about")} == {""}


def test_sm_02_the_managers_has_its_totals_and_every_enrollers_lines(
    world: World,
    call: Caller,  # noqa: F811
) -> None:
    world.person("agent2b")
    for key in ("agent", "agent2b", "agent2b"):
        ground.enroll(given(world, key), updates_pending=True)
    make(world)
    manager = call("agency.manager")
    kinds = {row["kind"]: row for row in manager.get("summaries/").json()["results"]}
    assert kinds["own"]["subject"] == "No Alerts Daily Summary"
    where = f"summaries/{kinds['manager']['id']}/"
    assert manager.get(where).json()["totals"] == [
        {"enroller": "Agent2B", "lines": 2},
        {"enroller": "Agent", "lines": 1},
    ]
    lines = manager.get(f"{where}lines/").json()["results"]
    assert sorted(line["enroller"] for line in lines) == ["Agent", "Agent2B", "Agent2B"]
    assert all(line["is_yours"] for line in lines)


def test_an_exchange_without_the_module_has_none(
    world: World,
    call: Caller,  # noqa: F811
) -> None:
    make(world)
    mine = Summary.objects.get(person=world.person("agent"))
    world.exchange.modules = [key for key in world.exchange.modules if key != "summaries"]
    world.exchange.save()
    own = call("agent")
    assert own.get("summaries/").json()["results"] == []
    assert own.get(f"summaries/{mine.pk}/").status_code == 404
    assert own.get(f"summaries/{mine.pk}/lines/").status_code == 404
