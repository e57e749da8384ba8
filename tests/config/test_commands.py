"""Every command of ours: listed in the reference, steered by ``--now``, and counted at its end."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import CommandError

from config.services import BASE_DIR
from tests.world import NOW, World

REFERENCE = BASE_DIR / "docs/reference/commands.md"
#: Commands whose result depends on the day.
BY_DAY = {
    "anchor_ledger",
    "announce_closures",
    "drain_outbox",
    "end_dormant_accounts",
    "fetch_mail",
    "forget_mailbox",
    "import_feed",
    "seed_demo",
    "seed_scale",
    "send_briefings",
    "send_daily_summaries",
    "sweep_timers",
    "take_in_mail",
    "train_risk_model",
    "verify_ledger",
}
#: They answer the same on every day, or start something that keeps its own clock.
BY_NO_DAY = {
    "bench",
    "build_docs",
    "business_time",
    "collect_messages",
    "create_api_token",
    "learn_actions",
    "list_routes",
    "run_portal",
}
#: Of Django's own options, which every command has.
_COMMON = {"--help", "--version", "--verbosity", "--settings", "--pythonpath", "--traceback"} | {
    "--no-color",
    "--force-color",
    "--skip-checks",
}
OURS = ("config", "notifications", "portal.", "escalations.", "retention", "storefronts")


def our_commands() -> dict[str, str]:
    """Command → the app it belongs to."""
    return {
        name: app
        for name, app in get_commands().items()
        if isinstance(app, str) and app.startswith(OURS)
    }


def options_of(name: str) -> set[str]:
    parser = load_command_class(our_commands()[name], name).create_parser("manage.py", name)
    return {o for action in parser._actions for o in action.option_strings if o.startswith("--")}


def test_each_command_says_whether_it_depends_on_the_day() -> None:
    unknown = set(our_commands()) - BY_DAY - BY_NO_DAY
    assert unknown == set(), "decide whether it takes --now, and write it down here"


@pytest.mark.parametrize("name", sorted(BY_DAY & set(our_commands())))
def test_a_command_that_depends_on_the_day_takes_now_and_no_time_without_a_zone(name: str) -> None:
    assert "--now" in options_of(name)
    with pytest.raises(CommandError, match="offset"):
        call_command(name, "--now", "2026-01-31T08:00:00", *_needed(name))
    with pytest.raises(CommandError, match="no instant"):
        call_command(name, "--now", "tomorrow", *_needed(name))


def _needed(name: str) -> tuple[str, ...]:
    return _NEEDED.get(name, ())


_NEEDED = {
    "import_feed": ("feed.csv", "--kind", "access-to-care"),
    "train_risk_model": ("--demo", "600"),
}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sweep_timers", ("--now", NOW.isoformat())),
        ("drain_outbox", ("--now", NOW.isoformat())),
        ("announce_closures", ("--now", NOW.isoformat())),
        ("end_dormant_accounts", ("--now", NOW.isoformat())),
        ("learn_actions", ()),
        ("list_routes", ()),
        ("build_docs", ("--check",)),
        ("create_api_token", ("ea.analyst@covered-california.example",)),
        ("train_risk_model", ("--demo", "2000", "--now", NOW.isoformat())),
    ],
)
def test_the_last_line_of_a_command_is_json_counts(
    world: World, name: str, options: tuple[str, ...]
) -> None:
    said = StringIO()
    call_command(name, *options, stdout=said, stderr=StringIO())
    counts = json.loads(said.getvalue().splitlines()[-1])
    assert counts, name
    assert all(isinstance(value, int) for value in counts.values()), counts


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sweep_timers", ("--exchange", "nowhere")),
        ("drain_outbox", ("--exchange", "nowhere")),
        ("announce_closures", ("--exchange", "nowhere")),
        ("verify_ledger", ("--exchange", "nowhere")),
        ("create_api_token", ("nobody@nowhere.example",)),
        ("import_feed", ("missing.csv", "--kind", "access-to-care")),
        ("seed_scale", ("--exchange", "nowhere")),
        ("train_risk_model", ("--exchange", "nowhere", "--demo", "2000")),
        ("train_risk_model", ("--file", "missing.csv")),
    ],
)
def test_a_command_that_cannot_do_its_work_fails(
    world: World, name: str, options: tuple[str, ...]
) -> None:
    with pytest.raises(CommandError):
        call_command(name, *options, stdout=StringIO(), stderr=StringIO())


@pytest.mark.parametrize("name", sorted(our_commands()))
def test_the_reference_lists_every_command_with_its_options(name: str) -> None:
    section = _sections(REFERENCE).get(name)
    assert section is not None, f"docs/reference/commands.md says nothing of {name}"
    hidden = {"--inside"} if name == "bench" else set()
    missing = {o for o in options_of(name) - _COMMON - hidden if f"`{o}" not in section}
    assert missing == set()


def test_the_reference_lists_no_command_that_is_not_there() -> None:
    assert set(_sections(REFERENCE)) == set(our_commands())


def _sections(path: Path) -> dict[str, str]:
    """Command → what stands under its heading."""
    parts = path.read_text(encoding="utf-8").split("\n### `")[1:]
    return {part.partition("`")[0]: part.partition("\n## ")[0] for part in parts}
