"""The new words of a reply, apart from the quoted mail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.inbound.quoting import reply_of

REPLIES = {
    "gmail": "\n".join(
        [
            "Her date of birth is in the file.",
            "",
            "On Wed, Nov 5, 2025 at 10:00 AM Liaison <x@y.example> wrote:",
            "> Your case",
            "> is here",
            "",
        ]
    ),
    "gmail, wrapped": "\n".join(
        [
            "Thank you.",
            "",
            "On Wed, Nov 5, 2025 at 10:00 AM The Exchange",
            "<no-reply@liaison.example>",
            "wrote:",
            "",
            "> words",
            "",
        ]
    ),
    "outlook": "\n".join(
        [
            "Thank you.",
            "",
            "________________________________",
            "From: Liaison <x@y.example>",
            "Sent: Wednesday",
            "To: Robin",
            "Subject: Case",
            "",
            "Your case",
        ]
    ),
    "outlook, no line": "\n".join(
        [
            "Thank you.",
            "",
            "From: Liaison <x@y.example>",
            "Sent: Wednesday",
            "To: Robin",
            "Subject: Case",
            "",
            "Your case",
        ]
    ),
    "outlook, bold": "\n".join(
        [
            "Thank you.",
            "",
            "*From:* Liaison",
            "*Sent:* Wednesday",
            "*To:* Robin",
            "*Subject:* Case",
            "",
            "Your case",
        ]
    ),
    "original message": "\n".join(
        [
            "Thank you.",
            "-----Original Message-----",
            "From: x",
            "",
            "Your case",
        ]
    ),
    "spanish": "\n".join(
        [
            "Thank you.",
            "",
            "El mié, 5 nov 2025 a las 10:00, Liaison (<x@y.example>) escribió:",
            "> Your case",
            "",
        ]
    ),
    "quoted only": "\n".join(
        [
            "Thank you.",
            "",
            "> Your case",
            "> is here",
        ]
    ),
}


@pytest.mark.parametrize("name", REPLIES)
def test_what_was_quoted_is_left_out(name: str) -> None:
    found = reply_of(REPLIES[name])
    assert "Your case" not in found
    assert "words" not in found
    assert found in ("Thank you.", "Her date of birth is in the file.")


def test_answers_between_the_lines_stay_with_their_questions() -> None:
    text = (
        "See below.\n\nOn Monday, the Exchange wrote:\n"
        "> Which plan?\nThe silver one.\n> Since when?\nMay."
    )
    assert reply_of(text) == text


def test_an_answer_below_the_quotation_is_kept() -> None:
    text = "On Monday, the Exchange wrote:\n> Which plan?\n\nThe silver one."
    assert "The silver one." in reply_of(text)


def test_a_mail_that_only_forwards_is_kept_whole() -> None:
    text = "---------- Forwarded message ---------\nFrom: Ana\nSubject: My card\n\nNo card."
    assert reply_of(text) == text


def test_the_word_from_in_a_letter_begins_no_quotation() -> None:
    text = "From: the mother of the constituent I hear that\nno card came.\nThank you."
    assert reply_of(text) == text


@given(st.text(alphabet="ab> \n-_:FromwteSO@<>", max_size=400))
def test_words_that_stand_first_are_never_lost(text: str) -> None:
    found = reply_of(text)
    assert bool(found) == bool(text.strip())
    assert found in text.strip() or found == text.strip()
