"""The typeface of letters, and which characters it can print properly.

DejaVu Sans holds the Latin letters of every language written with them (Vietnamese and Hmong
too), Greek, Cyrillic, Armenian and Georgian. Arabic, Chinese, Khmer and others need letters that
are joined or turned, or are not in the typeface: a text in them is refused with a sentence,
because a letter with boxes in it is worse than none (decision 10).
"""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR: Final = "Letter"
BOLD: Final = "Letter-Bold"

_FILES: Final = {REGULAR: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf"}
#: First words of the Unicode names of letters that are set one after the other, left to right.
_SCRIPTS: Final = ("LATIN ", "GREEK ", "CYRILLIC ", "ARMENIAN ", "GEORGIAN ", "MODIFIER ", "MICRO ")
_LAYOUT: Final = frozenset("\n\r\t")


@cache
def load() -> TTFont:
    """Register the two weights with reportlab, once a process; returns the regular one."""
    folder = Path(settings.BASE_DIR) / "node_modules" / "dejavu-fonts-ttf" / "ttf"
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD)
    return pdfmetrics.getFont(REGULAR)


def tidy(text: str) -> str:
    """The text with letters and their accents made one character where there is one (NFC)."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")


def unprintable(text: str) -> list[str]:
    """The characters of a text that a letter cannot show, each once, in order of appearance."""
    held = load().face.charToGlyph
    return [
        character
        for character in dict.fromkeys(tidy(text))
        if character not in _LAYOUT and not _is_printable(character, held)
    ]


def _is_printable(character: str, held: dict[int, int]) -> bool:
    if ord(character) not in held or unicodedata.bidirectional(character) in ("R", "AL", "AN"):
        return False
    category = unicodedata.category(character)
    if category[0] == "L":
        return unicodedata.name(character, "").startswith((*_SCRIPTS, "FEMININE ", "MASCULINE "))
    if category[0] == "M":  # an accent with no letter to be one character with
        return unicodedata.name(character, "").startswith("COMBINING ")
    return category[0] != "C"
