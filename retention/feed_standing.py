"""What stands for the rows of a renewal feed: the consumer, and the case of the plan year."""

import json
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection

from portal.consumers.feeds import FeedRow
from portal.consumers.models import Consumer
from portal.tenancy.actor import Actor
from retention.models import CrwCase, ResolutionReason


class Standing(NamedTuple):
    """One row's consumer, and the latest case of the year in the book where the consumer is."""

    #: None: there is no such consumer.
    consumer_id: int | None
    #: Whether the consumer has an enroller now.
    is_delegated: bool
    #: 0: there is none.
    case: int
    is_open: bool
    #: The case was closed because the consumer had renewed, ended or left, not by an enroller.
    was_closed_by_system: bool
    risk: int
    reasons: list[str]
    deadline: date | None

    @property
    def has_case(self) -> bool:
        return self.case != 0


# A consumer's open case is found wherever it is; closed ones count only where the consumer is now:
# whoever comes to another agency is new there.
_LOOK_UP = f"""
    SELECT consumer.id, consumer.enroller_id IS NOT NULL AND consumer.organization_id IS NOT NULL,
        coalesce(crw.case_id, 0), coalesce(crw.is_open, FALSE),
        coalesce(NOT crw.is_open AND reason.by_system_only AND reason.key <> 'plan_year_over',
            FALSE),
        coalesce(crw.risk, 0), coalesce(crw.risk_reasons, '{{}}'), crw.deadline
    FROM json_to_recordset(%(rows)s::json)
        AS wanted(place int, case_number text, person_id text, plan_year smallint)
    LEFT JOIN {Consumer._meta.db_table} consumer ON consumer.exchange_id = %(exchange)s
        AND consumer.case_number = wanted.case_number AND consumer.person_id = wanted.person_id
    LEFT JOIN LATERAL (
        SELECT * FROM {CrwCase._meta.db_table} c
        WHERE c.consumer_id = consumer.id AND c.plan_year = wanted.plan_year
            AND (c.is_open OR c.organization_id = consumer.organization_id)
        ORDER BY c.is_open DESC, c.case_id DESC LIMIT 1
    ) crw ON TRUE
    LEFT JOIN {ResolutionReason._meta.db_table} reason ON reason.id = crw.reason_id
    ORDER BY wanted.place
"""


def look_up(actor: Actor, rows: Sequence[FeedRow]) -> list[Standing]:
    """What stands for each row, in the rows' order; one statement."""
    wanted = [
        {
            "place": place,
            "case_number": row.data["case_number"],
            "person_id": row.data["person_id"],
            "plan_year": row.data["plan_year"],
        }
        for place, row in enumerate(rows)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_UP, {"exchange": actor.exchange_id, "rows": json.dumps(wanted)})
        return [Standing(*found) for found in cursor.fetchall()]
