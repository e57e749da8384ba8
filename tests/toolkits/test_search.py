"""TK-02, TK-03: toolkits are found by title, text and PDF content, by whoever they are for."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.documents.screening import screen_upload
from portal.tenancy.actor import Actor
from portal.toolkits import services
from portal.toolkits.models import Entry
from portal.toolkits.selectors import find_entries, rows_of, search, suggest
from tests.toolkits.conftest import Publish, content, pdf, publish_in
from tests.world import World


def titles(actor: Actor, text: str = "", **filters: object) -> list[str]:
    found = find_entries(actor=actor, text=text, **filters)  # type: ignore[arg-type]
    return [entry.current.title for entry in found if entry.current]


def test_tk_03_a_hit_in_the_title_stands_above_summary_topic_text_and_pdf(
    agent: Actor, publish: Publish
) -> None:
    file = screen_upload(ContentFile(pdf("renewal"), name="a.pdf"))
    publish("In the file", file=file, key="file")
    publish("In the text", body="A " + "renewal " * 9, key="text")
    publish("In the topics", topics=["renewal"], key="topics")
    publish("Renewal in the title", key="title")
    found = find_entries(actor=agent, text="renewals")
    assert [entry.key for entry in found] == ["title", "topics", "text", "file"]


def test_tk_02_words_of_a_pdf_are_found_and_quoted(agent: Actor, publish: Publish) -> None:
    file = screen_upload(ContentFile(pdf("Page one", "Passport or naturalization"), name="a.pdf"))
    publish("Identity documents", file=file)
    found = list(find_entries(actor=agent, text="naturalization", downloads=True))
    (row,) = rows_of(found, text="naturalization")
    assert row.has_file
    assert "<mark>naturalization</mark>" in row.quote_html


def test_tk_02_the_downloads_section_holds_files_and_downloads_only(
    agent: Actor, publish: Publish
) -> None:
    publish("Only text")
    publish("A form", kind="download", link="https://forms.example/form.pdf")
    publish("A guide", file=screen_upload(ContentFile(pdf("x"), name="a.pdf")))
    assert set(titles(agent, downloads=True)) == {"A form", "A guide"}
    assert titles(agent, "form", downloads=True) == ["A form"]


def test_every_word_has_to_be_there_quoted_words_together_and_dashed_ones_nowhere(
    agent: Actor, publish: Publish
) -> None:
    publish("Upload documents", body="Identity proof")
    publish("Upload pictures", body="Proof of identity")
    assert titles(agent, "upload identity") == ["Upload documents", "Upload pictures"]
    assert titles(agent, '"identity proof"') == ["Upload documents"]
    assert titles(agent, "upload -pictures") == ["Upload documents"]
    assert titles(agent, "upload storefront") == []


def test_each_language_is_searched_in_its_own_words(agent: Actor, publish: Publish) -> None:
    publish("Renovar la cobertura", language="es", summary="Renovaciones.", body="Los pasos.")
    publish("Gia hạn bảo hiểm", language="vi", key="gia-han", summary="Các bước.")
    publish("Renew coverage")
    assert titles(agent, "renovación") == ["Renovar la cobertura"]
    assert titles(agent, "hạn") == ["Gia hạn bảo hiểm"]
    assert titles(agent, language="es") == ["Renovar la cobertura"]


def test_what_is_not_published_is_never_found(
    writer: Actor, agent: Actor, publish: Publish
) -> None:
    services.add_entry(actor=writer, content=content("Secret draft"))
    entry = publish("Open words", body="nothing more")
    services.save_draft(actor=writer, entry=entry, content=content("Secret next words"))
    gone = publish("Secret of yesterday")
    services.withdraw_entry(actor=writer, entry=gone)
    for actor in (agent, writer):
        assert titles(actor, "secret") == []
        assert search(actor, "secret") == []
        assert suggest(actor, "secret words of yesterday and the draft") == suggest(actor, "words")
    assert titles(agent) == ["Open words"]


def test_agents_and_counselors_read_what_is_written_for_them_and_staff_all(
    world: World, agent: Actor, counselor: Actor, publish: Publish
) -> None:
    publish("For agents", readers="agencies")
    publish("For counselors", readers="entities")
    publish("For both")
    assert set(titles(agent)) == {"For agents", "For both"}
    assert set(titles(counselor)) == {"For counselors", "For both"}
    assert set(titles(world.actor("scr"))) == {"For agents", "For counselors", "For both"}
    assert set(titles(world.actor("scr"), readers="agencies")) == {"For agents", "For both"}
    assert titles(agent, "counselors") == []


def test_offices_and_exchanges_without_toolkits_read_nothing(
    world: World, agent: Actor, publish: Publish
) -> None:
    publish()
    assert titles(world.actor("office.staff")) == []
    world.exchange.modules = [key for key in world.exchange.modules if key != "toolkits"]
    world.exchange.save()
    assert titles(world.actor("agent")) == []


def test_another_exchanges_entries_are_neither_listed_nor_matched(
    world: World, other_world: World, publish: Publish
) -> None:
    other_world.enter()
    publish_in(other_world, "Renewal abroad")
    world.enter()
    mine = publish("Renewal here")
    agent = world.actor("agent")
    assert titles(agent, "renewal") == ["Renewal here"]
    assert [hit.title for hit in search(agent, "renewal")] == ["Renewal here"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT toolkits_matching('renewal', false)")
        assert cursor.fetchall() == [(mine.current_id,)]


def test_without_a_search_the_most_used_stand_first_and_what_is_coming_last(
    agent: Actor, publish: Publish
) -> None:
    publish("Aardvark")
    publish("Soon", is_coming_soon=True)
    favourite, second = publish("Zebra"), publish("Yak")
    for entry, times in ((favourite, 3), (second, 1)):
        for _ in range(times):
            services.count_use(actor=agent, entry=entry)
    assert titles(agent) == ["Zebra", "Yak", "Aardvark", "Soon"]


def test_a_quote_shows_markup_as_text_and_marks_the_hits_alone(
    agent: Actor, publish: Publish
) -> None:
    publish(
        "<script>alert(1)</script> upload",
        key="hostile",
        summary="<img src=x onerror=alert(1)> upload",
        body="`<b onclick=x>` upload",
    )
    (row,) = rows_of(list(find_entries(actor=agent, text="upload")), text="upload")
    for html in (row.title_html, row.quote_html):
        assert "<mark>upload</mark>" in html
        assert "<" not in html.replace("<mark>", "").replace("</mark>", "")


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(typed=st.text(max_size=80))
def test_whatever_is_typed_is_a_search_and_never_an_error(
    agent: Actor, publish: Publish, typed: str
) -> None:
    if not Entry.objects.exists():
        publish()
    list(find_entries(actor=agent, text=typed))
    search(agent, typed)
    suggest(agent, typed)


def test_the_one_search_gets_plain_rows(agent: Actor, publish: Publish) -> None:
    publish("Fish & chips", body="About fish & more.", key="fish")
    (hit,) = search(agent, "fish", limit=3)
    assert (hit.title, hit.url) == ("Fish & chips", "/toolkits/fish/")
    assert "fish & more" in hit.snippet
    assert search(agent, "   ") == []


def test_hr_suggestions_take_a_sentence_and_put_the_best_answer_first(
    agent: Actor, publish: Publish
) -> None:
    publish("Upload identity documents", topics=["identity"])
    publish("Storefront hours", body="When a storefront opens.")
    publish("Upload pictures of a storefront")
    found = suggest(agent, "My consumer tried to upload the identity documents twice and failed")
    assert found[0].title == "Upload identity documents"
    assert "Storefront hours" not in [row.title for row in found]
    assert suggest(agent, "xy") == []
    for number in range(6):
        publish(f"Upload identity {number}")
    assert len(suggest(agent, "upload identity")) == 5
