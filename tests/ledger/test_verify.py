"""Whoever may change the database cannot change the ledger unseen (CC-14, AU-9)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, close_old_connections, connection, transaction
from django.utils import timezone
from psycopg2.extensions import connection as Connection

from portal.ledger.anchor import AnchorDamaged, anchor_path, read_anchors, write_anchor
from portal.ledger.models import LedgerEntry, LedgerHead, LedgerSeal
from portal.ledger.sealing import CANONICAL, GENESIS, seal_hash
from portal.ledger.services import record
from portal.ledger.tasks import anchor_ledger
from portal.ledger.verify import Report, verify_ledger
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange

ENTRIES = 130


@pytest.fixture(autouse=True)
def anchors(tmp_path: Path, settings: Any) -> Path:
    """Anchors in a folder of the test's own."""
    settings.LEDGER_ANCHOR_DIR = tmp_path / "anchors"
    return settings.LEDGER_ANCHOR_DIR


@pytest.fixture
def exchange(transactional_db: None) -> Exchange:
    """An exchange with a ledger of 130 committed entries."""
    exchange = Exchange.objects.create(
        slug="covered-california", name="C", short_name="C", time_zone="America/Los_Angeles"
    )
    write_entries(exchange, ENTRIES)
    return exchange


def write_entries(exchange: Exchange, count: int) -> None:
    actor = Actor.system(exchange)
    with use_exchange(exchange):
        for number in range(count):
            record(
                actor=actor,
                action="casework.viewed",
                cases=[number],
                fields=["phone", "email"],
                data={"surface": "page\x1fx"},
            )


def verify(exchange: Exchange) -> Report:
    with use_exchange(exchange):
        return verify_ledger(exchange=exchange)


def anchor(exchange: Exchange) -> None:
    with use_exchange(exchange):
        write_anchor(exchange=exchange, at=timezone.now())


@pytest.fixture
def as_owner(owner_connection: Connection) -> Callable[..., None]:
    """Run SQL as the owner of the tables, with triggers and keys out of the way."""

    def run(sql: str, *params: Any) -> None:
        with owner_connection, owner_connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql, params or None)

    return run


def test_an_untouched_ledger_is_sound(exchange: Exchange) -> None:
    report = verify(exchange)
    assert report.is_sound, report.problems
    assert report.seals == ENTRIES


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 second'",
        "recorded_at = recorded_at + interval '1 second'",
        "actor_role = 'ea_lead'",
        "organization_id = 7",
        "channel = 'api'",
        "request_id = 'x'",
        "action = 'casework.note'",
        "outcome = 'refused'",
        "case_ids = '{1,2,3}'",
        "consumer_ids = '{1}'",
        "disclosed_to_id = 7",
        "release_id = 7",
        "fields = '{phone}'",
        "data = '{}'",
    ],
)
def test_a_changed_field_is_found_and_its_row_named(
    exchange: Exchange, as_owner: Callable[..., None], change: str
) -> None:
    seal = seal_at(exchange, 64)
    as_owner(f"UPDATE ledger_entry SET {change} WHERE id = %s", seal.entry_id)
    first = verify(exchange).first_bad
    assert first is not None
    assert (first.seq, first.entry_id) == (64, seal.entry_id)


def seal_at(exchange: Exchange, seq: int) -> LedgerSeal:
    with use_exchange(exchange):
        return LedgerSeal.objects.get(seq=seq)


def test_a_row_deleted_from_the_middle_is_found(
    exchange: Exchange, as_owner: Callable[..., None]
) -> None:
    entry_id = seal_at(exchange, 64).entry_id
    as_owner("DELETE FROM ledger_entry WHERE id = %s", entry_id)
    first = verify(exchange).first_bad
    assert first is not None
    assert (first.seq, first.entry_id, first.what) == (64, entry_id, "the entry it seals is gone")


def test_a_row_deleted_with_its_seal_is_found_as_a_gap(
    exchange: Exchange, as_owner: Callable[..., None]
) -> None:
    entry_id = seal_at(exchange, 64).entry_id
    as_owner(
        "DELETE FROM ledger_seal WHERE entry_id = %s; DELETE FROM ledger_entry WHERE id = %s",
        entry_id,
        entry_id,
    )
    first = verify(exchange).first_bad
    assert first is not None
    assert first.seq == 65
    assert "lacks #64 to #64" in first.what


