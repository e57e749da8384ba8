"""The pages of the toolkits: readers search and read, writers write and publish."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.documents.screening import screen_upload
from portal.ledger.models import LedgerEntry
from portal.tenancy.actor import Actor
from portal.toolkits import services
from portal.toolkits.models import Entry, EntryUse
from tests.toolkits.conftest import Publish, content, pdf
from tests.world import World

INDEX = "/toolkits/"


@pytest.fixture
def reader(client: Client, world: World) -> Client:
    """A signed-in agent's."""
    client.force_login(world.person("agent"))
    return client


@pytest.fixture
def desk(world: World) -> Client:
    """The signed-in writer's."""
    client = Client()
    client.force_login(world.person("osd.staff"))
    return client


def test_tk_01_the_toolkits_are_a_link_of_every_page(reader: Client) -> None:
    assert b'href="/toolkits/"' in reader.get("/").content


def test_tk_03_a_search_shows_its_hits_marked_and_keeps_what_was_typed(
    reader: Client, publish: Publish
) -> None:
    publish("Renew <b>coverage</b>", key="renew")
    publish("Something else")
    page = reader.get(INDEX, {"q": "renewal"}).content.decode()
    assert "<mark>Renew</mark> &lt;b&gt;coverage&lt;/b&gt;" in page
    assert "Something else" not in page
    assert 'value="renewal"' in page
    assert "1 entry found" in page


def test_when_no_entry_has_all_words_those_with_some_are_shown_as_such(
    reader: Client, publish: Publish
) -> None:
    publish("Upload documents")
    page = reader.get(INDEX, {"q": "upload zebra"}).content.decode()
    assert "These have some of them" in page
    assert "documents" in page
    assert "Nothing found" in reader.get(INDEX, {"q": "zebra"}).content.decode()


def test_tk_02_the_downloads_section_has_a_search_of_its_own(
    reader: Client, publish: Publish
) -> None:
    publish("Quick guide to print", kind="download", link="https://forms.example/a.pdf")
    publish("Quick text")
    page = reader.get("/toolkits/downloads/", {"q": "quick"}).content.decode()
    assert "guide to print" in page
    assert "text" not in page.split('<ul class="toolkits-list">')[1].split("</ul>")[0]


def test_a_long_list_has_pages_and_a_foolish_page_number_is_no_error(
    reader: Client, publish: Publish
) -> None:
    for number in range(14):
        publish(f"Entry {number:02}")
    first = reader.get(INDEX, {"kind": "job_aid"}).content.decode()
    assert "12 of 14 entries" in first
    assert "?kind=job_aid&amp;page=2" in first
    assert reader.get(INDEX, {"page": "2"}).content.decode().count("toolkits-item__kind") == 2
    for page in ("0", "-1", "x", "9" * 30):
        assert reader.get(INDEX, {"page": page, "kind": "nonsense"}).status_code == 200


def test_a_social_security_number_is_not_looked_for_nor_shown_again(
    reader: Client, publish: Publish
) -> None:
    page = reader.get(INDEX, {"q": "SSN 536-22-1234"}).content.decode()
    assert "Remove the Social Security number" in page
    assert "1234" not in page
    assert reader.get("/toolkits/suggest/", {"q": "SSN 536-22-1234"}).content.strip() == b""


def test_ep_02_an_entry_says_as_of_which_day_it_is_accurate(
    reader: Client, publish: Publish
) -> None:
    entry = publish("Dated", body="## Steps\n\n1. First\n\n<script>alert(1)</script>")
    page = reader.get(f"{INDEX}{entry.key}/").content.decode()
    assert "Accurate as of October 10, 2025" in page
    assert "Policies may change" in page
    assert "<h2>Steps</h2>" in page
    assert "<script>alert" not in page


