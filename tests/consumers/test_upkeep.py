"""Uploaded files of runs that did not reach their end are kept a week, and no longer."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.consumers import inbox
from portal.consumers.models import FeedRun
from portal.consumers.upkeep import KEEP_STOPPED, forget_feed_files
from portal.ledger.models import LedgerEntry
from tests.world import NOW, World


@pytest.fixture(autouse=True)
def _inbox(settings: Any, tmp_path: Path) -> None:
    settings.FEED_INBOX_DIR = tmp_path / "feeds"


def kept_file() -> str:
    name = inbox.keep(SimpleUploadedFile("feed.csv", b"rows"))
    os.utime(inbox.path_of(name), (NOW.timestamp(), NOW.timestamp()))
    return name


def stored_run(world: World, state: str) -> FeedRun:
    return FeedRun.objects.create(
        exchange=world.exchange, kind="access-to-care", stored_as=kept_file(), state=state
    )


@pytest.mark.parametrize("state", [FeedRun.State.STOPPED, FeedRun.State.RUNNING])
def test_a_file_is_forgotten_once_its_run_has_been_silent_for_seven_days(
    world: World, state: str
) -> None:
    run = stored_run(world, state)
    path = inbox.path_of(run.stored_as)
    assert forget_feed_files(now=NOW + KEEP_STOPPED) == 0
    assert path.exists()
    assert forget_feed_files(now=NOW + KEEP_STOPPED + timedelta(seconds=1)) == 1
    assert not path.exists()
    world.enter()
    run.refresh_from_db()
    assert (run.stored_as, run.state) == ("", FeedRun.State.STOPPED)
    assert not run.may_continue(NOW + KEEP_STOPPED)
    entry = LedgerEntry.objects.get(action="consumers.feed_file_forgotten")
    assert entry.data == {"run": run.pk}


def test_a_file_that_no_run_names_goes_after_the_same_time(world: World) -> None:
    path = inbox.path_of(kept_file())
    assert forget_feed_files(now=NOW + timedelta(days=6)) == 0
    assert forget_feed_files(now=NOW + timedelta(days=8)) == 1
    assert not path.exists()


def test_one_exchanges_upkeep_leaves_the_files_of_a_live_run_of_another(
    world: World, other_world: World
) -> None:
    other_world.enter()
    run = stored_run(other_world, FeedRun.State.RUNNING)
    FeedRun.objects.filter(pk=run.pk).update(seen_at=NOW + timedelta(days=9))
    world.enter()
    assert forget_feed_files(now=NOW + timedelta(days=9)) == 0
    assert inbox.path_of(run.stored_as).exists()
