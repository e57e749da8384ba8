"""Entries are begun, saved, published, withdrawn; what was published never changes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction

from portal.casework.machine import Conflict, Refused
from portal.documents.refusals import SsnRefused
from portal.documents.screening import screen_upload
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import Actor, NotAllowed
from portal.toolkits import services
from portal.toolkits.models import Entry, EntryUse, EntryVersion
from tests.toolkits.conftest import Publish, content, pdf
from tests.world import NOW, World


def current(entry: Entry) -> EntryVersion:
    found = Entry.objects.select_related("current").get(pk=entry.pk).current
    assert found is not None
    return found


def test_tk_04_an_entry_is_begun_by_staff_and_read_by_nobody_else_yet(
    world: World, writer: Actor, agent: Actor
) -> None:
    entry = services.add_entry(actor=writer, content=content("Report a change"))
    assert entry.key == "report-a-change"
    assert entry.state == Entry.State.DRAFT
    assert Entry.objects.visible_to(writer).filter(pk=entry.pk).exists()
    assert not Entry.objects.visible_to(agent).exists()
    assert not Entry.objects.visible_to(world.actor("scr")).exists()


@pytest.mark.parametrize(
    "who", ["agent", "agency.manager", "cec", "scr", "ea.lead", "office.staff"]
)
def test_only_distribution_services_and_administrators_write(
    world: World, publish: Publish, who: str
) -> None:
    entry = publish()
    actor = world.actor(who)
    with pytest.raises(NotAllowed):
        services.add_entry(actor=actor, content=content("Mine"))
    with pytest.raises(NotAllowed):
        services.save_draft(actor=actor, entry=entry, content=content("Mine"))
    with pytest.raises(NotAllowed):
        services.withdraw_entry(actor=actor, entry=entry)


def test_an_administrator_writes_too(world: World) -> None:
    assert services.add_entry(actor=world.actor("admin"), content=content("By the exchange"))


def test_every_published_version_is_kept_with_who_and_when(writer: Actor, publish: Publish) -> None:
    entry = publish("First words")
    draft = services.save_draft(
        actor=writer, entry=entry, content=content("Second words", change_note="New title")
    )
    assert current(entry).title == "First words"
    with time_machine.travel(datetime(2025, 11, 6, 20, tzinfo=UTC), tick=False):
        services.publish_version(actor=writer, version=draft, expected_revision=1)
    first, second = entry.versions.order_by("number")
    assert (first.title, first.published_by, first.published_at) == ("First words", None, NOW)
    assert (second.title, second.published_by) == ("Second words", writer.person)
    assert second.published_at == datetime(2025, 11, 6, 20, tzinfo=UTC)
    assert current(entry) == second


def test_a_published_version_cannot_be_changed_even_in_the_database(publish: Publish) -> None:
    version = EntryVersion.objects.filter(pk=current(publish()).pk)
    for change in (lambda: version.update(title="x"), lambda: version._raw_delete("default")):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            change()


def test_two_writers_do_not_overwrite_each_other(
    world: World, writer: Actor, publish: Publish
) -> None:
    entry = publish()
    services.save_draft(actor=writer, entry=entry, content=content("Mine"))
    with pytest.raises(Conflict) as conflict:
        services.save_draft(actor=world.actor("admin"), entry=entry, content=content("Theirs"))
    assert conflict.value.current_version == 1
    with pytest.raises(Conflict):
        services.publish_version(
            actor=writer, version=entry.versions.get(published_at=None), expected_revision=0
        )


def test_ep_02_nothing_is_published_without_the_day_it_is_accurate_as_of(writer: Actor) -> None:
    entry = services.add_entry(actor=writer, content=content("Undated", as_of=None))
    with pytest.raises(ValidationError) as refused:
        services.publish_version(actor=writer, version=entry.versions.get(), expected_revision=1)
    assert "as_of" in refused.value.message_dict


def test_tk_05_what_is_coming_soon_needs_neither_a_text_nor_a_day(writer: Actor) -> None:
    soon = content("OE and Renewal Toolkit Updates", as_of=None, body="", is_coming_soon=True)
    entry = services.add_entry(actor=writer, content=soon)
    entry = services.publish_version(
        actor=writer, version=entry.versions.get(), expected_revision=1
    )
    assert entry.state == Entry.State.PUBLISHED


def test_an_entry_that_says_nothing_is_not_published(writer: Actor) -> None:
    entry = services.add_entry(actor=writer, content=content("Empty", body=""))
    with pytest.raises(ValidationError, match="Write the text, give a link, or add a file"):
        services.publish_version(actor=writer, version=entry.versions.get(), expected_revision=1)


def test_a_withdrawn_entry_is_gone_for_its_readers_and_comes_back_as_it_was(
    writer: Actor, agent: Actor, publish: Publish
) -> None:
    entry = publish()
    services.withdraw_entry(actor=writer, entry=entry)
    assert not Entry.objects.visible_to(agent).exists()
    with pytest.raises(Refused):
        services.withdraw_entry(actor=writer, entry=entry)
    services.restore_entry(actor=writer, entry=entry)
    assert Entry.objects.visible_to(agent).get() == entry
    with pytest.raises(Refused):
        services.restore_entry(actor=writer, entry=entry)


def test_a_draft_can_be_thrown_away_but_not_an_entrys_first(
    writer: Actor, publish: Publish
) -> None:
    entry = publish()
    services.save_draft(actor=writer, entry=entry, content=content("A bad idea"))
    services.discard_draft(actor=writer, entry=entry)
    assert entry.versions.count() == 1
    with pytest.raises(Refused, match="in the making"):
        services.discard_draft(actor=writer, entry=entry)
    begun = services.add_entry(actor=writer, content=content("Only begun"))
    with pytest.raises(Refused, match="first version"):
        services.discard_draft(actor=writer, entry=begun)


def test_an_outside_link_is_https_or_none(writer: Actor) -> None:
    for link in ("http://plain.example/a.pdf", "javascript:alert(1)", "/etc/passwd"):
        with pytest.raises(ValidationError) as refused:
            services.add_entry(actor=writer, content=content("Linked", link=link))
        assert "link" in refused.value.message_dict


@pytest.mark.parametrize("place", ["title", "summary", "body", "change_note", "topics"])
def test_a_social_security_number_is_refused_wherever_it_stands(writer: Actor, place: str) -> None:
    number = "SSN 536-22-1234"
    fields = {"title": "A guide"} | {place: [number] if place == "topics" else number}
    with pytest.raises(SsnRefused):
        services.add_entry(actor=writer, content=content(**fields))
    assert not Entry.objects.exists()


def test_two_entries_do_not_share_an_address_and_none_takes_a_pages(
    writer: Actor, publish: Publish
) -> None:
    publish("Twice")
    for title in ("Twice", "Downloads", "Add", "Suggest", "¡¿?!"):
        with pytest.raises(ValidationError) as refused:
            services.add_entry(actor=writer, content=content(title))
        assert "key" in refused.value.message_dict


def test_a_file_is_screened_kept_and_goes_along_to_the_next_version(
    writer: Actor, publish: Publish
) -> None:
    file = screen_upload(ContentFile(pdf("Proof of identity"), name="guide.pdf"))
    entry = publish("With a file", file=file)
    assert "Proof of identity" in current(entry).document_text
    draft = services.save_draft(actor=writer, entry=entry, content=content("Next"))
    assert draft.document == current(entry).document
    draft = services.save_draft(
        actor=writer, entry=entry, content=content("Next"), remove_file=True, expected_revision=1
    )
    assert draft.document is None
    assert draft.document_text == ""
    assert current(entry).document is not None


def test_every_step_is_in_the_ledger_without_a_word_of_the_text(writer: Actor) -> None:
    entry = services.add_entry(actor=writer, content=content("Recorded"))
    services.publish_version(actor=writer, version=entry.versions.get(), expected_revision=1)
    services.withdraw_entry(actor=writer, entry=entry)
    rows = LedgerEntry.objects.filter(action__startswith="toolkits.").order_by("pk")
    assert [row.action for row in rows] == [
        "toolkits.added",
        "toolkits.published",
        "toolkits.withdrawn",
    ]
    assert all(set(row.data) <= {"entry", "version"} for row in rows)


def test_a_use_is_counted_by_local_day_and_keeps_nobodys_name(
    agent: Actor, publish: Publish
) -> None:
    entry = publish()
    for _ in range(3):
        services.count_use(actor=agent, entry=entry)
    # 06:00 UTC is still the evening before in Los Angeles.
    with time_machine.travel(datetime(2025, 11, 6, 6, tzinfo=UTC), tick=False):
        services.count_use(actor=agent, entry=entry)
    with time_machine.travel(datetime(2025, 11, 6, 18, tzinfo=UTC), tick=False):
        services.count_use(actor=agent, entry=entry)
    found = EntryUse.objects.order_by("day").values_list("day", "count")
    assert list(found) == [(date(2025, 11, 5), 4), (date(2025, 11, 6), 1)]
    assert "person" not in {field.name for field in EntryUse._meta.get_fields()}
