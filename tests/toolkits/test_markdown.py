"""Markdown of staff becomes a page: harmless whatever was typed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.toolkits.highlight import BEGIN, END, as_html, as_text
from portal.toolkits.markdown import clean_text, letter_text, plain_text, render

_ALLOWED = re.compile(
    r"</?(?:a|blockquote|br|code|del|em|h[234]|hr|li|ol|p|pre|s|strong|table|tbody|td|th|thead|tr|ul)"
    r'(?: href="[^"<>]*")?(?: rel="noopener noreferrer")?>'
)


def test_headings_begin_below_the_only_h1_of_the_page() -> None:
    assert render("# One\n\n## Two\n\n###### Six") == "<h2>One</h2>\n<h3>Two</h3>\n<h4>Six</h4>\n"
    assert render("## One\n\n### Two") == "<h2>One</h2>\n<h3>Two</h3>\n"


def test_lists_tables_and_links_are_drawn() -> None:
    html = render("1. First\n\n| A | B |\n| --- | --- |\n| x | y |\n\n[Home](/toolkits/)")
    assert "<ol>\n<li>First</li>\n</ol>" in html
    assert "<th>A</th>" in html
    assert '<a href="/toolkits/" rel="noopener noreferrer">Home</a>' in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:msgbox)",
        "[x](//evil.example/)",
        "[x](http://plain.example/)",
        "![x](https://evil.example/pixel.png)",
        "<javascript:alert(1)>",
        "[a]: javascript:alert(1)\n\n[a]",
        '<a href="https://a.example" onclick="alert(1)">x</a>',
        "`<svg onload=alert(1)>`",
        "<style>body{display:none}</style>",
    ],
)
def test_nothing_hostile_gets_through(hostile: str) -> None:
    html = render(hostile)
    assert not _ALLOWED.sub("", html).count("<")
    targets = re.findall(r'href="([^"]*)"', html)
    assert not [target for target in targets if target != "https://a.example"]


@given(st.text(alphabet=st.sampled_from("<>[]()!\"'`#*-|:/\\ abjs\n&;=x"), max_size=60))
def test_whatever_is_typed_only_listed_tags_come_out(source: str) -> None:
    assert "<" not in _ALLOWED.sub("", render(source))


def test_a_backslash_cannot_make_a_path_of_the_portal_lead_elsewhere() -> None:
    assert 'href="/%5Cevil.example/"' in render("[x](/\\evil.example/)")


def test_search_reads_words_and_no_markup() -> None:
    source = "# Title\n\nSome **bold** [link](https://a.example) and `code`.\n\n```\nfence\n```"
    assert plain_text(source).split("\n")[:3] == ["Title", "Some bold link and code.", "fence"]


def test_no_text_can_bring_its_own_mark_of_a_hit() -> None:
    assert clean_text(f"a{BEGIN}b{END}c\x00\x1b") == "abc"


def test_a_quote_is_escaped_and_only_its_hits_are_marked() -> None:
    quote = f"<b>{BEGIN}Fish{END} & chips</b>"
    assert as_html(quote) == "&lt;b&gt;<mark>Fish</mark> &amp; chips&lt;/b&gt;"
    assert as_text(quote) == "<b>Fish & chips</b>"


def test_a_plain_mail_has_the_words_without_the_marks() -> None:
    source = (
        "# What changes\n\nThe **worklist**\nopens, see [the guide](/toolkits/3/)"
        " and <https://news.example/>.\n\n- one\n- two\n  1. deep\n\n3. three\n4. four\n\n"
        "| A | B |\n| --- | --- |\n| x | y |\n\n[x](javascript:alert(1)) Line\\\nbreak"
    )
    assert letter_text(source, base="https://portal.example") == (
        "What changes\n\nThe worklist opens, see the guide (https://portal.example/toolkits/3/)"
        " and https://news.example/.\n\n- one\n- two\n  1. deep\n\n3. three\n4. four\n\n"
        "A | B\nx | y\n\n[x](javascript:alert(1)) Line\nbreak"
    )


@given(st.text(max_size=200))
def test_whatever_is_typed_becomes_a_plain_mail(source: str) -> None:
    assert letter_text(source) == letter_text(source).strip()
