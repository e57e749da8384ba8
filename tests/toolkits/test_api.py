"""The toolkits through the API."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from portal.documents.screening import screen_upload
from portal.tenancy.actor import Actor
from portal.toolkits import services
from tests.api.conftest import Caller, call
from tests.toolkits.conftest import Publish, content, pdf
from tests.world import World

__all__ = ["call"]


@pytest.fixture(autouse=True)
def _entries(writer: Actor, publish: Publish) -> None:
    publish("Report a change", kind="guide", body="**Steps** to report.", topics=["changes"])
    publish("For counselors", readers="entities")
    services.add_entry(actor=writer, content=content("A draft"))


def test_an_agent_lists_and_reads_what_is_published_for_agents(call: Caller) -> None:
    rows = call("agent").get("toolkits/").json()["results"]
    assert [(row["key"], row["kind"], row["as_of"]) for row in rows] == [
        ("report-a-change", "guide", "2025-10-10")
    ]
    assert call("agent").get("toolkits/", kind="release_note").json()["results"] == []
    entry = call("agent").get("toolkits/report-a-change/").json()
    assert entry["body"] == "**Steps** to report."
    assert entry["version"] == 1


def test_what_is_not_for_the_reader_is_missing(call: Caller) -> None:
    for key in ("for-counselors", "a-draft", "never-was"):
        assert call("agent").get(f"toolkits/{key}/").status_code == 404
        assert call("agent").get(f"toolkits/{key}/file/").status_code == 404
    assert call("cec").get("toolkits/for-counselors/").status_code == 200
    assert call("office.staff").get("toolkits/").status_code == 403


def test_tk_03_a_search_answers_the_best_first_with_plain_quotes(call: Caller) -> None:
    (hit,) = call("agent").get("toolkits/search/", q="reporting changes").json()
    assert hit["key"] == "report-a-change"
    assert "Steps to report" in hit["quote"]
    assert call("agent").get("toolkits/search/").status_code == 400
    assert call("agent").get("toolkits/search/", q="SSN 536-22-1234").status_code == 400
    assert call("agent").get("toolkits/search/", q="draft counselors").json() == []


def test_a_file_is_downloaded(call: Caller, publish: Publish) -> None:
    publish("Filed", file=screen_upload(ContentFile(pdf("Hello"), name="a.pdf")))
    answer = call("agent").get("toolkits/filed/file/")
    assert answer["Content-Type"] == "application/pdf"
    assert call("agent").get("toolkits/report-a-change/file/").status_code == 404


def test_an_exchange_without_toolkits_has_no_such_addresses(call: Caller, world: World) -> None:
    world.exchange.modules = [key for key in world.exchange.modules if key != "toolkits"]
    world.exchange.save()
    assert call("agent").get("toolkits/").status_code == 404
