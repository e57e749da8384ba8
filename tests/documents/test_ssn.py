"""EA-06, X-01: a Social Security number is found however it is written, and nothing else is."""

from __future__ import annotations

import time
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.documents.ssn import REMOVED, contains_ssn, find, redact
from tests.documents.ssn_corpus import (
    LABELLED_FORMS,
    LABELS,
    SEPARATED_FORMS,
    look_alikes,
    with_numbers,
)


def test_a_thousand_texts_with_a_number_are_caught_at_99_percent_ea_06() -> None:
    texts = list(with_numbers(1000))
    missed = Counter(form for form, text in texts if not contains_ssn(text))
    assert missed.total() <= 10, missed


def test_a_thousand_look_alikes_raise_at_most_one_percent_false_alarms_ea_06() -> None:
    texts = list(look_alikes(1000))
    alarms = Counter(kind for kind, text in texts if contains_ssn(text))
    assert alarms.total() <= 10, alarms


@pytest.mark.parametrize("form", SEPARATED_FORMS)
def test_a_separated_number_needs_no_label(form: str) -> None:
    assert contains_ssn(f"see {SEPARATED_FORMS[form]('219', '09', '9999')} please")


@pytest.mark.parametrize("form", LABELLED_FORMS)
@pytest.mark.parametrize("label", LABELS)
def test_a_number_beside_a_label_is_certain(form: str, label: str) -> None:
    assert contains_ssn(label.format(LABELLED_FORMS[form]("219", "09", "9999")))


@pytest.mark.parametrize(
    "text",
    [
        "219099999 is my social security number",
        "219099999 (SSN)",
        "one two three, four five, six seven eight nine",
        "uno dos tres cuatro cinco seis siete ocho nueve",
        "ITIN 912-34-5678",
        "912-70-5678",
        "+1 219-09-9999",
        "SSN &#50;&#49;&#57;&#48;&#57;&#57;&#57;&#57;&#57;",
    ],
)
def test_less_usual_ways_of_giving_the_number_away_are_caught(text: str) -> None:
    assert contains_ssn(text)


def test_the_case_number_of_the_acceptance_vector_is_not_mistaken() -> None:
    assert find("About case 5001234567") == []
    assert find("SSN? No: 5001234567") == []


@pytest.mark.parametrize(
    "text", ["200528-2866868", "PID 174097", "916-555-0123", "95814-1234", "12-3456789"]
)
def test_numbers_of_the_exchanges_are_not_even_possible(text: str) -> None:
    assert find(text) == []


def test_nine_digits_without_a_label_are_possible_and_not_refused() -> None:
    (span,) = find("the number 219099999 was given")
    assert (span.start, span.end, span.confidence) == (11, 20, "possible")
    assert not contains_ssn("the number 219099999 was given")


def test_nine_digits_named_as_another_number_are_not_even_possible() -> None:
    assert find("account number 219099999") == []


def test_the_span_covers_the_number_in_the_original_text() -> None:
    text = "é ﬁ Ⅷ SSN: ２１９\u200b‑09&#45;9999!"
    (span,) = find(text)
    assert text[span.start : span.end] == "２１９\u200b‑09&#45;9999"


def test_redaction_keeps_the_rest_of_the_text_byte_for_byte() -> None:
    text = "\ufeffZoë’s SSN：２１９‑09‑9999\r\n\tﬁn\u200b &amp; case 5001234567\x00"
    expected = f"\ufeffZoë’s SSN：{REMOVED}\r\n\tﬁn\u200b &amp; case 5001234567\x00"
    assert redact(text) == expected


def test_several_numbers_in_one_text_are_all_removed() -> None:
    assert redact("219-09-9999, 219-09-9998\n219-09-9997") == f"{REMOVED}, {REMOVED}\n{REMOVED}"


NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from("0123456789-./ \n\u200b\u2011０１９&#;sSnN"), st.characters(codec="utf-8")
    ),
    max_size=80,
)


@given(NASTY)
def test_redacted_text_never_holds_a_certain_number(text: str) -> None:
    assert not contains_ssn(redact(text))


@given(NASTY)
def test_text_without_a_number_is_returned_unchanged(text: str) -> None:
    if not contains_ssn(text):
        assert redact(text) == text


@given(NASTY)
def test_spans_are_in_order_and_do_not_overlap(text: str) -> None:
    spans = find(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(left.end <= right.start for left, right in pairwise(spans))


@given(NASTY, st.sampled_from(sorted(SEPARATED_FORMS)))
def test_a_labelled_number_is_found_whatever_stands_around_it(text: str, form: str) -> None:
    written = SEPARATED_FORMS[form]("219", "09", "9999")
    assert contains_ssn(f"{text} SSN: {written} {text}")


@pytest.mark.parametrize(
    "hostile",
    ["1" * 200_000, "1 " * 100_000, "123-" * 50_000, "ssn " * 50_000, "123-45 " * 30_000,
     "&#49;" * 40_000, "one " * 50_000, "219-09-9999 " * 15_000],
    ids=["digits", "spaced", "areas", "labels", "halves", "entities", "words", "numbers"],
)  # fmt: skip
def test_hostile_text_costs_time_in_proportion_to_its_length(hostile: str) -> None:
    began = time.perf_counter()
    find(hostile)
    assert time.perf_counter() - began < 10


PIECES = st.sampled_from(
    [
        *LABELS,
        "219-09-9999",
        "219099999",
        "219,09,9999",
        "21 90 99999",
        "2\u200b19099999",
        "12",
        "&#50;19-09-9999",
        "Ménière",
        "陳美玲",
        "phone",
        " ",
        "\n",
        ", ",
        "one two three four five six",
    ]
)


@given(st.lists(PIECES | NASTY, max_size=8).map(" ".join))
def test_the_quick_answer_is_that_of_the_full_search(text: str) -> None:
    assert contains_ssn(text) == any(span.confidence == "certain" for span in find(text))
