"""Pages of imports: upload, progress, refused rows."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.casework.models import Case
from portal.consumers import inbox
from portal.consumers.models import SILENCE, FeedRun
from portal.consumers.tasks import run_feed
from tests.consumers.imr_file import HEADER, row
from tests.world import NOW, World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def _inbox(settings: Any, tmp_path: Path) -> None:
    settings.FEED_INBOX_DIR = tmp_path / "feeds"


def sign_in(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key], BACKEND)
    return client


def upload(client: Client, *rows: str) -> Any:
    text = "\r\n".join([HEADER, *rows])
    file = SimpleUploadedFile("imr.csv", text.encode(), content_type="text/csv")
    return client.post("/feeds/", {"kind": "access-to-care", "file": file})


def test_an_upload_waits_for_a_worker_who_reads_and_deletes_it(world: World) -> None:
    admin = sign_in(world, "admin")
    answer = upload(admin, row(1), row(2, type="?"))
    world.enter()
    run = FeedRun.objects.get()
    assert answer["Location"] == f"/feeds/{run.pk}/"
    assert run.started_by == world.people["admin"]
    waiting = inbox.path_of(run.stored_as)
    assert waiting.stat().st_mode & 0o777 == 0o600
    run_feed(exchange_id=world.exchange.pk, run_id=run.pk)
    world.enter()
    run.refresh_from_db()
    assert (run.state, run.rows_new, run.rows_refused) == (FeedRun.State.DONE, 1, 1)
    assert not waiting.exists()
    page = admin.get(f"/feeds/{run.pk}/").content.decode()
    assert "The Type is none of" in page
    csv = admin.get(f"/feeds/{run.pk}/refused.csv").content.decode().splitlines()
    assert csv[0] == "line,reason"
    assert csv[1].startswith("3,")


def test_a_message_that_comes_twice_reads_the_file_once(world: World) -> None:
    upload(sign_in(world, "admin"), row(1))
    world.enter()
    run = FeedRun.objects.get()
    for _ in range(2):
        run_feed(exchange_id=world.exchange.pk, run_id=run.pk)
    world.enter()
    run.refresh_from_db()
    assert run.rows_read == 1


def test_the_page_polls_while_the_run_is_at_work_and_then_no_more(world: World) -> None:
    admin = sign_in(world, "admin")
    upload(admin, row(1))
    world.enter()
    run = FeedRun.objects.get()
    moving = admin.get(f"/feeds/{run.pk}/progress/")
    assert "hx-trigger" in moving.content.decode()
    assert "HX-Refresh" not in moving
    run_feed(exchange_id=world.exchange.pk, run_id=run.pk)
    done = admin.get(f"/feeds/{run.pk}/progress/")
    assert "hx-trigger" not in done.content.decode()
    assert done["HX-Refresh"] == "true"


def test_a_run_that_fell_silent_is_continued_from_the_page(world: World) -> None:
    admin = sign_in(world, "admin")
    upload(admin, row(1))
    world.enter()
    run = FeedRun.objects.get()
    refused = admin.post(f"/feeds/{run.pk}/continue/", follow=True)
    assert "still at work" in refused.content.decode()
    FeedRun.objects.update(seen_at=NOW - 2 * SILENCE)
    assert "stopped before its end" in admin.get(f"/feeds/{run.pk}/").content.decode()
    admin.post(f"/feeds/{run.pk}/continue/")
    run_feed(exchange_id=world.exchange.pk, run_id=run.pk)
    world.enter()
    run.refresh_from_db()
    assert (run.state, run.rows_new) == (FeedRun.State.DONE, 1)


def test_a_run_whose_file_is_gone_stops_and_says_so_in_its_state(world: World) -> None:
    upload(sign_in(world, "admin"), row(1))
    world.enter()
    run = FeedRun.objects.get()
    inbox.forget(run.stored_as)
    run_feed(exchange_id=world.exchange.pk, run_id=run.pk)
    world.enter()
    run.refresh_from_db()
    assert run.state == FeedRun.State.STOPPED
    assert not Case.objects.exists()


@pytest.mark.parametrize("key", ["eru.lead", "office.manager", "ea.lead"])
def test_only_those_who_may_import_see_the_pages(world: World, key: str) -> None:
    assert sign_in(world, key).get("/feeds/").status_code == 403
    assert upload(sign_in(world, key), row(1)).status_code == 403
    world.enter()
    assert not FeedRun.objects.exists()


def test_an_exchange_without_kinds_of_file_is_told_so_and_takes_none(other_world: World) -> None:
    client = sign_in(other_world, "admin")
    page = client.get("/feeds/")
    assert page.status_code == 200
    assert b"No kind of file has been set up" in page.content
    assert upload(client, row(1)).status_code == 422
    other_world.enter()
    assert not FeedRun.objects.exists()


def test_a_run_of_another_exchange_is_not_found(world: World, other_world: World) -> None:
    upload(sign_in(world, "admin"), row(1))
    world.enter()
    run = FeedRun.objects.get()
    stranger = sign_in(other_world, "admin")
    for path in ("", "progress/", "refused.csv"):
        assert stranger.get(f"/feeds/{run.pk}/{path}").status_code in (403, 404)
