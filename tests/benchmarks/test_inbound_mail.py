"""A burst of mail is filed within its time; the long run is ``inbound_mail.py``."""

from __future__ import annotations

import os
import time

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications.inbound import filing
from notifications.inbound.services import receive_mail
from portal.tenancy.scope import use_exchange
from tests.notifications.inbound import ground
from tests.toolkits.conftest import pdf
from tests.world import NOW, World, build_world

MAILS = int(os.environ.get("INBOUND_MAILS", "20"))
#: Seconds for a mail: a thousand in two minutes.
EACH = 0.12
#: Statements for one mail without files that becomes a case, its commit and claim included.
MOST_STATEMENTS = 90


@pytest.mark.django_db(transaction=True)
def test_mail_is_filed_within_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """With commits, as at work: within one transaction every version of a row would be kept."""
    monkeypatch.setattr(filing, "MOST_A_DAY", MAILS)
    with time_machine.travel(NOW, tick=False), transaction.atomic():
        world = build_world()
        mailbox = ground.mailbox_of(world)
    paper = {"notice.pdf": (pdf("A notice."), "application/pdf")}
    contents = []
    for number in range(MAILS):
        if number % 10 == 9:
            contents.append(contents[-1])
            continue
        letter = ground.letter(
            f"Letter {number}. No card has arrived.",
            result="fail" if number % 5 == 4 else "pass",
            files=paper if number % 20 == 0 else None,
        )
        contents.append(letter.as_bytes())
    began, busy = time.perf_counter(), time.process_time()
    for content in contents:
        with use_exchange(world.exchange):
            receive_mail(mailbox=mailbox, content=content, door="operator", now=NOW)
    counts = filing.file_waiting(exchange=world.exchange, now=NOW)
    seconds = time.perf_counter() - began
    own = 1_000 * (time.process_time() - busy) / MAILS
    each = f"{1_000 * seconds / MAILS:.0f} ms each, {own:.0f} ms of them in this process"
    print(f"{MAILS} mails in {seconds:.1f} s, {each}")  # noqa: T201
    assert counts.filed + counts.held == len(set(contents))
    assert counts.retried == 0
    if MAILS >= 1_000:
        assert seconds < EACH * MAILS


def test_a_mail_that_becomes_a_case_takes_few_statements(world: World) -> None:
    mailbox = ground.mailbox_of(world)
    ground.take_and_look(world, mailbox, ground.letter())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        ground.take_and_look(world, mailbox, ground.letter("Another."))
    assert len(queries) <= MOST_STATEMENTS, [q["sql"][:90] for q in queries]
