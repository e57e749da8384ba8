"""The embedded servers: what survives, what is refused, and in which words."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg2
import pytest

from config import embedded, services
from config.embedded import postgres, process
from config.embedded.postgres import PostgresServer
from config.embedded.valkey import ValkeyServer


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[embedded.EmbeddedServers]:
    """Servers of a state folder of their own, beside those of the test session."""
    monkeypatch.setenv("LIAISON_STATE", str(tmp_path / "state"))
    held = embedded.EmbeddedServers(throwaway=True)
    yield held
    held.stop()


@pytest.fixture
def lasting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[embedded.EmbeddedServers]:
    """Servers whose data outlives a stop, as those of ``make run`` do."""
    monkeypatch.setenv("LIAISON_STATE", str(tmp_path / "state"))
    held = embedded.EmbeddedServers()
    yield held
    held.stop()
    if held.postgres is not None:  # under root it may lie outside the temporary folder
        shutil.rmtree(held.postgres.data, ignore_errors=True)
        with suppress(OSError):
            held.postgres.data.parent.rmdir()


def _query(statement: str, role: services.Role = "owner") -> object:
    parameters = services.connection_parameters(services.database_settings(role))
    connection = psycopg2.connect(**parameters)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None
    finally:
        connection.close()


def _cluster(servers: embedded.EmbeddedServers) -> PostgresServer:
    assert servers.postgres is not None
    return servers.postgres


def test_both_servers_answer_on_sockets_that_only_their_owner_reaches(
    servers: embedded.EmbeddedServers,
) -> None:
    servers.start()
    assert _query("SELECT 1") == 1
    assert _query("SHOW listen_addresses") == ""
    for server in (_cluster(servers), servers.valkey):
        assert server is not None
        assert stat.S_IMODE(server.socket_path.parent.stat().st_mode) == 0o700


def test_the_servers_leave_nothing_behind_when_they_stop(servers: embedded.EmbeddedServers) -> None:
    servers.start()
    runtime = services.runtime_dir()
    pids = services.running_services()["pids"]
    servers.stop()
    assert services.running_services() == {}
    assert not runtime.exists()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_data_survives_a_stop_and_a_lock_file_whose_number_is_now_another_program(
    lasting: embedded.EmbeddedServers,
) -> None:
    lasting.start()
    _query("CREATE TABLE kept AS SELECT 42 AS answer")
    lock = _cluster(lasting).data / "postmaster.pid"
    lines = lock.read_text().splitlines()
    lasting.stop()
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    lasting.start()
    assert _query("SELECT answer FROM kept") == 42


def test_a_second_run_on_the_same_state_folder_is_told_who_uses_it(
    servers: embedded.EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "wait_until", lambda ready, **_: ready())
    servers.start()
    with pytest.raises(services.ServiceError, match=rf"Another run \(process {os.getpid()}\)"):
        embedded.EmbeddedServers().start()
    assert _query("SELECT 1") == 1


def test_a_cluster_another_postgresql_serves_is_not_touched(
    servers: embedded.EmbeddedServers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    servers.start()
    monkeypatch.setattr(postgres, "wait_until", lambda ready, **_: ready())
    cluster = _cluster(servers)
    rival = PostgresServer(
        state=cluster.state,
        sockets=tmp_path / "rival",
        log=cluster.log,
        password=cluster.password,
        identity=cluster.identity,
    )
    with pytest.raises(services.ServiceError, match=r"Another PostgreSQL \(process"):
        rival.start()
    assert _query("SELECT 1") == 1


def test_data_of_another_major_version_is_refused_in_one_sentence(
    servers: embedded.EmbeddedServers,
) -> None:
    servers.start()
    cluster = _cluster(servers)
    version = cluster.data / "PG_VERSION"
    version.write_text("9\n")
    with pytest.raises(services.ServiceError, match="was written by PostgreSQL 9"):
        cluster.start()


def test_a_full_disk_is_reported_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(services.ServiceError, match="free some space"):
        process.need_space(tmp_path, megabytes=10**9)


def test_a_folder_that_is_not_ours_is_not_used_for_sockets(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(services.ServiceError, match="belongs to another account"):
        process.private_folder(tmp_path / "link")


def test_a_server_that_died_is_started_again_with_its_data(
    lasting: embedded.EmbeddedServers,
) -> None:
    lasting.start()
    _query("CREATE TABLE kept AS SELECT 42 AS answer")
    cluster = _cluster(lasting)
    assert cluster.process is not None
    cluster.process.send_signal(signal.SIGQUIT)
    cluster.process.wait(10)
    assert lasting.restart_dead() == ["PostgreSQL"]
    assert _query("SELECT answer FROM kept") == 42
    assert services.running_services()["pids"][0] == cluster.process.pid


def test_the_applications_role_owns_nothing_and_may_make_nothing(
    servers: embedded.EmbeddedServers,
) -> None:
    servers.start()
    embedded.prepare_app_role()
    embedded.prepare_app_role()  # twice, as at every start
    attributes = "rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication"
    assert _query(f"SELECT {attributes} FROM pg_roles WHERE rolname = current_user", "app") is False
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        _query("CREATE TABLE mine (id int)", "app")
    _query("CREATE TABLE theirs (id int)")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        _query("SELECT count(*) FROM theirs", "app")


def test_a_failing_statement_leaves_no_personal_data_in_the_log(
    servers: embedded.EmbeddedServers,
) -> None:
    servers.start()
    _query("CREATE TABLE person (email text PRIMARY KEY)")
    _query("INSERT INTO person VALUES ('ana@family.example')")
    with pytest.raises(psycopg2.errors.UniqueViolation):
        _query("INSERT INTO person VALUES ('ana@family.example')")
    log = _cluster(servers).log.read_text()
    assert "duplicate key" in log
    assert "ana@" not in log


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel of Linux does this")
def test_the_servers_end_with_their_holder_even_when_it_is_killed(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    script = (
        "import signal\n"
        "from config import embedded, services\n"
        "embedded.EmbeddedServers(throwaway=True).start()\n"
        "print(*services.running_services()['pids'], flush=True)\n"
        "signal.pause()\n"
    )
    given = {"DATABASE_URL", "REDIS_URL"}
    environment = {key: value for key, value in os.environ.items() if key not in given}
    holder = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        cwd=services.BASE_DIR,
        env=environment | {"LIAISON_STATE": str(tmp_path / "state")},
    )
    request.addfinalizer(lambda: _sweep(tmp_path / "state"))
    assert holder.stdout is not None
    pids = holder.stdout.readline().split()
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert len(pids) == 2

    def gone() -> bool:
        return not any(_runs(pid) for pid in pids)

    assert process.wait_until(gone, seconds=10)


def _sweep(state: Path) -> None:
    """Remove what a killed holder of throw-away servers could not."""
    shutil.rmtree(services.runtime_dir(state), ignore_errors=True)
    identity = (state / "identity").read_text()
    shutil.rmtree(Path("/var/lib/liaison") / identity, ignore_errors=True)


def _runs(pid: str) -> bool:
    """Return whether a process exists and is not merely waiting for its exit to be noticed."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_valkey_that_cannot_start_shows_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "valkey-server"
    broken.write_text("#!/bin/sh\necho the reason\nexit 1\n")
    broken.chmod(0o700)
    monkeypatch.setattr("config.embedded.valkey.find_server", lambda: broken)
    server = ValkeyServer(folder=tmp_path / "vk", log=tmp_path / "valkey.log")
    with pytest.raises(services.ServiceError, match="the reason"):
        server.start()
    assert not (tmp_path / "vk").exists()


def test_no_embedded_server_listens_on_the_network(servers: embedded.EmbeddedServers) -> None:
    servers.start()
    for port in (5432, 6379):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))  # would fail if a server held it
