"""The reference documents in ``docs/reference``, written from the tables (``build_docs``)."""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from portal.reference import tables

_GENERATED = "<!-- Written by `manage.py build_docs` from the code's tables. Do not edit. -->"


def folder() -> Path:
    """Where the documents are."""
    return Path(settings.BASE_DIR) / "docs" / "reference"


def documents() -> dict[str, str]:
    """Text of each document, by file name."""
    return {"permissions.md": permissions(), "transitions.md": transitions()}


def permissions() -> str:
    """Who may do what when an exchange is founded."""
    grants = tables.founding_grants()
    lines = [
        "# Who may do what",
        "",
        _GENERATED,
        "",
        "What each role may do when an exchange is founded. From then on the table is data: an",
        "administrator may give an action to a role or take it away, within its *reach*. What an",
        "exchange has now is on its page `/docs/permissions/`. An action says what somebody may do",
        "at all; which cases it applies to follows from their organization, queue and releases.",
    ]
    for room, rows in tables.permissions(grants).items():
        lines += ["", f"## {room}", "", "| Action | What it allows | Roles | May be given to |"]
        lines += ["| --- | --- | --- | --- |"]
        lines += [
            f"| `{row.key}` | {row.label} | {_list(row.roles)} | {row.reach} |" for row in rows
        ]
    return "\n".join([*lines, ""])


def transitions() -> str:
    """How each kind of case moves."""
    lines = [
        "# How cases move",
        "",
        _GENERATED,
        "",
        "Each kind of case declares its statuses and acts as one table, which the services obey",
        "and from which buttons, API and this page are read. What is not in the table is refused.",
        "An act without a target leaves the status as it is.",
    ]
    for kind in tables.transitions(tables.founding_grants()):
        lines += ["", f"## {kind.label}", "", f"Begins as *{kind.initial}*.", ""]
        lines += ["| Status | What an office without a release sees | Open | Waits for others |"]
        lines += ["| --- | --- | --- | --- |"]
        lines += [
            f"| {s.label} (`{s.key}`) | {s.coarse} | {_yes(s.is_open)} | {_yes(s.is_waiting)} |"
            for s in kind.statuses
        ]
        lines += [
            "",
            "| Act | Who | From | To | Needs | Clocks | Event seen by | Messages | Source |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        lines += [
            f"| {act.label} (`{act.key}`) | {_list(act.who)} | {_list(act.starts_from)}"
            f" | {act.leads_to or '–'} | {_list(act.guards)} | {_list(act.clocks)}"
            f" | {act.seen_by} | {_list(f'`{key}`' for key in act.messages)}"
            f" | {act.source or '–'} |"
            for act in kind.acts
        ]
    return "\n".join([*lines, ""])


def _list(values: Iterable[str]) -> str:
    return ", ".join(values) or "–"


def _yes(value: bool) -> str:
    return "yes" if value else "–"
