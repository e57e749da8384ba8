"""The archive, one briefing, the desk, and the link that stops the mail (AL-03…AL-05)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from notifications.briefings import services
from notifications.briefings.mails import stop_url
from notifications.briefings.models import Briefing, Delivery, State
from notifications.briefings.unsubscribing import gets_mail
from notifications.mailbox.models import Item
from notifications.models import MailMessage
from tests.api.conftest import Caller, call  # noqa: F401
from tests.casework.cases import signed_in
from tests.notifications.briefings.ground import COLLEAGUE, WRITER, hire, send, sent, write
from tests.world import NOW, World


def test_an_enroller_finds_a_briefing_by_a_word_and_sees_it_marked_AL_03(world: World) -> None:
    sent(world)
    sent(world, title="The clinic map", body="Directions to each clinic.")
    reader = signed_in(world, "agent")
    html = reader.get("/briefings/?q=opening+worklists").content.decode()
    # Compared by their stems: “opens” and “worklist”.
    assert "<mark>worklist</mark>" in html
    assert "The clinic map" not in html
    assert "1 found" in html
    assert "Nothing found" in reader.get("/briefings/?q=telescope").content.decode()


def test_the_most_recent_stands_on_top_and_the_archived_is_still_found_AL_03(
    world: World,
) -> None:
    with time_machine.travel(NOW - timedelta(days=400), tick=False):
        old = sent(world, title="Old news")
    Briefing.objects.filter(pk=old.pk).update(sent_at=NOW - timedelta(days=400))
    services.archive_briefing(actor=world.actor(WRITER), briefing=old)
    sent(world, title="Fresh news")
    reader = signed_in(world, "agent")
    html = reader.get("/briefings/").content.decode()
    assert html.index("Fresh news") < html.index("Old news")
    assert "Archived" in html
    of_2024 = reader.get("/briefings/?year=2024&q=news").content.decode()
    assert "Fresh" not in of_2024
    assert "<mark>news</mark>" in of_2024


def test_a_filter_by_what_it_is_about_AL_02(world: World) -> None:
    sent(world, title="A date", category="date")
    sent(world, title="A policy", category="policy")
    html = signed_in(world, "agent").get("/briefings/?category=policy").content.decode()
    assert "A policy" in html
    assert "A date" not in html


def test_under_every_briefing_stand_contact_and_newsroom_AL_04_AL_05(world: World) -> None:
    services.set_rules(
        actor=world.actor("admin"),
        contact_email="outreach@exchange.example",
        newsroom_url="https://news.exchange.example/releases/",
    )
    briefing = sent(world)
    reader = signed_in(world, "agent")
    for url in ("/briefings/", f"/briefings/{briefing.pk}/"):
        html = reader.get(url).content.decode()
        assert "Issues? Reach out to:" in html
        assert 'href="mailto:outreach@exchange.example"' in html
        assert 'href="https://news.exchange.example/releases/"' in html
    mail = MailMessage.objects.filter(key="briefing.news").first()
    assert mail is not None
    assert "Issues? Reach out to: outreach@exchange.example" in mail.body


def test_reading_marks_it_read_in_the_mailbox_and_for_the_figures(world: World) -> None:
    briefing = sent(world)
    reader = signed_in(world, "agent")
    assert "New" in reader.get("/briefings/").content.decode().split("Most recent first")[1]
    html = reader.get(f"/briefings/{briefing.pk}/").content.decode()
    assert "<h2>What changes</h2>" in html
    person = world.people["agent"]
    assert Delivery.objects.get(person=person).read_at == NOW
    assert Item.objects.get(person=person, kind="briefing").read_at == NOW
    assert Delivery.objects.get(person=world.people["agency.manager"]).read_at is None


def test_a_script_in_a_briefing_is_words(world: World) -> None:
    briefing = sent(world, body="Look <script>alert(1)</script> [here](javascript:alert(1))")
    html = signed_in(world, "agent").get(f"/briefings/{briefing.pk}/").content.decode()
    assert "<script>alert" not in html
    assert 'href="javascript' not in html


def test_what_is_not_out_or_not_for_a_reader_does_not_exist(world: World) -> None:
    hire(world, "cec")
    draft = write(world, title="Draft")
    theirs = sent(world, organization_kinds=["entity"])
    reader = signed_in(world, "agent")
    for pk in (draft.pk, theirs.pk, 999_999):
        assert reader.get(f"/briefings/{pk}/").status_code == 404
    assert signed_in(world, "cec").get(f"/briefings/{theirs.pk}/").status_code == 200
    assert signed_in(world, "office.staff").get("/briefings/").status_code == 403
    assert reader.get("/briefings/desk/").status_code == 403


def test_a_search_for_a_social_security_number_is_refused_and_not_repeated_EA_06(
    world: World,
) -> None:
    html = signed_in(world, "agent").get("/briefings/?q=219-09-9999").content.decode()
    assert "219-09-9999" not in html
    assert "Social Security" in html


def test_the_link_in_a_mail_stops_the_mail_without_signing_in(world: World) -> None:
    sent(world)
    mail = MailMessage.objects.get(person=world.people["agent"], key="briefing.news")
    path = "/" + stop_url(mail).split("/", 3)[3]
    stranger = Client(enforce_csrf_checks=True)
    html = stranger.get(path).content.decode()
    assert "Stop the mail of briefings?" in html
    assert mail.to not in html
    assert gets_mail(world.actor("agent"))
    # As a mail program posts it (RFC 8058).
    answer = stranger.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not gets_mail(world.actor("agent"))
    assert gets_mail(world.actor("agency.manager"))
    assert Delivery.objects.get(mail=mail).stopped_at == NOW
    assert stranger.post(path).status_code == 200


def test_the_link_in_a_mail_knows_nobody_who_is_signed_in(world: World) -> None:
    sent(world)
    mail = MailMessage.objects.get(person=world.people["agent"], key="briefing.news")
    answer = signed_in(world, "agency.manager").post("/" + stop_url(mail).split("/", 3)[3])
    assert answer.status_code == 200
    assert not answer.cookies
    assert not answer.wsgi_request.session.accessed
    assert gets_mail(world.actor("agency.manager"))


@pytest.mark.parametrize("token", ["x", "WzEsMV0:1abc:2def", "%00"])
def test_a_link_that_is_not_ours_stops_nothing(world: World, token: str) -> None:
    assert Client().post(f"/briefings/stop/{token}/").status_code == 404


def test_in_the_portal_the_mail_is_stopped_and_asked_for_again(world: World) -> None:
    reader = signed_in(world, "agent")
    reader.post("/briefings/mail/", {"stop": "1"})
    assert not gets_mail(world.actor("agent"))
    assert "Send me briefings by mail again" in reader.get("/briefings/").content.decode()
    reader.post("/briefings/mail/")
    assert gets_mail(world.actor("agent"))


def test_two_people_write_approve_and_send_it_in_the_browser(world: World) -> None:
    writer = signed_in(world, WRITER)
    answer = writer.post(
        "/briefings/desk/new/",
        {
            "kind": "briefing",
            "category": "policy",
            "title": "New income limits",
            "summary": "They hold from January.",
            "body": "# Limits\n\nSee the table.",
            "organization_kinds": ["agency"],
            "organizations": "Sunrise Insurance Agency",
        },
    )
    briefing = Briefing.objects.get()
    desk = reverse("briefings:draft", args=[briefing.pk])
    assert answer["Location"] == desk
    html = writer.get(desk).content.decode()
    assert "waits for a colleague" in html
    assert "<strong>2</strong> people at this moment" in html
    assert "of Sunrise Insurance Agency" in html
    assert ">Approve<" not in html
    colleague = signed_in(world, COLLEAGUE)
    assert ">Approve<" in colleague.get(desk).content.decode()
    colleague.post(f"{desk}approve/", {"version": "1"})
    assert "People at this moment" in writer.get(f"{desk}send/").content.decode()
    # Noon on the clock of Los Angeles.
    writer.post(f"{desk}send/", {"send_at": "2025-11-05T12:00"})
    briefing.refresh_from_db()
    assert (briefing.state, briefing.send_at) == (
        State.SCHEDULED,
        NOW.replace(hour=20, minute=0),
    )
    writer.post(f"{desk}cancel/")
    writer.post(f"{desk}send/", {"send_at": ""})
    send(world)
    html = writer.get(desk).content.decode()
    assert "How far it got" in html
    file = writer.get(f"{desk}figures/?format=csv")
    assert b"Everybody,2,0,0,2,0,0" in file.content
    assert writer.get(f"{desk}figures/?format=xlsx").status_code == 200
    colleague.post(f"{desk}archive/")
    briefing.refresh_from_db()
    assert briefing.state == State.ARCHIVED


def test_two_writers_at_once_are_told_apart_and_nothing_typed_is_lost(world: World) -> None:
    briefing = write(world)
    client = signed_in(world, WRITER)
    form = {
        "kind": "briefing",
        "category": "date",
        "title": "Typed by the second",
        "summary": briefing.summary,
        "body": briefing.body,
    }
    services.change_briefing(
        actor=world.actor(COLLEAGUE), briefing=briefing, expected_version=1, title="By the first"
    )
    url = f"/briefings/desk/{briefing.pk}/change/"
    answer = client.post(url, form | {"version": "1"})
    assert answer.status_code == 422
    assert "Typed by the second" in answer.content.decode()
    assert client.post(url, form | {"version": "2"}).status_code == 302


def test_an_agency_nobody_knows_is_told_beside_its_field(world: World) -> None:
    form = {
        "kind": "briefing",
        "category": "date",
        "title": "T",
        "summary": "S",
        "body": "B",
        "organizations": "Nowhere Agency",
    }
    answer = signed_in(world, WRITER).post("/briefings/desk/new/", form)
    assert answer.status_code == 422
    assert "Nowhere Agency" in answer.content.decode()
    assert not Briefing.objects.exists()


def test_the_api_lists_and_shows_what_the_reader_may_read(
    world: World,
    call: Caller,  # noqa: F811
) -> None:
    hire(world, "cec")
    mine, theirs = sent(world), sent(world, title="Theirs", organization_kinds=["entity"])
    reader = call("agent")
    rows = reader.get("briefings/").json()["results"]
    assert [row["title"] for row in rows] == ["Renewals begin on Monday"]
    assert "worklist" in reader.get(f"briefings/{mine.pk}/").json()["body"]
    assert reader.get(f"briefings/{theirs.pk}/").status_code == 404
    assert call("office.staff").get("briefings/").status_code == 403


def test_an_exchange_without_an_enroller_portal_has_no_such_pages(world: World) -> None:
    world.exchange.modules.remove("enroller_portal")
    world.exchange.save()
    assert signed_in(world, "agent").get("/briefings/").status_code == 404
    assert signed_in(world, WRITER).get("/briefings/desk/").status_code == 404
