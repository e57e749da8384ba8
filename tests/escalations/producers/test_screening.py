"""What a reply must not give away (MD-09, MD-12)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalations.producers.screening import Identity, find_personal_data

TALA = Identity("Tala de la Cruz-Bautista", date(1980, 3, 7), ("174097", "5001234567"))
TODAY = date(2025, 11, 5)


def found(text: str, *consumers: Identity) -> list[str]:
    known = consumers or (TALA,)
    return [kind.value for kind in find_personal_data(text, consumers=known, today=TODAY)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It begins in January.",
        "As I wrote on 200528-2866868, the carrier has answered.",
        "Coverage ended 8/31/25 and should begin 2026-01-01.",
        "The premium is $150000 or $1,250.00 a month.",
        "She has 2 children and 3 plans; see page 12 of 40.",
        "Form 1095 A for 2024 is wrong.",
        "Error 4021 after 10 minutes.",
    ],
)
def test_md12_what_gives_nobody_away_goes_through(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Tala has no card.", "name"),
        ("Ms. BAUTISTA has no card.", "name"),
        ("Bautista's card.", "name"),
        ("born 3/7/1980", "birth_date"),
        ("It is 1980-03-07.", "birth_date"),
        ("March 7th, 1980", "birth_date"),
        ("7 Mar 1980", "birth_date"),
        ("her birthday is 1/1/24", "birth_date"),
        ("Call 410-555-0177.", "phone"),
        ("Call (410) 555 0177", "phone"),
        ("Call 4105550177", "phone"),
        ("Call 555-0177", "phone"),
        ("write to tala.b@mail.example please", "email"),
        ("174097", "number"),
        ("PID #:9912", "number"),
        ("Person ID is 123456.", "number"),
        ("case 5001234567", "number"),
        ("see 200301 for another one", "number"),
    ],
)
def test_md12_what_may_give_somebody_away_is_found(text: str, kind: str) -> None:
    assert kind in found(text)


def test_md12_names_are_found_without_their_accents_and_in_other_scripts() -> None:
    assert found("jose arevalo", Identity("José Arévalo")) == ["name"]
    assert found("陳美玲的卡", Identity("陳美玲")) == ["name"]
    assert found("the word as", Identity("As Li")) == []


@given(st.text(max_size=200))
def test_screening_any_text_ends_in_an_answer(text: str) -> None:
    find_personal_data(text, consumers=[TALA], today=TODAY)


@given(day=st.dates(date(1930, 1, 1), date(2021, 12, 31)))
def test_md12_a_birth_date_is_found_in_every_spelling(day: date) -> None:
    one = Identity("X", day)
    for spelled in ("%m/%d/%Y", "%Y-%m-%d", "%B %d, %Y", "%d %b %Y", "%m.%d.%Y"):
        assert "birth_date" in found(f"it is {day.strftime(spelled)} then", one)
