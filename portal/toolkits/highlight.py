"""Hits marked in quoted text. The database marks them with characters no text may hold."""

from django.utils.html import escape
from django.utils.safestring import SafeString

#: Characters of private use; :func:`portal.toolkits.markdown.clean_text` keeps them out of texts.
BEGIN, END = "\ue000", "\ue001"


def as_html(quoted: str) -> SafeString:
    """``quoted`` escaped, with its hits in ``<mark>``."""
    return SafeString(escape(quoted).replace(BEGIN, "<mark>").replace(END, "</mark>"))


def as_text(quoted: str) -> str:
    """``quoted`` without its marks, on one line."""
    return " ".join(quoted.replace(BEGIN, "").replace(END, "").split())
