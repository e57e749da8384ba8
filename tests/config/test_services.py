"""Where services are found: the environment first, then the embedded servers, then the default."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from config import services

_VARIABLES = (
    "APP_DATABASE_URL",
    "DATABASE_URL",
    "DEMO_PASSWORD",
    "DJANGO_SECRET_KEY",
    "FIELD_KEYS",
    "REDIS_URL",
)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty state folder, and an environment that says nothing."""
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LIAISON_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_state_folder_and_its_secrets_are_for_their_owner_alone(state: Path) -> None:
    services.secret("django_secret_key")
    assert _mode(state) == 0o700
    assert _mode(state / "secrets.json") == 0o600


def test_a_secret_stays_the_same_from_one_start_to_the_next(state: Path) -> None:
    first = services.secret("app_role_password")
    assert services.secret("app_role_password") == first
    assert services.secret("owner_password") != first


def test_a_secret_in_the_environment_wins_and_is_not_kept(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "typed by a person")
    assert services.secret("demo_password") == "typed by a person"
    assert not (state / "secrets.json").exists()


def test_the_field_key_made_at_first_start_encrypts(state: Path) -> None:
    [key] = services.field_keys()
    assert Fernet(key).decrypt(Fernet(key).encrypt(b"note")) == b"note"


def test_several_field_keys_are_read_newest_first(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIELD_KEYS", "new, old")
    assert services.field_keys() == ["new", "old"]


def test_a_broken_secrets_file_is_reported_and_never_replaced(state: Path) -> None:
    state.mkdir()
    (state / "secrets.json").write_text("{")
    with pytest.raises(services.ServiceError, match="restore it from a backup"):
        services.secret("field_key")
    assert (state / "secrets.json").read_text() == "{"


def test_settings_import_where_nothing_runs_and_nothing_is_given(state: Path) -> None:
    assert services.running_services() == {}
    assert services.database_settings("owner")["HOST"].endswith("/pg")
    assert services.redis_url(0).startswith("unix:///")


def test_the_application_never_gets_the_owners_log_in(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://boss:b%40ss@db.example:5433/liaison")
    owner, app = services.database_settings("owner"), services.database_settings("app")
    assert (owner["USER"], owner["PASSWORD"]) == ("boss", "b@ss")
    assert app["USER"] == "liaison_app"
    assert app["PASSWORD"] == services.secret("app_role_password")
    assert (app["HOST"], app["PORT"], app["NAME"]) == ("db.example", "5433", "liaison")


def test_an_address_for_the_application_wins_over_the_derived_one(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_DATABASE_URL", "postgres://clerk:pw@db.example/liaison")
    assert services.database_settings("app")["USER"] == "clerk"


def test_a_card_left_by_killed_servers_is_no_card(state: Path) -> None:
    services.write_private_json(
        services.services_file(),
        {"pids": [2**22 + 1], "sockets": [], "database_url": "postgres://gone@//gone/gone"},
    )
    assert services.running_services() == {}


@pytest.mark.parametrize(
    ("url", "host", "name"),
    [
        ("postgres://portal@//run/pg/portal", "/run/pg", "portal"),
        ("postgres://portal@%2FRun%2Fpg/portal", "/Run/pg", "portal"),
        ("postgresql://portal@[::1]:5432/portal", "::1", "portal"),
        ("postgres:///portal", "", "portal"),
    ],
)
def test_each_form_of_a_postgresql_address_is_understood(url: str, host: str, name: str) -> None:
    found = services.parse_database_url(url)
    assert (found["HOST"], found["NAME"]) == (host, name)


@pytest.mark.parametrize(
    "url", ["mysql://db.example/x", "postgres://db.example", "postgres://db.example:port/x", ""]
)
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(services.ServiceError, match=r"must read postgres://|malformed"):
        services.parse_database_url(url)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_password_survives_its_way_through_an_address(password: str) -> None:
    url = services.postgres_url(socket_dir=Path("/run/pg"), password=password)
    found = services.parse_database_url(url)
    assert found["PASSWORD"] == password
    assert found["HOST"] == "/run/pg"


@pytest.mark.parametrize(
    ("given_url", "redis", "broker"),
    [
        (
            "redis://cache.example:6380/0",
            "redis://cache.example:6380/3",
            "redis://cache.example:6380/3",
        ),
        (
            "rediss://:pw@cache.example?db=7",
            "rediss://:pw@cache.example/3",
            "rediss://:pw@cache.example/3",
        ),
        (
            "unix:///run/vk/s?db=0",
            "unix:///run/vk/s?db=3",
            "redis+socket:///run/vk/s?virtual_host=3",
        ),
    ],
)
def test_each_use_of_the_broker_gets_a_database_of_its_own(
    state: Path, monkeypatch: pytest.MonkeyPatch, given_url: str, redis: str, broker: str
) -> None:
    monkeypatch.setenv("REDIS_URL", given_url)
    assert services.redis_url(3) == redis
    assert services.broker_url(3) == broker


def test_sockets_keep_a_short_path_however_deep_the_state_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 8)
    monkeypatch.setenv("LIAISON_STATE", str(deep))
    longest = services.runtime_dir() / "pg" / ".s.PGSQL.5432.lock"
    assert len(str(longest)) <= services.SOCKET_PATH_LIMIT
