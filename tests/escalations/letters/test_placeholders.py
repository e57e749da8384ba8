"""What a template may leave open, and how it is filled."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalations.letters.placeholders import (
    PLACEHOLDERS,
    SAMPLE,
    faults_of,
    fill,
    left_open,
    long_date,
    paragraphs_of,
)

_PIECES = st.one_of(
    st.sampled_from([f"{{{name}}}" for name in PLACEHOLDERS]),
    st.sampled_from(["{nobody}", "{", "}", "{}", "{{number}}", "{0}"]),
    st.text(max_size=12),
)


@given(
    text=st.lists(_PIECES, max_size=12).map("".join),
    values=st.dictionaries(st.sampled_from(list(PLACEHOLDERS)), st.text(max_size=20)),
)
def test_a_filled_text_never_holds_a_brace(text: str, values: dict[str, str]) -> None:
    filled = fill(text, values)
    assert "{" not in filled
    assert "}" not in filled


@given(st.lists(st.sampled_from(list(PLACEHOLDERS)), min_size=1, unique=True))
def test_every_known_placeholder_is_filled_and_every_missing_value_leaves_a_gap(
    names: list[str],
) -> None:
    text = " ".join(f"{{{name}}}" for name in names)
    assert left_open(fill(text, SAMPLE)) == []
    assert len(left_open(fill(text, {}))) == len(names)


def test_an_unknown_placeholder_is_named_with_those_there_are() -> None:
    (fault,) = faults_of("Dear {consumer_nme}, case {number}")
    assert "{consumer_nme}" in fault
    assert "{consumer_name}" in fault


@pytest.mark.parametrize("text", ["{number", "number}", "{num ber}", "{{number}}", "{a-b}"])
def test_a_brace_that_is_no_placeholder_is_refused(text: str) -> None:
    assert faults_of(text)


def test_a_value_with_braces_cannot_pass_for_a_placeholder() -> None:
    assert fill("{consumer_name}", {"consumer_name": "{number}"}) == "(number)"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "November 5, 2025"),
        ("es", "5 de noviembre de 2025"),
        ("vi", "ngày 5 tháng 11 năm 2025"),
        ("ru", "05.11.2025"),
        ("hmn", "2025-11-05"),
    ],
)
def test_a_date_is_written_as_the_language_of_the_letter_does(language: str, written: str) -> None:
    assert long_date(date(2025, 11, 5), language) == written


def test_paragraphs_are_parted_by_empty_lines_and_keep_their_line_ends() -> None:
    assert paragraphs_of("a\r\nb\r\n \r\n\r\nc\n") == ["a\nb", "c"]