def test_ep_07_an_outside_document_is_linked(reader: Client, publish: Publish) -> None:
    entry = publish("Overview", link="https://guides.example/overview.pdf")
    page = reader.get(f"{INDEX}{entry.key}/").content.decode()
    assert 'href="https://guides.example/overview.pdf" rel="noopener noreferrer"' in page


def test_opening_counts_once_a_session_and_day_and_reading_alone_changes_nothing(
    reader: Client, publish: Publish
) -> None:
    entry = publish()
    page = reader.get(f"{INDEX}{entry.key}/").content.decode()
    assert f'hx-post="/toolkits/{entry.key}/used/"' in page
    assert not EntryUse.objects.exists()
    for _ in range(3):
        assert reader.post(f"{INDEX}{entry.key}/used/").status_code == 204
    assert EntryUse.objects.get().count == 1
    assert reader.get(f"{INDEX}{entry.key}/used/").status_code == 405


def test_a_file_is_a_download_and_the_download_is_recorded(
    reader: Client, publish: Publish
) -> None:
    entry = publish("Filed", file=screen_upload(ContentFile(pdf("Hello"), name="guide.pdf")))
    answer = reader.get(f"{INDEX}{entry.key}/file/")
    assert answer["Content-Disposition"].startswith('attachment; filename="guide.pdf"')
    assert answer.content.startswith(b"%PDF-")
    row = LedgerEntry.objects.get(action="toolkits.file_fetched")
    assert row.data["entry"] == entry.pk
    assert reader.get(f"{INDEX}{publish('Bare').key}/file/").status_code == 404


def test_what_is_not_for_a_reader_is_missing_for_them(
    reader: Client, writer: Actor, publish: Publish
) -> None:
    hidden = [
        publish("Counselors only", readers="entities"),
        services.add_entry(actor=writer, content=content("A draft")),
        services.withdraw_entry(actor=writer, entry=publish("Gone")),
    ]
    for entry in hidden:
        for end in ("", "file/"):
            assert reader.get(f"{INDEX}{entry.key}/{end}").status_code == 404
        assert reader.post(f"{INDEX}{entry.key}/used/").status_code == 404


def test_readers_see_what_changed_and_staff_the_earlier_versions_and_who_wrote_them(
    reader: Client, desk: Client, writer: Actor, publish: Publish
) -> None:
    entry = publish("Twice told", body="Old line\n\nKept line")
    draft = services.save_draft(
        actor=writer,
        entry=entry,
        content=content("Twice told", body="New line\n\nKept line", change_note="A new line"),
    )
    services.publish_version(actor=writer, version=draft, expected_revision=1)
    page = reader.get(f"{INDEX}{entry.key}/").content.decode()
    assert "A new line" in page
    assert "Osd Staff" not in page
    assert reader.get(f"{INDEX}{entry.key}/versions/1/").status_code == 403
    assert "by Osd Staff" in desk.get(f"{INDEX}{entry.key}/").content.decode()
    assert "An earlier version" in desk.get(f"{INDEX}{entry.key}/versions/1/").content.decode()
    newest = desk.get(f"{INDEX}{entry.key}/versions/2/").content.decode()
    assert '<ins><span class="usa-sr-only">Added: </span>New line</ins>' in newest
    assert '<del><span class="usa-sr-only">Removed: </span>Old line</del>' in newest


def test_hr_suggestions_are_a_fragment_of_at_most_five_links(
    reader: Client, publish: Publish
) -> None:
    for number in range(7):
        publish(f"Upload a document {number}")
    for answer in (
        reader.get("/toolkits/suggest/", {"q": "how do I upload"}),
        reader.post("/toolkits/suggest/", {"q": "how do I upload"}),
    ):
        fragment = answer.content.decode()
        assert fragment.count("<li>") == 5
        assert "<html" not in fragment
    assert reader.get("/toolkits/suggest/").content.strip() == b""


