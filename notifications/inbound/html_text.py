"""Plain text of an HTML mail: what a reader would have seen, and nothing that acts."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

#: Characters of HTML that are read; a mail with more is cut, and says so.
MAX_HTML: Final = 1_000_000

_BLOCKS: Final = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd",
        "div", "dl", "dt", "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
        "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "td",
        "th", "tr", "ul",
    }
)  # fmt: skip
#: What stands in these is no text of the letter.
_SILENT: Final = frozenset({"head", "script", "style", "title", "template", "noscript", "svg"})
_VOID: Final = frozenset({"br", "hr"})
_QUOTE_CLASSES: Final = ("gmail_quote", "yahoo_quoted", "moz-cite-prefix")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_SPACES: Final = re.compile(r"[ \t\r\f\v\u00a0]+")


class _Reader(HTMLParser):
    """Collects text line by line; quoted blocks begin each line with ``> ``."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._line: list[str] = []
        self._silent = 0
        self._quotes = 0
        #: For each open block, whether it began a quotation.
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        if tag not in _BLOCKS:
            return
        self.end_line()
        if tag in _VOID:
            return
        classes = next((value or "" for name, value in attrs if name == "class"), "")
        is_quote = tag == "blockquote" or any(word in classes for word in _QUOTE_CLASSES)
        self._quotes += is_quote
        self._open.append((tag, is_quote))
        if tag == "li":
            self._line.append("- ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        if tag not in _BLOCKS or tag in _VOID:
            return
        self.end_line(always=tag == "p")
        # Mail programs close tags they never opened; only one that is open ends anything.
        for position in range(len(self._open) - 1, max(-1, len(self._open) - 60), -1):
            if self._open[position][0] == tag:
                self._quotes -= sum(is_quote for _, is_quote in self._open[position:])
                del self._open[position:]
                return

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._line.append(data.replace("\n", " "))

    def end_line(self, *, always: bool = False) -> None:
        text = _SPACES.sub(" ", "".join(self._line)).strip()
        self._line.clear()
        if text or always:
            self.lines.append(f"{'> ' * min(self._quotes, 3)}{text}".rstrip())


def text_of_html(html: str) -> str:
    """The text of ``html``, block by block; never raises, whatever the markup.

    Tags, scripts, styles, comments and addresses of pictures are left out; quoted blocks are
    marked with ``>`` as in a plain-text mail.
    """
    reader = _Reader()
    # AssertionError is what the parser raises for some broken declarations.
    try:
        reader.feed(html[:MAX_HTML])
        reader.close()
    except (AssertionError, ValueError, IndexError):
        reader.lines.append("[The rest of this mail could not be read.]")
    reader.end_line()
    if len(html) > MAX_HTML:
        reader.lines.append("[This mail was longer; the rest was left out.]")
    return _BLANK_LINES.sub("\n\n", "\n".join(reader.lines)).strip()
