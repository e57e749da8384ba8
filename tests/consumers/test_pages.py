"""Pages of imports: upload, progress, refused rows."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.casework.models import Case
from portal.consumers import feeds, inbox
from portal.consumers.imports import import_file, stop_run
from portal.consumers.mirror_feeds import CONSUMERS
from portal.consumers.models import SILENCE, FeedRun
from portal.consumers.tasks import run_feed
from portal.ledger.models import LedgerEntry
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


def test_a_kind_of_file_made_for_another_exchange_is_neither_offered_nor_taken(
    other_world: World,
) -> None:
    client = sign_in(other_world, "admin")
    assert b"access-to-care" not in client.get("/feeds/").content
    assert client.get("/feeds/formats/access-to-care.csv").status_code == 404
    assert upload(client, row(1)).status_code == 422
    other_world.enter()
    assert not FeedRun.objects.exists()


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_the_example_of_a_kind_can_be_imported_as_it_is(
    world: World, tmp_path: Path, form: str
) -> None:
    admin = sign_in(world, "admin")
    answer = admin.get(f"/feeds/formats/consumers.{form}")
    assert answer["Content-Disposition"] == f'attachment; filename="consumers.{form}"'
    path = tmp_path / "example"
    path.write_bytes(answer.content)
    run = import_file(kind=CONSUMERS, exchange=world.exchange, path=path)
    assert (run.state, run.rows_new) == (FeedRun.State.DONE, 1)


def test_a_run_that_stopped_half_way_goes_on_behind_its_last_whole_batch(world: World) -> None:
    admin = sign_in(world, "admin")
    upload(admin, *(row(number, type="?" if number == 1 else "Urgent Care") for number in range(4)))
    world.enter()
    run = FeedRun.objects.get()
    kind = feeds.get("access-to-care")
    path = inbox.path_of(run.stored_as)

    def die_after_one(run: FeedRun) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(
            kind=kind,
            exchange=world.exchange,
            path=path,
            run=run,
            batch_rows=2,
            report=die_after_one,
        )
    stop_run(run=run, exchange=world.exchange)
    world.enter()
    run.refresh_from_db()
    assert (run.rows_read, run.rows_refused, run.lines_read) == (2, 1, 3)
    admin.post(f"/feeds/{run.pk}/continue/")
    run_feed(exchange_id=world.exchange.pk, run_id=run.pk)
    world.enter()
    run.refresh_from_db()
    assert (run.state, run.rows_read, run.rows_new, run.rows_refused) == ("done", 4, 3, 1)
    assert LedgerEntry.objects.filter(action="ticket.opened").count() == 2


def test_a_process_that_was_overtaken_takes_no_batch_a_second_time(world: World) -> None:
    upload(sign_in(world, "admin"), *(row(number) for number in range(6)))
    world.enter()
    run = FeedRun.objects.get()
    path = inbox.path_of(run.stored_as)
    other = FeedRun.objects.get()
    batches: list[int] = []

    def let_the_other_finish(run: FeedRun) -> None:
        batches.append(run.rows_read)
        if len(batches) == 1:
            import_file(
                kind=feeds.get(run.kind),
                exchange=world.exchange,
                path=path,
                run=FeedRun.objects.get(pk=other.pk),
                batch_rows=2,
            )
            world.enter()

    done = import_file(
        kind=feeds.get(run.kind),
        exchange=world.exchange,
        path=path,
        run=run,
        batch_rows=2,
        report=let_the_other_finish,
    )
    world.enter()
    assert (done.state, done.rows_read, done.rows_new, done.rows_known) == ("done", 6, 6, 0)
    assert batches == [2, 6]
    assert LedgerEntry.objects.filter(action="consumers.feed_done").count() == 1


def test_a_run_of_another_exchange_is_not_found(world: World, other_world: World) -> None:
    upload(sign_in(world, "admin"), row(1))
    world.enter()
    run = FeedRun.objects.get()
    stranger = sign_in(other_world, "admin")
    for path in ("", "progress/", "refused.csv"):
        assert stranger.get(f"/feeds/{run.pk}/{path}").status_code in (403, 404)