def test_a_writer_adds_looks_publishes_and_withdraws_in_the_browser(desk: Client) -> None:
    fields = {
        "title": "Verify identity",
        "summary": "Which documents prove who somebody is.",
        "kind": "guide",
        "readers": "everyone",
        "language": "en",
        "body": "## Documents\n\n- Passport",
        "topics": "identity, documents",
        "as_of": "2025-10-10",
        "expected_revision": "0",
        "file": SimpleUploadedFile("guide.pdf", pdf("Naturalization certificate")),
    }
    answer = desk.post("/toolkits/add/", fields)
    assert answer.status_code == 302, answer.content.decode()
    where = answer["Location"]
    assert "Readers do not see it" in desk.get(where).content.decode()
    assert "Verify identity" in desk.get("/toolkits/drafts/").content.decode()
    assert desk.post(f"{where}publish/", {"revision": "1"}).status_code == 302
    entry = Entry.objects.select_related("current").get()
    assert entry.state == Entry.State.PUBLISHED
    assert entry.current is not None
    assert entry.current.topics == ["identity", "documents"]
    assert "verify-identity" in desk.get(INDEX, {"q": "naturalization"}).content.decode()
    assert "Withdraw this entry?" in desk.get(f"{where}withdraw/").content.decode()
    desk.post(f"{where}withdraw/")
    assert Entry.objects.get().state == Entry.State.WITHDRAWN
    desk.post(f"{where}restore/")
    assert Entry.objects.get().state == Entry.State.PUBLISHED


def test_a_conflict_keeps_what_was_typed_and_shows_what_stands(
    desk: Client, world: World, publish: Publish
) -> None:
    entry = publish("Contested")
    services.save_draft(actor=world.actor("admin"), entry=entry, content=content("Theirs"))
    fields = {
        "title": "Mine",
        "summary": "My words.",
        "kind": "guide",
        "readers": "everyone",
        "language": "en",
        "expected_revision": "0",
    }
    answer = desk.post(f"{INDEX}{entry.key}/edit/", fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "What stands now" in page
    assert "Theirs" in page
    assert 'value="Mine"' in page
    again = desk.post(f"{INDEX}{entry.key}/edit/", fields | {"expected_revision": "1"})
    assert again.status_code == 302
    assert entry.versions.get(published_at=None).title == "Mine"


def test_publishing_without_a_day_leads_back_to_the_form_and_says_why(
    desk: Client, writer: Actor
) -> None:
    entry = services.add_entry(actor=writer, content=content("Undated", as_of=None))
    answer = desk.post(f"{INDEX}{entry.key}/publish/", {"revision": "1"}, follow=True)
    assert "Say as of which day" in answer.content.decode()
    assert answer.request["PATH_INFO"] == reverse("toolkits:edit", args=[entry.key])


def test_a_title_that_is_taken_is_said_beside_the_title(desk: Client, publish: Publish) -> None:
    publish("Twice")
    fields = {
        "title": "Twice",
        "summary": "x",
        "kind": "guide",
        "readers": "everyone",
        "language": "en",
        "expected_revision": "0",
    }
    answer = desk.post("/toolkits/add/", fields)
    assert answer.status_code == 422
    assert "Choose another title" in answer.content.decode()


def test_an_exchange_without_toolkits_has_no_such_pages(reader: Client, world: World) -> None:
    world.exchange.modules = [key for key in world.exchange.modules if key != "toolkits"]
    world.exchange.save()
    assert reader.get(INDEX).status_code == 404
    assert reader.get("/toolkits/suggest/", {"q": "upload"}).status_code == 404
    assert b'href="/toolkits/"' not in reader.get("/").content


def test_a_list_costs_the_same_statements_however_many_entries_it_shows(
    reader: Client, publish: Publish
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            reader.get(INDEX, {"q": "entry"})
        return len(caught)

    publish("Entry one")
    statements()
    few = statements()
    for number in range(9):
        publish(f"Entry {number}")
    assert statements() == few
