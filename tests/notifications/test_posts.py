"""Enroller portal notifications: who is told what, and when (PN-01…PN-03, EP-05)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications import posts_services as services
from notifications.posts import READ, Post, PostChange, PostState
from portal.casework.machine import Conflict, Refused
from portal.documents.refusals import SsnRefused
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import NotAllowed
from portal.tenancy.services import set_role_actions
from tests.api.conftest import Caller, call  # noqa: F401
from tests.casework.cases import signed_in
from tests.world import NOW, World

OSD = "osd.staff"
Announce = Callable[..., Post]


@pytest.fixture
def announce(world: World) -> Announce:
    """Publishes a notification that begins now and runs for a week, unless told otherwise."""

    def write(
        title: str = "Portal closed on Sunday", *, publish: bool = True, **other: Any
    ) -> Post:
        values: dict[str, Any] = {
            "kind": Post.Kind.OUTAGE,
            "audience": Post.Audience.BOTH,
            "title": title,
            "body": "From 2 to 6 in the morning.",
            "starts_at": NOW,
            "expires_at": NOW + timedelta(days=7),
        }
        actor = world.actor(OSD)
        post = services.write_post(actor=actor, **values | other)
        return services.publish_post(actor=actor, post=post) if publish else post

    return write


def seen_by(world: World, key: str) -> list[str]:
    return [post.title for post in Post.objects.visible_to(world.actor(key))]


def test_only_active_notifications_show_the_most_recent_on_top_PN_02(
    world: World, announce: Announce
) -> None:
    announce("Older", starts_at=NOW - timedelta(days=2))
    announce("Newest")
    announce("Yesterday", starts_at=NOW - timedelta(days=1))
    announce("A draft", publish=False)
    announce("Not begun", starts_at=NOW + timedelta(minutes=1))
    services.withdraw_post(actor=world.actor(OSD), post=announce("Withdrawn"))
    assert seen_by(world, "agent") == ["Newest", "Yesterday", "Older"]
    html = signed_in(world, "agent").get("/portal-notifications/").content.decode()
    places = [html.index(title) for title in ("Newest", "Yesterday", "Older")]
    assert places == sorted(places)
    for hidden in ("A draft", "Not begun", "Withdrawn"):
        assert hidden not in html


def test_a_notification_begins_and_expires_to_the_instant_PN_02(
    world: World, announce: Announce
) -> None:
    start, end = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    post = announce(starts_at=start, expires_at=end)
    for at, state in (
        (start - timedelta(microseconds=1), PostState.SCHEDULED),
        (start, PostState.ACTIVE),
        (end - timedelta(microseconds=1), PostState.ACTIVE),
        (end, PostState.EXPIRED),
    ):
        with time_machine.travel(at, tick=False):
            assert post.state() is state
            assert seen_by(world, "agent") == ([post.title] if state is PostState.ACTIVE else [])


@pytest.mark.parametrize(
    ("audience", "agency", "entity"),
    [("agencies", True, False), ("entities", False, True), ("both", True, True)],
)
def test_agencies_and_entities_are_told_what_is_meant_for_them_PN_02(
    world: World, announce: Announce, audience: str, agency: bool, entity: bool
) -> None:
    announce(audience=audience)
    for key in ("agency.manager", "agent", "agent1", "admin1", "admin2", "harbor.agent"):
        assert bool(seen_by(world, key)) is agency, key
    for key in ("entity.contact", "cec"):
        assert bool(seen_by(world, key)) is entity, key
    for key in ("office.staff", "scr", "ea.analyst", "admin", "privacy"):
        assert seen_by(world, key) == [], key


def test_who_is_of_neither_an_agency_nor_an_entity_is_told_nothing_whatever_their_role_may(
    world: World, announce: Announce
) -> None:
    announce(audience="both")
    set_role_actions(
        actor=world.actor("admin"),
        role=world.actor("office.staff").membership.role,  # type: ignore[union-attr]
        action_keys=[*world.actor("office.staff").actions, READ],
    )
    assert world.actor("office.staff").may(READ)
    assert seen_by(world, "office.staff") == []


def test_the_exchange_sends_notices_of_four_kinds_PN_01_PN_03(
    world: World, announce: Announce
) -> None:
    assert Post.Kind.labels == [
        "Outage reminder",
        "Urgent update",
        "New release notes",
        "Event notification",
    ]
    with pytest.raises(ValidationError) as refusal:
        announce(kind="gossip")
    assert "kind" in refusal.value.message_dict


def test_only_outreach_and_sales_writes_PN_02(world: World, announce: Announce) -> None:
    post = announce(publish=False)
    for key in ("agency.manager", "agent", "scr", "ea.lead", "admin", "office.staff"):
        for act in (
            lambda actor: services.publish_post(actor=actor, post=post),
            lambda actor: services.withdraw_post(actor=actor, post=post),
            lambda actor: services.change_post(
                actor=actor, post=post, expected_version=1, title="Mine"
            ),
        ):
            with pytest.raises(NotAllowed):
                act(world.actor(key))
    with pytest.raises(NotAllowed):
        services.mark_posts_read(actor=world.actor("office.staff"))


def test_another_exchange_s_notification_does_not_exist(
    world: World, other_world: World, announce: Announce
) -> None:
    post = announce()
    stranger = other_world.actor(OSD)
    for act in (services.publish_post, services.withdraw_post):
        with pytest.raises(Post.DoesNotExist):
            act(actor=stranger, post=post)
    assert list(Post.objects.visible_to(stranger)) == []


def test_each_person_marks_for_themselves_what_they_have_read_PN_03(
    world: World, announce: Announce
) -> None:
    first, _ = announce("First"), announce("Second")
    assert services.mark_posts_read(actor=world.actor("agent"), post=first) == 1
    assert services.mark_posts_read(actor=world.actor("agent"), post=first) == 0
    assert (
        Post.objects.visible_to(world.actor("agent")).unread_by(world.actor("agent")).count() == 1
    )
    colleague = world.actor("agency.manager")
    assert Post.objects.visible_to(colleague).unread_by(colleague).count() == 2
    assert services.mark_posts_read(actor=colleague) == 2


def test_what_is_not_for_a_reader_cannot_be_marked_by_them(
    world: World, announce: Announce
) -> None:
    post = announce(audience=Post.Audience.ENTITIES)
    with pytest.raises(Post.DoesNotExist):
        services.mark_posts_read(actor=world.actor("agent"), post=post)
    client = signed_in(world, "agent")
    assert client.post(f"/portal-notifications/{post.pk}/read/").status_code == 404


def test_new_words_make_a_notification_new_to_its_readers_and_new_dates_do_not(
    world: World, announce: Announce
) -> None:
    post, reader, writer = announce(), world.actor("agent"), world.actor(OSD)
    services.mark_posts_read(actor=reader)
    post = services.change_post(
        actor=writer,
        post=post,
        expected_version=post.version,
        expires_at=NOW + timedelta(days=9),
    )
    assert not Post.objects.unread_by(reader).exists()
    services.change_post(
        actor=writer, post=post, expected_version=post.version, body="From 3 to 6 instead."
    )
    assert Post.objects.unread_by(reader).exists()


def test_the_desk_shows_who_changed_what(world: World, announce: Announce) -> None:
    post = announce()
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        services.change_post(
            actor=world.actor(OSD), post=post, expected_version=post.version, title="New title"
        )
        services.withdraw_post(actor=world.actor(OSD), post=post)
    assert [(change.what, change.fields) for change in post.changes.order_by("pk")] == [
        ("written", []),
        ("published", []),
        ("changed", ["title"]),
        ("withdrawn", []),
    ]
    html = signed_in(world, OSD).get(f"/portal-notifications/desk/{post.pk}/").content.decode()
    for said in ("Wrote the draft", "Published it", "Changed it", "Withdrew it"):
        assert said in html
    recorded = LedgerEntry.objects.filter(action__startswith="notifications.post_")
    assert recorded.count() == 4
    assert all("New title" not in str(entry.data) for entry in recorded)


def test_the_record_of_changes_cannot_be_rewritten(world: World, announce: Announce) -> None:
    post = announce()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        PostChange.objects.filter(post=post).update(what=PostChange.What.WITHDRAWN)


def test_what_is_over_is_neither_changed_nor_published_again(
    world: World, announce: Announce
) -> None:
    writer = world.actor(OSD)
    withdrawn = services.withdraw_post(actor=writer, post=announce())
    for act in (services.publish_post, services.withdraw_post):
        with pytest.raises(Refused, match="withdrawn"):
            act(actor=writer, post=withdrawn)
    with pytest.raises(Refused, match="withdrawn"):
        services.change_post(actor=writer, post=withdrawn, expected_version=3, title="Again")
    draft = announce(publish=False)
    with time_machine.travel(draft.expires_at, tick=False), pytest.raises(Refused, match="expired"):
        services.publish_post(actor=world.actor(OSD), post=draft)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"expires_at": NOW}, "expires_at"),
        ({"starts_at": NOW - timedelta(days=9), "expires_at": NOW}, "expires_at"),
        ({"title": " "}, "title"),
        ({"body": "x" * 4_001}, "body"),
        ({"audience": "everybody"}, "audience"),
    ],
)
def test_a_notification_that_does_not_fit_names_the_field(
    announce: Announce, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        announce(**values)
    assert field in refusal.value.message_dict


@pytest.mark.parametrize("field", ["title", "body"])
def test_no_notification_holds_a_social_security_number_EA_06(
    world: World, announce: Announce, field: str
) -> None:
    with pytest.raises(SsnRefused):
        announce(**{field: "Call about 219-09-9999"})
    html = signed_in(world, OSD).post(
        "/portal-notifications/desk/new/",
        {
            "kind": "urgent",
            "audience": "both",
            "title": "Call",
            "body": "Call",
            "starts_at": "2025-11-05T10:00",
            "expires_at": "2025-11-06T10:00",
            field: "219-09-9999",
        },
    )
    assert html.status_code == 422
    assert b"219-09-9999" not in html.content
    assert not Post.objects.exists()


def test_two_writers_at_once_are_told_apart_and_nothing_typed_is_lost(
    world: World, announce: Announce
) -> None:
    post = announce(publish=False)
    with pytest.raises(Conflict):
        services.change_post(actor=world.actor(OSD), post=post, expected_version=0, title="Stale")
    client = signed_in(world, OSD)
    form = {
        "kind": "outage",
        "audience": "both",
        "title": "Typed by the second",
        "body": post.body,
        "starts_at": "2025-11-05T10:20",
        "expires_at": "2025-11-12T10:20",
    }
    url = f"/portal-notifications/desk/{post.pk}/change/"
    services.change_post(
        actor=world.actor(OSD), post=post, expected_version=1, title="By the first"
    )
    answer = client.post(url, form | {"version": "1"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Typed by the second" in html
    assert "differs from what you typed in: Title" in html
    assert client.post(url, form | {"version": "2"}).status_code == 302
    post.refresh_from_db()
    assert post.title == "Typed by the second"


def test_a_notification_is_written_looked_at_published_and_withdrawn_in_the_browser(
    world: World,
) -> None:
    client = signed_in(world, OSD)
    written = client.post(
        "/portal-notifications/desk/new/",
        {
            "kind": "urgent",
            "audience": "agencies",
            "title": "Premiums are shown wrongly",
            "body": "Read https://exchange.example/fix <script>alert(1)</script>",
            "starts_at": "2025-11-05T10:20",
            "expires_at": "2025-11-08T10:20",
        },
    )
    post = Post.objects.get()
    desk = f"/portal-notifications/desk/{post.pk}/"
    assert written["Location"] == desk
    # Ten o'clock in Los Angeles, where the exchange is.
    assert post.starts_at == NOW
    preview = client.get(desk).content.decode()
    assert 'href="https://exchange.example/fix"' in preview
    assert "<script>alert" not in preview
    assert "Premiums" not in signed_in(world, "agent").get("/").content.decode()
    assert "see it on their home page" in client.get(f"{desk}publish/").content.decode()
    client.post(f"{desk}publish/")
    reader = signed_in(world, "agent")
    home = reader.get("/").content.decode()
    assert "Premiums are shown wrongly" in home.split('id="quick-links"')[0]
    answer = reader.post(f"/portal-notifications/{post.pk}/read/", {"home": "1"})
    assert answer["Location"] == "/"
    assert "Premiums are shown wrongly" not in reader.get("/").content.decode()
    assert "Premiums are shown wrongly" in reader.get("/portal-notifications/").content.decode()
    client.post(f"{desk}withdraw/")
    assert "Premiums" not in reader.get("/portal-notifications/").content.decode()


def test_home_has_two_message_surfaces_the_tab_with_its_count_and_the_bell_EP_05(
    world: World, announce: Announce
) -> None:
    announce()
    html = signed_in(world, "cec").get("/").content.decode()
    tab = html.split("Enroller Portal Notifications")[1][:80]
    assert '<span class="ui-tabs__count">1</span>' in tab
    assert 'href="/notifications/"' in html
    assert "Enroller Portal Notifications" not in (
        signed_in(world, "office.staff").get("/").content.decode()
    )


def test_an_exchange_without_an_enroller_portal_has_no_such_pages(world: World) -> None:
    world.exchange.modules.remove("enroller_portal")
    world.exchange.save()
    assert signed_in(world, "agent").get("/portal-notifications/").status_code == 404
    assert signed_in(world, OSD).get("/portal-notifications/desk/").status_code == 404
    assert signed_in(world, "agent").get("/shop-and-compare/").status_code == 404


@pytest.mark.parametrize("count", [1, 12])
def test_the_tab_takes_the_same_few_statements_however_much_is_announced(
    world: World, announce: Announce, count: int
) -> None:
    for number in range(count):
        announce(f"Notice {number}")
    client = signed_in(world, "agent")
    client.get("/portal-notifications/")
    with CaptureQueriesContext(connection) as statements:
        client.get("/portal-notifications/")
    assert len(statements) <= 9


def test_a_program_lists_what_is_active_for_its_person_and_marks_it_read_PN_02(
    world: World,
    announce: Announce,
    call: Caller,  # noqa: F811
) -> None:
    both, later = announce(), announce("Later", starts_at=NOW + timedelta(days=1))
    announce("For entities", audience=Post.Audience.ENTITIES)
    agent = call("agent")
    rows = agent.get("portal-notifications/").json()["results"]
    assert [(row["id"], row["is_read"]) for row in rows] == [(both.pk, False)]
    where = f"portal-notifications/{both.pk}/read/"
    assert [agent.post(where).json()["marked"] for _ in range(2)] == [1, 0]
    assert agent.get("portal-notifications/").json()["results"][0]["is_read"]
    assert agent.post(f"portal-notifications/{later.pk}/read/").status_code == 404
    assert call("office.staff").get("portal-notifications/").status_code == 403
    world.exchange.modules.remove("enroller_portal")
    world.exchange.save()
    assert agent.get("portal-notifications/").status_code == 404
