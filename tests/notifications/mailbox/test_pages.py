"""The mailbox in the browser and through the API."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from notifications.mailbox import kinds
from notifications.mailbox.models import Item, MessageFile, Team, Thread
from portal.casework.models import Draft
from tests.notifications.mailbox.ground import begin, paper, team_of, to_team, token
from tests.world import World


def _signed_in(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.person(who))
    return client


def test_ep_03_the_quick_link_leads_to_the_mailbox(world: World) -> None:
    page = _signed_in(world, "agent").get("/").content.decode()
    assert f'<a href="{reverse("mailbox:index")}">Secure Mailbox</a>' in page


def test_what_is_unread_stands_first(world: World) -> None:
    begin(world, "agency.manager", [token(world, "agent")], subject="Old one")
    client = _signed_in(world, "agent")
    first = Item.objects.get()
    client.post(reverse("mailbox:mark"), {"item": first.pk, "do": "read", "back": "/mailbox/"})
    world.enter()
    begin(world, "agency.manager", [token(world, "agent")], subject="New one")
    page = client.get(reverse("mailbox:index")).content.decode()
    assert page.index('id="unread"') < page.index("New one") < page.index('id="read"')
    assert page.index('id="read"') < page.index("Old one")


def test_long_folders_are_turned_by_page(world: World) -> None:
    actor = world.actor("agent")
    Item.objects.bulk_create(
        Item(
            exchange=world.exchange,
            person=actor.person,
            kind="message",
            source_id=number,
            subject=f"Subject {number:02}",
        )
        for number in range(30)
    )
    client = _signed_in(world, "agent")
    page = client.get(reverse("mailbox:index")).content.decode()
    assert "Show everything unread" in page
    first = client.get(reverse("mailbox:index"), {"show": "unread"})
    assert len(first.context["rows"]) == 25
    more = client.get(
        reverse("mailbox:index"), {"show": "unread", "after": first.context["page"].after}
    )
    assert len(more.context["rows"]) == 5


def test_one_writes_to_a_team_and_reads_its_answer(world: World) -> None:
    team = team_of(world)
    agent, staff = _signed_in(world, "agent"), _signed_in(world, "osd.staff")
    address = agent.get(reverse("mailbox:begin")).url
    assert "Outreach and Sales" in agent.get(address).content.decode()
    values = {
        "to": [f"team-{team.pk}"],
        "subject": "The new form",
        "body": "Where is it?",
        "send": "1",
        "uploads": paper(),
    }
    assert agent.post(address, values).status_code == 302
    world.enter()
    thread = Thread.objects.get()
    where = reverse("mailbox:conversation", args=[thread.pk])
    inbox = staff.get(reverse("mailbox:folder", args=["team"])).content.decode()
    assert "The new form" in inbox
    assert "Nobody" in inbox
    assert "Where is it?" in staff.get(where).content.decode()
    staff.post(where, {"body": "On the toolkits' page.", "seen": "1"})
    assert "On the toolkits" in agent.get(where).content.decode()
    world.enter()
    file = reverse("mailbox:file", args=[thread.pk, MessageFile.objects.get().document.public_id])
    assert staff.get(file)["Content-Disposition"].startswith("attachment")
    assert _signed_in(world, "agent2b").get(file).status_code == 404


def test_finding_somebody_keeps_what_is_typed(world: World) -> None:
    client = _signed_in(world, "agent")
    address = reverse("mailbox:new", args=[uuid.uuid4()])
    values = {"find": "Agent2b", "subject": "Lunch", "body": "On Friday?", "search": "1"}
    world.person("agent2b")
    assert client.post(address, values).status_code == 302
    page = client.get(address).content.decode()
    assert "Lunch" in page
    assert f'value="{token(world, "agent2b")}"' in page
    sent = client.post(
        address, {"to": token(world, "agent2b"), "subject": "Lunch", "body": "On Friday?"}
    )
    assert sent.status_code == 302
    world.enter()
    assert Thread.objects.get().subject == "Lunch"
    assert not Draft.objects.exists()


def test_ea_06_a_number_is_neither_kept_nor_shown_again(world: World) -> None:
    team = team_of(world)
    client = _signed_in(world, "agent")
    address = reverse("mailbox:new", args=[uuid.uuid4()])
    values = {"to": f"team-{team.pk}", "subject": "A", "body": "It is 219-09-9999."}
    for button in ("search", "send"):
        answer = client.post(address, values | {button: "1"})
        assert answer.status_code == 422
        assert "219-09-9999" not in answer.content.decode()
    world.enter()
    assert not Draft.objects.exists()
    assert not Thread.objects.exists()


def test_a_conflict_keeps_the_text_and_shows_what_came(world: World) -> None:
    thread = begin(world, "agency.manager", [token(world, "agent"), token(world, "agent2b")])
    where = reverse("mailbox:conversation", args=[thread.pk])
    first, second = _signed_in(world, "agent"), _signed_in(world, "agent2b")
    first.post(where, {"body": "I will.", "seen": "1"})
    answer = second.post(where, {"body": "I would too.", "seen": "1"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "I will." in page
    assert "I would too." in page
    assert second.post(where, {"body": "I would too.", "seen": "2"}).status_code == 302


def test_a_file_that_is_no_document_is_refused_beside_the_field(world: World) -> None:
    thread = to_team(world)
    client = _signed_in(world, "agent")
    upload = SimpleUploadedFile("a.exe", b"MZ\x90", content_type="application/pdf")
    answer = client.post(
        reverse("mailbox:conversation", args=[thread.pk]),
        {"body": "See this.", "seen": "1", "uploads": upload},
    )
    assert answer.status_code == 422
    assert "Only PDF" in answer.content.decode()


def test_an_exchange_without_an_enroller_portal_has_no_mailbox(world: World) -> None:
    world.exchange.modules = ["constituent"]
    world.exchange.save(update_fields=["modules"])
    assert _signed_in(world, "eru.specialist").get(reverse("mailbox:index")).status_code == 404


@pytest.mark.parametrize("who", ["admin", "privacy"])
def test_administrators_and_holders_see_numbers_and_no_words(world: World, who: str) -> None:
    thread = to_team(world, subject="Quite private", body="Very private")
    client = _signed_in(world, who)
    page = "/admin/mailbox/thread/" if who == "admin" else reverse("mailbox:hold")
    if who == "privacy":
        assert client.post(page, {"number": thread.pk}).status_code == 302
    text = client.get(page).content.decode()
    assert str(thread.pk) in text
    assert "private" not in text.casefold().replace("privacy", "")


def test_settings_make_a_team_that_can_be_written_to(world: World) -> None:
    unit = world.organization("outreach-and-sales")
    client = _signed_in(world, "admin")
    values = {"unit": unit.pk, "label": "Outreach", "audience": "both", "is_active": "on"}
    assert client.post(reverse("mailbox:settings"), values).status_code == 302
    days = {kind.key: 90 for kind in kinds.all_kinds() if not kind.forgets_itself}
    assert client.post(reverse("mailbox:days"), days).status_code == 302
    page = client.get(reverse("mailbox:settings")).content.decode()
    assert "Outreach" in page
    assert 'value="90"' in page


def test_a_team_is_moved_to_another_unit_from_its_page(world: World) -> None:
    team = team_of(world)
    unit = world.organization("agent-contracts")
    client = _signed_in(world, "admin")
    page = reverse("mailbox:move", args=[team.pk])
    assert page in client.get(reverse("mailbox:settings")).content.decode()
    assert unit.name in client.get(page).content.decode()
    assert client.post(page, {"unit": team.unit_id}).status_code == 422
    assert client.post(page, {"unit": unit.pk}).status_code == 302
    world.enter()
    assert Team.objects.get().unit == unit


def test_a_conversation_is_handed_on_from_its_page(world: World) -> None:
    thread = to_team(world)
    other = team_of(world, "escalations-unit", "Escalations")
    client = _signed_in(world, "osd.staff")
    page = reverse("mailbox:hand-on", args=[thread.pk])
    assert page in client.get(reverse("mailbox:conversation", args=[thread.pk])).content.decode()
    assert "Escalations" in client.get(page).content.decode()
    assert client.post(page, {"seen": 1, "team": other.pk}).status_code == 302
    assert client.get(page).status_code == 404
    assert _signed_in(world, "agent").get(page).status_code == 403
    answer = reverse("mailbox:conversation", args=[thread.pk])
    assert _signed_in(world, "eru.specialist").get(answer).status_code == 200


def test_lists_name_whom_a_conversation_is_with(world: World) -> None:
    to_team(world)
    everybody = [token(world, who) for who in ("agent", "agent2b", "agent1")]
    begin(world, "agency.manager", everybody, subject="Saturday")
    agent = _signed_in(world, "agent")
    inbox = agent.get(reverse("mailbox:index"))
    rows = [*inbox.context["unread"], *inbox.context["rows"]]
    assert [list(row["others"]) for row in rows if row["subject"] == "Saturday"] == [
        [str(world.person("agency.manager")), str(world.person("agent2b")), "1 more"]
    ]
    sent = agent.get(reverse("mailbox:folder", args=["sent"])).content.decode()
    assert "<bdi>Outreach and Sales</bdi>" in sent
    staff = _signed_in(world, "osd.staff")
    team = staff.get(reverse("mailbox:folder", args=["team"])).content.decode()
    assert f"<bdi>{world.person('agent')}</bdi>" in team
    found = agent.get(reverse("mailbox:search"), {"q": "saturday"}).content.decode()
    assert f"<bdi>{world.person('agency.manager')}</bdi>" in found


def test_a_message_to_nobody_says_so_beside_everything_else_that_is_missing(world: World) -> None:
    answer = _signed_in(world, "agent").post(
        reverse("mailbox:new", args=[uuid.uuid4()]), {"send": "1"}
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"to", "subject", "body"}
