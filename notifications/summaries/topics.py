"""The eight topics of SM-04, each as one statement over the mirror: who is told what on a day.

A statement reads what has begun by the day and still stands, so a day that is made up for later
tells nothing that has been settled since. Consumers nobody works for are nobody's news. Each goes
through an index on what is pending, unanswered or new, so its cost follows the alerts.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection

from notifications.summaries.days import CATCH_UP
from notifications.summaries.models import Alert, Topic
from portal.consumers.mirror import Consent, Consumer, Enrollment, Notice
from portal.consumers.needs_of_mirror import MEDICARE_AGE, born_by
from portal.insert_select import insert, literal

#: Month and day of the three summaries that tell of consents (SM-04, N-05).
CONSENT_DAYS: Final = frozenset({(8, 1), (9, 1), (10, 1)})
#: An event the feeds bring later than this is no news, and was missed by no summary.
NEWS_DAYS: Final = CATCH_UP

_TABLES: Final = {
    "consent": Consent._meta.db_table,
    "consumer": Consumer._meta.db_table,
    "enrollment": Enrollment._meta.db_table,
    "notice": Notice._meta.db_table,
    "alert": Alert._meta.db_table,
}
_WHOSE: Final = (
    "JOIN {consumer} c ON c.id = s.consumer_id AND c.exchange_id = s.exchange_id"
    " AND c.organization_id IS NOT NULL WHERE s.exchange_id = %(exchange)s"
)

#: Who was born on February 29 comes of an age on March 1, where an interval says February 28.
_AGED: Final = "(s.date_of_birth + %(medicare_age)s * interval '1 year')::date"
_BIRTHDAY: Final = (
    f"{_AGED} + (extract(day FROM {_AGED}) <> extract(day FROM s.date_of_birth))::int"
)


def _statement(topic: Topic, source: str, *, source_id: str = "s.id", happened_on: str) -> str:
    """``INSERT`` of a topic's alerts; ``source`` names its rows ``s`` and says which."""
    return insert(
        Alert,
        {
            "exchange": "%(exchange)s",
            "local_date": "%(day)s::date",
            "consumer": "c.id",
            "topic": literal(topic.value),
            "source_id": source_id,
            "happened_on": happened_on,
            "organization": "c.organization_id",
            "enroller": "c.enroller_id",
        },
        f"FROM {source} ON CONFLICT DO NOTHING".format(**_TABLES),
    )


def _ended(topic: Topic, status: str) -> str:
    """Enrollments that came to an end within the news, once for each end."""
    return _statement(
        topic,
        f"{{enrollment}} s {_WHOSE} AND s.status = {literal(status)}"
        " AND s.status_since BETWEEN %(news_from)s AND %(day)s AND NOT EXISTS ("
        f" SELECT FROM {{alert}} a WHERE a.exchange_id = s.exchange_id"
        f" AND a.topic = {literal(topic.value)} AND a.source_id = s.id"
        " AND a.happened_on = s.status_since)",
        happened_on="s.status_since",
    )


_STATEMENTS: Final[Mapping[Topic, str]] = {
    # Day 0, 7, 14 … of the status (decision 13).
    Topic.BINDER: _statement(
        Topic.BINDER,
        f"{{enrollment}} s {_WHOSE} AND s.status = 'pending' AND s.status_since <= %(day)s"
        " AND (%(day)s::date - s.status_since) %% 7 = 0",
        happened_on="s.status_since",
    ),
    # Without a consent that reaches into the coming plan year nobody can check income at renewal,
    # and no help with the premium is passed on (facts B.7): it is asked for while there is time.
    Topic.CONSENT: _statement(
        Topic.CONSENT,
        f"{{consent}} s {_WHOSE} AND s.valid_through < %(next_plan_year)s",
        happened_on="s.valid_through",
    ),
    # One line a consumer, however many notices ask.
    Topic.ACTIONS: _statement(
        Topic.ACTIONS,
        "(SELECT n.exchange_id, n.consumer_id, min(n.generated_on) AS since FROM {notice} n"
        " WHERE n.exchange_id = %(exchange)s AND n.needs_action AND n.resolved_on IS NULL"
        f" AND n.generated_on <= %(day)s GROUP BY 1, 2) s {_WHOSE}",
        source_id="c.id",
        happened_on="s.since",
    ),
    Topic.NOD: _statement(
        Topic.NOD,
        f"{{notice}} s {_WHOSE} AND upper(s.code) LIKE '%%NOD%%'"
        " AND s.generated_on BETWEEN %(news_from)s AND %(day)s AND NOT EXISTS ("
        " SELECT FROM {alert} a WHERE a.exchange_id = s.exchange_id"
        " AND a.topic = 'nod_notice' AND a.source_id = s.id)",
        happened_on="s.generated_on",
    ),
    Topic.CANCELED: _ended(Topic.CANCELED, "canceled"),
    Topic.TERMINATED: _ended(Topic.TERMINATED, "terminated"),
    # Resolved when their health coverage here ends.
    Topic.MEDICARE: _statement(
        Topic.MEDICARE,
        "{consumer} s JOIN {consumer} c ON c.id = s.id WHERE s.exchange_id = %(exchange)s"
        " AND s.organization_id IS NOT NULL AND s.date_of_birth <= %(born_by)s AND EXISTS ("
        " SELECT FROM {enrollment} e WHERE e.consumer_id = s.id AND e.exchange_id = s.exchange_id"
        " AND e.product = 'health' AND e.status = 'enrolled' AND e.plan_year >= %(year)s"
        " AND (e.effective_to IS NULL OR e.effective_to >= %(day)s))",
        happened_on=_BIRTHDAY,
    ),
    Topic.UPDATES: _statement(
        Topic.UPDATES,
        f"{{enrollment}} s {_WHOSE} AND s.updates_pending AND s.status_since <= %(day)s",
        happened_on="s.status_since",
    ),
}


def topics_on(day: date) -> list[Topic]:
    """The topics a day's summaries can hold (SM-04)."""
    tells_consents = (day.month, day.day) in CONSENT_DAYS
    return [topic for topic in Topic if topic != Topic.CONSENT or tells_consents]


def write_alerts(*, exchange_id: int, day: date) -> int:
    """Write the alerts of a local day, one statement a topic; returns how many were news.

    Safe to repeat. The exchange must be set, in a transaction.
    """
    values: dict[str, Any] = {
        "exchange": exchange_id,
        "day": day,
        "news_from": day - timedelta(days=NEWS_DAYS - 1),
        "next_plan_year": date(day.year + 1, 1, 1),
        "born_by": born_by(day, MEDICARE_AGE),
        "medicare_age": MEDICARE_AGE,
        "year": day.year,
    }
    written = 0
    with connection.cursor() as cursor:
        for topic in topics_on(day):
            cursor.execute(_STATEMENTS[topic], values)
            written += cursor.rowcount
    return written
