"""Plain text of an HTML mail: what a reader would have seen, and nothing that acts.

The standard library's parser takes time that grows with the square of what is never closed; a mail
could keep a worker for hours. This one looks at every character once, knows only what it needs, and
where markup is broken it shows too much rather than too little.
"""

from __future__ import annotations

import html as entities
import re
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
_SILENT: Final = frozenset({"head", "title", "template", "noscript", "svg"})
#: No tags are read in these.
_RAW: Final = ("script", "style")
#: Tags within tags that are followed.
_DEEPEST: Final = 60
_VOID: Final = frozenset({"br", "hr"})
_QUOTE_CLASSES: Final = ("gmail_quote", "yahoo_quoted", "moz-cite-prefix")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_NAME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9:_-]{0,30}")
_CLASS: Final = re.compile(r"""(?i)\sclass\s{0,9}=\s{0,9}["']?([^"'<>]{0,200})""")
_SPACES: Final = re.compile(r"[ \t\r\f\v\u00a0]+")


class _Reader:
    """Collects text line by line; quoted blocks begin each line with ``> ``."""

    def __init__(self, html: str) -> None:
        self.lines: list[str] = []
        self._html = html
        self._line: list[str] = []
        self._silent: list[str] = []
        self._quotes = 0
        #: For each open block, whether it began a quotation.
        self._open: list[tuple[str, bool]] = []
        #: What was looked for in vain: it need not be looked for again.
        self._missing: set[str] = set()

    def read(self) -> None:
        """Go through the whole text once."""
        at = 0
        while (found := self._html.find("<", at)) >= 0:
            self._say(at, found)
            at = self._markup(found)
        self._say(at, len(self._html))
        self.end_line()

    def _markup(self, at: int) -> int:
        """Take what begins with ``<``; returns where the text goes on."""
        if self._html.startswith("<!--", at):
            return self._end_of("-->", at + 4) or at + 4
        is_end = self._html.startswith("/", at + 1)
        name = _NAME.match(self._html, at + 1 + is_end)
        if name is None and self._html[at + 1 : at + 2] not in ("!", "?", "/"):
            self._line.append("<")
            return at + 1
        end = self._end_of(">", at + 1)
        if end is None:
            # A tag that never ends; perhaps it is none, so its words are kept.
            return at + 1
        if name is None:
            return end
        tag = name[0].lower()
        if tag in _RAW and not is_end:
            return self._start_of(f"</{tag}", end) or end
        if is_end:
            self._closes(tag)
        else:
            self._opens(tag, self._html[name.end() : min(end, name.end() + 2_000)])
        return end

    def _end_of(self, mark: str, at: int) -> int | None:
        found = self._start_of(mark, at)
        return None if found is None else found + len(mark)

    def _start_of(self, mark: str, at: int) -> int | None:
        if mark in self._missing:
            return None
        found = re.compile(re.escape(mark), re.IGNORECASE).search(self._html, at)
        if found is None:
            self._missing.add(mark)
            return None
        return found.start()

    def _opens(self, tag: str, attributes: str) -> None:
        if tag in _SILENT and len(self._silent) < _DEEPEST:
            self._silent.append(tag)
        if tag not in _BLOCKS:
            return
        if self._silent and self._silent[0] == "head":
            # Nobody has to close a head; the first block of the letter ends it.
            self._silent.clear()
        self.end_line()
        if tag in _VOID:
            return
        found = _CLASS.search(attributes)
        classes = found[1] if found else ""
        is_quote = tag == "blockquote" or any(word in classes for word in _QUOTE_CLASSES)
        self._quotes += is_quote
        self._open.append((tag, is_quote))
        if tag == "li":
            self._line.append("- ")

    def _closes(self, tag: str) -> None:
        if tag in self._silent:
            del self._silent[self._silent.index(tag) :]
        if tag not in _BLOCKS or tag in _VOID:
            return
        self.end_line(always=tag == "p")
        # Mail programs close tags they never opened; only one that is open ends anything.
        for position in range(len(self._open) - 1, max(-1, len(self._open) - _DEEPEST), -1):
            if self._open[position][0] == tag:
                self._quotes -= sum(is_quote for _, is_quote in self._open[position:])
                del self._open[position:]
                return

    def _say(self, start: int, end: int) -> None:
        if not self._silent and end > start:
            text = entities.unescape(self._html[start:end])
            self._line.append(text.replace("\n", " "))

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
    reader = _Reader(html[:MAX_HTML])
    reader.read()
    if len(html) > MAX_HTML:
        reader.lines.append("[This mail was longer; the rest was left out.]")
    return _BLANK_LINES.sub("\n\n", "\n".join(reader.lines)).strip()
