"""What the load generator and the figures promise; what they find is no test's business."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import CommandError, call_command

from config.scale import stack
from config.scale.client import Call, LoadError, run
from config.scale.figures import Figure
from config.scale.shape import PROFILES
from tests.world import World


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"x" * 100
        self.send_response(200 if self.path == "/fine" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_a_run_counts_the_answers_and_their_size(port: int) -> None:
    load = run(port, lambda number: Call("/fine"), seconds=0.3, connections=2)
    assert load.per_second > 0
    assert load.bytes == 100
    assert load.p50_ms <= load.p95_ms


def test_a_run_refuses_to_measure_another_answer_than_the_one_asked_for(port: int) -> None:
    with pytest.raises(LoadError, match="/missing answered 404"):
        run(port, lambda number: Call("/missing"), seconds=0.3, connections=2)


def test_a_figure_leaves_out_what_was_not_measured() -> None:
    figure = Figure("P10", "health", 12.0, "/s")
    assert json.loads(figure.as_json()) == {
        "figure": "P10",
        "work": "health",
        "value": 12.0,
        "unit": "/s",
        "limit": "",
    }


def test_the_portal_to_be_measured_has_services_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@elsewhere.example/theirs")
    environment = stack.environment_for(tmp_path, 8123)  # type: ignore[arg-type]
    assert "DATABASE_URL" not in environment
    assert environment["LIAISON_STATE"] == str(tmp_path)


@pytest.mark.skipif(not os.path.exists("/proc/self/smaps_rollup"), reason="Linux keeps the account")
def test_memory_is_counted_for_a_process_and_its_children() -> None:
    assert os.getpid() in stack.memory_of(os.getpid())


def test_the_target_profile_is_the_data_of_the_figures() -> None:
    target = PROFILES["target"]
    assert (target.cases, target.consumers, target.people) == (250_000, 2_000_000, 600)
    assert target.cases * target.notes_per_case == 2_000_000


def test_seeding_refuses_an_exchange_that_is_not_there(world: World) -> None:
    with pytest.raises(CommandError, match="There is no exchange nowhere"):
        call_command("seed_scale", "--exchange", "nowhere")
