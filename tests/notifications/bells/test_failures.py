"""Error Messaging (BN-02): what one set going oneself and what failed afterwards."""

from __future__ import annotations

from pathlib import Path

from escalations.constituent import services as constituent
from notifications.drain import drain_outbox
from notifications.mailer import send_mails
from notifications.models import Bell
from portal.consumers import imports
from portal.consumers.mirror_feeds import CONSUMERS
from tests.notifications.ground import Sink, case_of_office
from tests.world import NOW, World


def _rung(world: World) -> list[tuple[str, int]]:
    world.enter()
    drain_outbox(exchange=world.exchange, now=NOW)
    world.enter()
    lines = Bell.objects.filter(exchange=world.exchange, key__startswith="error.")
    return list(lines.values_list("key", "person_id"))


def test_a_refused_file_is_told_to_whoever_uploaded_it(world: World, tmp_path: Path) -> None:
    path = tmp_path / "consumers.csv"
    path.write_text("not,the,columns\n1,2,3\n")
    run = imports.start_run(kind=CONSUMERS, actor=world.actor("admin"))
    imports.import_file(kind=CONSUMERS, exchange=world.exchange, path=path, run=run)
    assert _rung(world) == [("error.feed", world.people["admin"].pk)]


def test_a_refused_file_of_the_terminal_s_is_told_to_nobody(world: World, tmp_path: Path) -> None:
    path = tmp_path / "consumers.csv"
    path.write_text("not,the,columns\n1,2,3\n")
    imports.import_file(kind=CONSUMERS, exchange=world.exchange, path=path)
    assert _rung(world) == []


def test_a_mail_that_the_reader_s_server_refuses_is_told_to_whose_act_it_was(
    world: World, sink: Sink
) -> None:
    case = case_of_office(world)
    constituent.acknowledge(case=case, actor=world.actor("ea.analyst"))
    drain_outbox(exchange=world.exchange, now=NOW)
    sink.mode = "refuse"
    send_mails(exchange=world.exchange, now=NOW)
    rung = _rung(world)
    assert ("error.mail", world.people["ea.analyst"].pk) in rung
    assert {key for key, _ in rung} == {"error.mail"}
    line = Bell.objects.filter(key="error.mail").first()
    assert line is not None
    assert line.case == case
