"""Reading a feed's file: CSV and JSON lines say the same, and every row knows where it ends."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.consumers.feeds import FeedRefused
from portal.consumers.files import MAX_LINE, RawRow, examine, read_rows
from portal.consumers.mirror_feeds import CONSENTS, CONSUMERS
from tests.consumers.mirror_files import example, person, write_csv, write_json


def read(path: Path, kind: object = CONSUMERS) -> list[RawRow]:
    return list(read_rows(path, kind, examine(path)))  # type: ignore[arg-type]


def consent_lines(folder: Path, *lines: str) -> Path:
    path = folder / "consents.jsonl"
    path.write_text("\n".join([json.dumps(example(CONSENTS)), *lines]), encoding="utf-8")
    return path


def test_json_lines_bring_the_same_values_as_csv(tmp_path: Path) -> None:
    rows = [person(number, full_name="Ménière, “陳”\t") for number in range(3)]
    of_csv = read(write_csv(tmp_path, rows))
    of_json = read(write_json(tmp_path, rows))
    assert [row.values for row in of_csv] == [row.values for row in of_json]
    assert not any(row.problem for row in of_csv + of_json)


def test_numbers_and_nothing_in_json_are_read_as_they_are_written(tmp_path: Path) -> None:
    row = example(CONSENTS) | {"person_id": 174097, "kind": None, "given_on": 1.50}
    path = tmp_path / "consents.jsonl"
    path.write_text(json.dumps(row).replace("1.5", "1.50"), encoding="utf-8-sig")
    values = read(path, CONSENTS)[0].values
    assert (values["person_id"], values["kind"], values["given_on"]) == ("174097", "", "1.50")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"person_id": "1"}', "Missing keys: given_on, kind, valid_through."),
        (json.dumps(example(CONSENTS) | {"Araceli": "1"}), "keys of no column"),
        (json.dumps(example(CONSENTS) | {"kind": ["a"]}), "neither text nor number"),
        (json.dumps(example(CONSENTS) | {"kind": "\x00"}), "no text"),
        (json.dumps(example(CONSENTS) | {"kind": "\ud800"}), "no text"),
        ('{"kind": "a", "kind": "b"}', "there twice"),
        ('{"kind": NaN}', "no number"),
        ("[1, 2]", "no JSON object"),
        ("{", "no JSON object"),
        ("[" * 100_000, "no JSON object"),
    ],
)
def test_a_line_that_is_no_row_is_refused_alone(tmp_path: Path, line: str, problem: str) -> None:
    rows = read(consent_lines(tmp_path, line, "", json.dumps(example(CONSENTS))), CONSENTS)
    assert [row.line for row in rows] == [1, 2, 4]
    assert [bool(row.problem) for row in rows] == [False, True, False]
    assert problem in rows[1].problem


@pytest.mark.parametrize(
    ("first", "problem"),
    [
        ('{"person_id": "1", "kind": "x", "given_on": ""}', "Missing columns: valid_through."),
        (json.dumps(example(CONSENTS) | {"extra": "1"}), "Unknown columns: extra."),
        ("{nonsense", "no JSON object"),
    ],
)
def test_json_with_wrong_keys_in_its_first_line_is_refused_whole(
    tmp_path: Path, first: str, problem: str
) -> None:
    path = tmp_path / "consents.jsonl"
    path.write_text(f"{first}\n{json.dumps(example(CONSENTS))}\n")
    with pytest.raises(FeedRefused, match=problem):
        read(path, CONSENTS)


def test_a_file_without_a_header_does_not_show_its_first_person(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("174097,Araceli Fuentes,1984-03-09,219-09-9999\n")
    with pytest.raises(FeedRefused) as refusal:
        read(path)
    assert "4 columns are unknown" in str(refusal.value)
    assert not {"Araceli", "174097", "9999"} & set(str(refusal.value).replace(",", " ").split())


def test_a_file_without_line_breaks_is_not_held_in_memory(tmp_path: Path) -> None:
    path = write_csv(tmp_path, [person()])
    with path.open("a") as file:
        file.write("x" * (MAX_LINE + 1))
    with pytest.raises(FeedRefused, match="Line 3 is longer than 1 MB"):
        read(path)


CELL = st.text(
    st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12
) | st.sampled_from(['"', "a\nb", "\r\n", ",", "é"])


@settings(deadline=None)
@given(st.lists(st.lists(CELL, min_size=4, max_size=4), min_size=1, max_size=6), st.data())
def test_reading_goes_on_behind_any_row_as_if_it_had_never_stopped(
    tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]], data: st.DataObject
) -> None:
    rows = [dict(zip(CONSENTS.columns, row, strict=True)) for row in cells]
    folder = tmp_path_factory.mktemp("feed")
    for path in (write_csv(folder, rows), write_json(folder, rows)):
        facts = examine(path)
        whole = list(read_rows(path, CONSENTS, facts))
        if whole:
            stop = data.draw(st.integers(0, len(whole) - 1))
            rest = list(read_rows(path, CONSENTS, facts, after=whole[stop].after))
            assert rest == whole[stop + 1 :]
