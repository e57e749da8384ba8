"""The daily summaries' yardstick (P7): a day of every enroller, and a bare insert of its alerts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from config import services
from config.scale.figure import Figure
from config.scale.stack import Say, StackError
from notifications.summaries.making import SUBJECTS, make_summaries
from notifications.summaries.models import Alert
from portal.clocks.reckoning import zone
from portal.consumers.models import Consumer, Enrollment, Notice
from portal.insert_select import insert
from portal.tenancy.models import Exchange, Membership
from portal.tenancy.scope import use_exchange

#: One in thirteen of those with an enroller has something to tell: 100,000 of 1,300,000.
_ONE_IN = 13


def figures(exchange: Exchange, *, say: Say) -> Iterator[Figure]:
    """Tomorrow's summaries by the command, as the schedule would make them."""
    local = timezone.now().astimezone(zone(exchange.time_zone))
    # By noon the day of either is due, at whatever hour this is measured.
    now = local.replace(hour=12, minute=0, second=0, microsecond=0)
    make_summaries(exchange=exchange, now=now)  # whatever was due already is no part of it
    tomorrow = now + timedelta(days=1)
    wanted = add_news(exchange, tomorrow)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {Enrollment._meta.db_table}, {Notice._meta.db_table}")
    with use_exchange(exchange):
        people = Membership.objects.current().filter(role__actions__contains=["summaries.read"])
        readers, consumers = people.count(), Consumer.objects.filter(exchange=exchange).count()
    say(f"P7 {readers:,} enrollers, {consumers:,} consumers, {wanted:,} with news")
    seconds, memory, counts = _send(exchange, tomorrow)
    made = sum(counts[subject] for subject in SUBJECTS)
    if made < readers:
        raise StackError(f"{made} summaries for {readers} enrollers: {counts}")
    bare = _time_bare(exchange)
    yield Figure(
        "P7",
        f"daily summaries: {made:,} of {consumers:,} consumers, {counts['alerts']:,} alerts, with"
        " mailbox and messages",
        round(seconds, 1),
        "s, start of the command included",
        bare=round(bare, 2),
        ratio=round(seconds / bare, 1),
        limit="<= 30",
    )
    yield Figure("P7", "memory of the command", round(memory), "MiB at most", limit="<= 400")
    again, _, counts = _send(exchange, tomorrow)
    if any(counts.values()):
        raise StackError(f"the same day again made something: {counts}")
    yield Figure("P7", "the same day again", round(again, 1), "s, start of the command included")


def add_news(exchange: Exchange, now: datetime) -> int:
    """Give one in thirteen consumers who have an enroller something to tell on a day.

    Four in ten a pending binder payment that is told on that day, three an unanswered notice, two
    a notice of determination, one a canceled enrollment; five times as many binder payments again
    are pending and told on another day.

    Args:
        now: an instant of the day, in the exchange's own zone.

    Returns:
        How many have news.
    """
    day = now.date()
    values: dict[str, Any] = {"exchange": exchange.pk, "day": day, "one_in": _ONE_IN}
    enrollment, consumer = Enrollment._meta.db_table, Consumer._meta.db_table
    news = (
        f"FROM (SELECT c.id, row_number() OVER (ORDER BY c.id) AS n FROM {consumer} c"
        " WHERE c.exchange_id = %(exchange)s AND c.organization_id IS NOT NULL) c"
    )
    notices = insert(
        Notice,
        {
            "exchange": "%(exchange)s",
            "consumer": "c.id",
            "notice_id": "'P7-' || %(day)s || '-' || c.id",
            "code": "CASE WHEN c.n / %(one_in)s %% 10 < 7 THEN 'RFI1' ELSE 'NOD12' END",
            "title": "'Notice'",
            "generated_on": "%(day)s::date",
            "needs_action": "c.n / %(one_in)s %% 10 < 7",
        },
        f"{news} WHERE c.n %% %(one_in)s = 0 AND c.n / %(one_in)s %% 10 BETWEEN 4 AND 8",
    )
    with use_exchange(exchange), connection.cursor() as cursor:
        cursor.execute(notices, values)
        found = cursor.rowcount
        for condition, status, since in (
            ("c.n %% %(one_in)s = 0 AND c.n / %(one_in)s %% 10 < 4", "pending", "7"),
            ("c.n %% %(one_in)s = 0 AND c.n / %(one_in)s %% 10 = 9", "canceled", "0"),
            ("c.n %% %(one_in)s BETWEEN 1 AND 2", "pending", "1 + c.n %% 6"),
        ):
            cursor.execute(
                f"UPDATE {enrollment} e SET status = '{status}',"
                f" status_since = %(day)s::date - ({since})::int {news}"
                f" WHERE e.consumer_id = c.id AND e.exchange_id = %(exchange)s AND {condition}",
                values,
            )
            found += cursor.rowcount if "BETWEEN" not in condition else 0
    return found


def _send(exchange: Exchange, now: datetime) -> tuple[float, float, dict[str, int]]:
    """Seconds, MiB at most, and the counts, of the command in a process of its own."""
    command = [sys.executable, "manage.py", "send_daily_summaries", "--now", now.isoformat()]
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - a command of the portal's own
        [*command, "--exchange", exchange.slug],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=services.BASE_DIR,
        text=True,
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise StackError("send_daily_summaries failed")
    return seconds, usage.ru_maxrss / 1024, json.loads(output.splitlines()[-1])


def _time_bare(exchange: Exchange) -> float:
    """Seconds for the least there is: the same alerts into a table without any index."""
    alert = Alert._meta.db_table
    with use_exchange(exchange), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE bare_alert (LIKE {alert}) ON COMMIT DROP")
        started = time.perf_counter()
        cursor.execute(f"INSERT INTO bare_alert SELECT * FROM {alert}")
        return time.perf_counter() - started