def test_a_tail_cut_off_is_found_by_the_head(
    exchange: Exchange, as_owner: Callable[..., None]
) -> None:
    as_owner("DELETE FROM ledger_seal WHERE seq > 30")
    first = verify(exchange).first_bad
    assert first is not None
    assert first.seq == 31
    assert "tail is cut off" in first.what


def test_a_tail_cut_off_with_the_head_moved_back_is_found_by_the_anchor(
    exchange: Exchange, as_owner: Callable[..., None]
) -> None:
    anchor(exchange)
    as_owner(
        "DELETE FROM ledger_entry e USING ledger_seal s WHERE s.entry_id = e.id AND s.seq > 30;"
        "DELETE FROM ledger_seal WHERE seq > 30;"
        "UPDATE ledger_head SET seq = 30,"
        " hash = (SELECT hash FROM ledger_seal WHERE seq = 30)"
    )
    report = verify(exchange)
    assert report.first_bad is not None
    assert report.first_bad.seq == 31
    assert len(report.problems) == 1, "only the anchor can tell"


def test_two_entries_that_changed_places_are_found(
    exchange: Exchange, as_owner: Callable[..., None]
) -> None:
    one, two = seal_at(exchange, 40), seal_at(exchange, 90)
    as_owner("ALTER TABLE ledger_seal DROP CONSTRAINT ledger_seal_entry_unique")
    try:
        as_owner(
            "UPDATE ledger_seal SET entry_id = CASE seq WHEN 40 THEN %s ELSE %s END"
            " WHERE seq IN (40, 90)",
            two.entry_id,
            one.entry_id,
        )
    finally:
        as_owner(
            "ALTER TABLE ledger_seal ADD CONSTRAINT ledger_seal_entry_unique UNIQUE (entry_id)"
        )
    first = verify(exchange).first_bad
    assert first is not None
    assert (first.seq, first.entry_id) == (40, two.entry_id)


def test_an_entry_slipped_in_is_found_as_never_sealed(
    exchange: Exchange, as_owner: Callable[..., None]
) -> None:
    as_owner(
        "INSERT INTO ledger_entry (exchange_id, at, actor_role, channel, request_id, action,"
        " outcome, case_ids, consumer_ids, fields, data)"
        " SELECT exchange_id, at, actor_role, channel, request_id, action,"
        " outcome, case_ids, consumer_ids, fields, data FROM ledger_entry LIMIT 1"
    )
    first = verify(exchange).first_bad
    assert first is not None
    assert first.seq is None
    assert first.what == "the entry was never sealed"
    with use_exchange(exchange):
        assert first.entry_id == LedgerEntry.objects.last().pk


def test_an_entry_slipped_in_with_a_seal_of_its_own_is_found(
    exchange: Exchange, as_owner: Callable[..., None]
) -> None:
    as_owner("UPDATE ledger_seal SET seq = seq + 1000 WHERE seq > 64")
    as_owner("UPDATE ledger_seal SET seq = seq - 999 WHERE seq > 1000")
    as_owner(
        "WITH new AS (INSERT INTO ledger_entry (exchange_id, at, actor_role, channel, request_id,"
        " action, outcome, case_ids, consumer_ids, fields, data)"
        " SELECT exchange_id, at, actor_role, channel, request_id, action,"
        " outcome, case_ids, consumer_ids, fields, data FROM ledger_entry LIMIT 1"
        " RETURNING id, exchange_id)"
        " INSERT INTO ledger_seal (exchange_id, seq, entry_id, prev_hash, hash)"
        " SELECT exchange_id, 65, id, (SELECT hash FROM ledger_seal WHERE seq = 64),"
        " repeat('a', 64) FROM new"
    )
    first = verify(exchange).first_bad
    assert first is not None
    assert first.seq == 65


def test_a_chain_rewritten_from_one_entry_on_is_found_by_the_anchors(
    exchange: Exchange, owner_connection: Connection, as_owner: Callable[..., None]
) -> None:
    anchor(exchange)
    write_entries(exchange, 10)
    anchor(exchange)
    write_entries(exchange, 10)
    rewrite_chain(owner_connection, as_owner, changed_seq=135)
    report = verify(exchange)
    assert report.first_bad is not None
    assert report.first_bad.seq == 131, "the first anchor still agrees, the second does not"
    assert "rewritten" in report.first_bad.what
    assert len(report.problems) == 1, "the chain agrees with itself"


