"""Catalogues of the finder's languages: collecting what the code says, and compiling.

Babel does both, so that no machine needs GNU gettext. ``bootstrap`` compiles at set-up; ``manage.py
collect_messages`` brings the catalogues up to date with code and templates.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

#: The wing whose words are translated; a file without marked words adds nothing.
SOURCE = settings.BASE_DIR / "storefronts"
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "gettext_noop": None,
}
#: Comments that begin so are shown to translators.
COMMENT = "Translators:"


def extract_django(
    template: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[Any]:
    """Messages of a Django template, for Babel: the template as Django's own tool reads it."""
    source = templatize(template.read().decode(), origin=getattr(template, "name", None))
    # What a template indents means nothing to Python.
    lines = "\n".join(line.lstrip() for line in source.split("\n"))
    yield from extract_python(BytesIO(lines.encode()), keywords, comment_tags, options)


def collect() -> Catalog:
    """Every marked message of the finder, with the places it stands in."""
    found = Catalog(project="Liaison", copyright_holder="the project", charset="utf-8")
    methods = [("**.py", "python"), ("**/templates/**.html", "config.catalogues:extract_django")]
    messages = extract_from_dir(
        SOURCE, methods, keywords=KEYWORDS, comment_tags=(COMMENT,), strip_comment_tags=True
    )
    for path, line, message, comments, context in messages:
        place = [((SOURCE / path).relative_to(settings.BASE_DIR).as_posix(), line)]
        flags = {"python-format"} if "%(" in str(message) else set()
        found.add(message, None, place, flags=flags, auto_comments=comments, context=context)
    return found


def catalogue_files() -> dict[str, Path]:
    """The catalogue of each language by its code."""
    return {
        path.parent.parent.name: path
        for folder in settings.LOCALE_PATHS
        for path in sorted(Path(folder).glob("*/LC_MESSAGES/django.po"))
    }


def read(path: Path) -> Catalog:
    """A catalogue as it stands in its file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, charset="utf-8")


def untranslated(catalogue: Catalog) -> list[str]:
    """The messages without a translation, or without one of their plural forms."""
    return [str(message.id) for message in catalogue if message.id and not all(_forms(message))]


def _forms(message: Message) -> tuple[str | None, ...]:
    words = message.string
    return tuple(words) if isinstance(words, tuple | list) else (words,)


def update(path: Path, template: Catalog) -> Catalog:
    """Bring a catalogue up to date with the code: new messages empty, old translations kept.

    Nothing is guessed: a changed sentence is a new message. One that stands nowhere any more
    is dropped.
    """
    catalogue = read(path)
    began = catalogue.creation_date
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.creation_date = began  # or every call would change the file
    catalogue.obsolete.clear()
    with path.open("wb") as file:
        # Without line numbers, so that the file changes when a message does.
        write_po(file, catalogue, width=100, sort_output=True, include_lineno=False)
    return catalogue
