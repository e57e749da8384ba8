"""Setting up: pip's configuration reaches uv and Node, and the repository names no host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import bootstrap


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("index-url", "https://mirror.example/simple", {"UV_DEFAULT_INDEX": None}),
        ("extra-index-url", "https://a.example https://b.example", {"UV_INDEX": None}),
        ("cert", "/etc/ca.pem", {"SSL_CERT_FILE": None, "NODE_EXTRA_CA_CERTS": None}),
        ("no-index", "true", {"UV_NO_INDEX": "1"}),
        ("no-index", "false", {}),
        ("timeout", "60", {}),
    ],
)
def test_what_pip_is_told_uv_and_node_are_told(
    option: str, value: str, expected: dict[str, str | None]
) -> None:
    found = bootstrap.translate(option, value)
    assert {name: found.get(name) for name in expected} == {
        name: setting or value for name, setting in expected.items()
    }


def test_a_variable_that_is_set_wins_over_pips_configuration() -> None:
    environment = {"UV_DEFAULT_INDEX": "mine", "PIP_INDEX_URL": "https://mirror.example/simple"}
    assert bootstrap.installer_environment(environment)["UV_DEFAULT_INDEX"] == "mine"


def test_uv_is_never_allowed_to_download_a_python() -> None:
    assert bootstrap.installer_environment({})["UV_PYTHON_DOWNLOADS"] == "never"


def test_the_stamp_changes_with_the_lock() -> None:
    assert bootstrap.stamp(bootstrap.ROOT / "requirements.lock") != bootstrap.stamp(
        bootstrap.ROOT / "requirements-dev.lock"
    )


def test_bootstrap_needs_nothing_but_the_standard_library() -> None:
    # -S leaves site-packages out, -E the environment.
    answer = subprocess.run(
        [sys.executable, "-S", "-E", str(bootstrap.ROOT / "config" / "bootstrap.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    assert "setup|run|test|lint|bench" in answer.stderr


def test_every_asset_is_pinned_by_hash_and_names_no_host() -> None:
    text = (bootstrap.ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text
    packages = json.loads(text)["packages"]
    assert all("integrity" in entry for name, entry in packages.items() if name)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_package_is_pinned_by_hash_and_names_no_host(name: str) -> None:
    text = (bootstrap.ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    pins = [line for line in text.splitlines() if "==" in line and not line.startswith("#")]
    assert pins
    assert text.count("--hash=") >= len(pins)


def test_catalogues_are_compiled_once_and_again_when_they_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "es" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    monkeypatch.setattr(bootstrap, "CATALOGUES", tmp_path)
    monkeypatch.setattr(bootstrap, "CATALOGUES_STAMP", tmp_path / "stamp")
    monkeypatch.setattr(bootstrap, "VENV", Path(sys.prefix))

    def compiled(text: str) -> bool:
        source.write_text(f'msgid ""\nmsgstr ""\n\n{text}', encoding="utf-8")
        bootstrap.compile_catalogues(dict(os.environ))
        assert source.with_suffix(".mo").exists()
        return "compiling" in capfd.readouterr().out

    assert compiled('msgid "Closed"\nmsgstr "Cerrado"\n')
    assert not compiled('msgid "Closed"\nmsgstr "Cerrado"\n')
    assert compiled('msgid "Closed"\nmsgstr "Está cerrado"\n')
    assert "Está cerrado".encode() in source.with_suffix(".mo").read_bytes()
    source.with_suffix(".mo").unlink()
    assert compiled('msgid "Closed"\nmsgstr "Está cerrado"\n'), "what was removed is made again"
