"""Markdown written by staff, as safe HTML and as plain words.

Two walls: the parser takes no HTML at all, and what it makes is sanitised against a closed list.
Pictures are left out: a page loads nothing from elsewhere.
"""

import unicodedata
from functools import cache
from typing import Final

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

_TEXT_TAGS: Final = ("a", "blockquote", "br", "code", "del", "em", "hr", "p", "pre", "s", "strong")
_BLOCK_TAGS: Final = ("h2", "h3", "h4", "li", "ol", "ul")
_TABLE_TAGS: Final = ("table", "tbody", "td", "th", "thead", "tr")
_TAGS: Final = frozenset((*_TEXT_TAGS, *_BLOCK_TAGS, *_TABLE_TAGS))
#: Addresses a link may lead to, beside paths of the portal itself.
_SCHEMES: Final = ("https://", "mailto:", "tel:")
_DEEPEST: Final = 4


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def render(source: str) -> SafeString:
    """The page's HTML. The highest heading becomes ``h2``: the page itself has the only ``h1``."""
    parser = _parser()
    tokens = parser.parse(source)
    levels = [int(token.tag[1:]) for token in tokens if token.type == "heading_open"]
    down = 2 - min(levels, default=1)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + down, _DEEPEST)}"
        token.children = _without_pictures(token.children)
    written = parser.renderer.render(tokens, parser.options, {})
    clean = nh3.clean(
        written,
        tags=set(_TAGS),
        attributes={"a": {"href"}},
        attribute_filter=_harmless,
        url_schemes={"https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
    return SafeString(clean)


def plain_text(source: str) -> str:
    """The words alone, one block a line; what search reads and quotes."""
    lines = []
    for token in _parser().parse(source):
        if token.type == "inline":
            children = token.children or []
            lines.append("".join(_words(child) for child in children))
        elif token.type in ("fence", "code_block"):
            lines.append(token.content)
    return clean_text("\n".join(lines))


def letter_text(source: str, *, base: str = "") -> str:
    """As words for a plain mail: without the marks, with paragraphs, lists and addresses of links.

    Args:
        base: stands before addresses that begin with ``/``.
    """
    lines: list[str] = []
    lists: list[int | None] = []  # the next number of each open list; None: bullets
    cells: list[str] | None = None
    lead = ""
    for token in _parser().parse(source):
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
                lead = "  " * len(lists)
                lines += [] if lists else [""]
            case "list_item_open":
                number = lists[-1]
                lead = "  " * (len(lists) - 1) + ("- " if number is None else f"{number}. ")
                lists[-1] = None if number is None else number + 1
            case "tr_open":
                cells = []
            case "tr_close":
                lines.append(" | ".join(cells or []))
                cells = None
            case "inline":
                words = _spelled(token.children or [], base)
                if cells is not None:
                    cells.append(words)
                else:
                    hanging = "\n" + " " * len(lead)
                    lines.append(lead + words.replace("\n", hanging))
                    lead = " " * len(lead)
            case "fence" | "code_block":
                lines += [token.content.rstrip(), ""]
            case "heading_close" | "table_close" | "paragraph_close" if not lists:
                lines.append("")
    return clean_text("\n".join(lines)).strip()


def _spelled(children: list[Token], base: str) -> str:
    """The words of a line, each link with its address behind it."""
    parts: list[str] = []
    begun, address = 0, ""
    for child in children:
        if child.type == "link_open":
            begun, address = len(parts), str(child.attrGet("href") or "")
        elif child.type == "link_close":
            if _harmless("a", "href", address) and address != "".join(parts[begun:]):
                parts.append(f" ({base if address.startswith('/') else ''}{address})")
        elif child.type == "hardbreak":
            parts.append("\n")
        else:
            parts.append(_words(child))
    return "".join(parts)


def clean_text(text: str) -> str:
    """``text`` without what no reader sees: control characters, and those of private use.

    The latter mark hits in :mod:`portal.toolkits.highlight`, so no text may bring its own.
    """
    return "".join(
        character
        for character in text
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Co", "Cs")
    )


def _harmless(_tag: str, attribute: str, value: str) -> str | None:
    if attribute != "href":
        return value
    is_own = value.startswith("/") and not value.startswith(("//", "/\\"))
    return value if is_own or value.lower().startswith(_SCHEMES) else None


def _without_pictures(children: list[Token] | None) -> list[Token] | None:
    return children and [child for child in children if child.type != "image"]


def _words(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return token.content if token.type in ("text", "code_inline") else ""
