"""What the ledger's ids stand for. It lies below the rooms that own them, so they tell it.

A room registers, in its ``AppConfig.ready``, how its ids are written for people and how one finds
them. An entry whose ids nobody can name is shown by its ids: the record never depends on this.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from portal.tenancy import actions

#: Kinds of ids an entry holds.
CASE: Final = "case"
CONSUMER: Final = "consumer"
RELEASE: Final = "release"


def _finds_nothing(_text: str) -> Collection[int]:
    return ()


@dataclass(frozen=True)
class Directory:
    """One kind of ids, within the exchange that is set."""

    #: Ids → how people call them; unknown ids are left out. At most one statement.
    label: Callable[[Collection[int]], Mapping[int, str]]
    #: Ids with this quotable number.
    by_number: Callable[[str], Collection[int]] = _finds_nothing
    #: Ids of what is about the person with this name, number, phone or e-mail.
    about_person: Callable[[str], Collection[int]] = _finds_nothing


_directories: dict[str, Directory] = {}


def register(kind: str, directory: Directory) -> None:
    """Make a kind of ids known.

    Raises:
        ValueError: another room has registered it.
    """
    if _directories.setdefault(kind, directory) is not directory:
        raise ValueError(f"The ledger's directory of {kind} is registered twice")


def directory(kind: str) -> Directory:
    """The directory of a kind; one that knows nothing where no room has registered it."""
    return _directories.get(kind) or Directory(label=lambda ids: {})


def labels(kind: str, ids: Collection[int]) -> dict[int, str]:
    """A label for every id, its number where nobody knows better."""
    known = directory(kind).label(ids) if ids else {}
    return {key: known.get(key, f"{kind} {key}") for key in ids}


_ACTIONS = {
    "casework.viewed": "Saw the details of a case",
    "casework.file_fetched": "Opened a file of a case",
    "casework.listed": "Saw details in a list of cases",
    "casework.exported": "Exported cases",
    "releases.disclosed": "Was shown the details of a case under a release",
    "releases.document_opened": "Opened a release form",
    "ledger.viewed": "Looked into this ledger",
    "ledger.export": "Exported this ledger",
    "ledger.verify": "Verified this ledger",
}


def name_actions(labels: Mapping[str, str]) -> None:
    """Say what a room's own entries are called on pages; for keys that are no permission."""
    _ACTIONS.update(labels)


def action_label(key: str) -> str:
    """What an entry's action is called on a page."""
    if key in _ACTIONS:
        return _ACTIONS[key]
    try:
        return actions.get(key).label
    except KeyError:
        room, _, what = key.partition(".")
        return f"{room}: {what}".replace("_", " ").capitalize()