def rewrite_chain(owner: Connection, as_owner: Callable[..., None], *, changed_seq: int) -> None:
    """What somebody with every right on the database would do to hide a change."""
    as_owner(
        "UPDATE ledger_entry SET action = 'casework.note' WHERE id ="
        " (SELECT entry_id FROM ledger_seal WHERE seq = %s)",
        changed_seq,
    )
    with owner, owner.cursor() as cursor:
        cursor.execute(
            f"SELECT s.seq, {', '.join(CANONICAL)} FROM ledger_seal s"
            " JOIN ledger_entry e ON e.id = s.entry_id ORDER BY s.seq"
        )
        previous = GENESIS
        for seq, *canonical in cursor.fetchall():
            new = seal_hash(seq=seq, prev_hash=previous, canonical=canonical)
            cursor.execute(
                "UPDATE ledger_seal SET prev_hash = %s, hash = %s WHERE seq = %s",
                [previous, new, seq],
            )
            previous = new
        cursor.execute("UPDATE ledger_head SET hash = %s", [previous])


def test_a_changed_or_removed_line_of_the_anchor_file_is_found(
    exchange: Exchange,
) -> None:
    anchor(exchange)
    write_entries(exchange, 1)
    anchor(exchange)
    path = anchor_path(exchange)
    lines = path.read_text().splitlines(keepends=True)
    assert len(lines) == 2
    path.write_text(lines[1])
    with pytest.raises(AnchorDamaged):
        list(read_anchors(exchange))
    path.write_text(lines[0].replace('"seq": 130', '"seq": 129') + lines[1])
    report = verify(exchange)
    assert report.first_bad is not None
    assert "Line 1 of the anchor file" in report.first_bad.what


def test_an_unchanged_head_is_anchored_once(exchange: Exchange) -> None:
    anchor_ledger()
    anchor_ledger()
    assert [a.seq for a in read_anchors(exchange)] == [ENTRIES]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_entry SET action = 'x'",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry CASCADE",
        "INSERT INTO ledger_seal (exchange_id, seq, entry_id, prev_hash, hash)"
        " VALUES (1, 1, 1, '', '')",
        "UPDATE ledger_seal SET hash = 'x'",
        "DELETE FROM ledger_seal",
        "TRUNCATE ledger_seal",
        "UPDATE ledger_head SET seq = 0",
        "DELETE FROM ledger_head",
        "TRUNCATE ledger_head",
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "DROP TRIGGER ledger_seal_entry ON ledger_entry",
    ],
)
def test_the_application_may_add_entries_and_nothing_else(exchange: Exchange, sql: str) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        use_exchange(exchange),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert verify(exchange).is_sound


def test_twenty_writers_at_once_leave_neither_gap_nor_fork(exchange: Exchange) -> None:
    start = threading.Barrier(20)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            start.wait()
            for _ in range(5):
                write_entries(exchange, 3)
        except BaseException as error:
            failures.append(error)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    report = verify(exchange)
    assert report.is_sound, report.problems
    assert report.seals == ENTRIES + 20 * 5 * 3
    with use_exchange(exchange):
        assert LedgerHead.objects.get().seq == report.seals


def test_an_act_that_is_rolled_back_leaves_no_seal(exchange: Exchange) -> None:
    with transaction.atomic():
        write_entries(exchange, 3)
        transaction.set_rollback(True)
    assert verify(exchange).seals == ENTRIES


def test_the_command_ends_with_1_and_names_the_first_bad_row(
    exchange: Exchange, as_owner: Callable[..., None]
) -> None:
    out = StringIO()
    call_command("verify_ledger", exchange=exchange.slug, stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1])["sound"] is True
    assert [a.seq for a in read_anchors(exchange)] == [ENTRIES], "a sound chain is anchored"
    as_owner(
        "UPDATE ledger_entry SET actor_role = 'x' WHERE id = %s", seal_at(exchange, 7).entry_id
    )
    out, errors = StringIO(), StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger", stdout=out, stderr=errors)
    assert ended.value.code == 1
    counts = json.loads(out.getvalue().splitlines()[-1])
    assert counts["sound"] is False
    assert counts["exchanges"][0]["first_bad"]["seq"] == 7
