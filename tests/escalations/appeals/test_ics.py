"""A hearing as a calendar file: RFC 5545, read back, with nothing personal in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from escalations.appeals import hearings, resolution
from escalations.appeals.ics import HearingEvent, calendar_file, folded
from escalations.appeals.models import Hearing
from tests.escalations.appeals.ground import Walk, walk
from tests.escalations.appeals.test_requirements import WRITTEN
from tests.escalations.tickets.test_pages import sign_in
from tests.world import World

AT = datetime(2025, 12, 3, 18, 0, tzinfo=UTC)
STAMP = datetime(2025, 11, 5, 18, 20, tzinfo=UTC)


def event(**values) -> HearingEvent:
    given_values = {
        "uid": "6f1c",
        "number": "AP-2025-000007",
        "at": AT,
        "sequence": 0,
        "stamped_at": STAMP,
        "url": "https://portal.example/cases/AP-2025-000007/",
    }
    return HearingEvent(**(given_values | values))


def read(text: str) -> dict[str, str]:
    """Property → value, unfolded and unescaped as a calendar does it (RFC 5545, 3.1, 3.3.11)."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    lines = text.replace("\r\n ", "").split("\r\n")[:-1]
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    pairs = [line.split(":", 1) for line in lines]
    return {key: value.replace("\\,", ",").replace("\\;", ";") for key, value in pairs}


def test_a_hearing_reads_back_as_it_was_written() -> None:
    found = read(calendar_file(event(sequence=3)))
    assert found["UID"] == "6f1c"
    assert found["DTSTART"] == "20251203T180000Z"
    assert found["DTEND"] == "20251203T190000Z"
    assert found["DTSTAMP"] == "20251105T182000Z"
    assert found["SEQUENCE"] == "3"
    assert found["SUMMARY"] == "Hearing AP-2025-000007"
    assert found["URL"] == "https://portal.example/cases/AP-2025-000007/"
    assert (found["METHOD"], found["STATUS"]) == ("PUBLISH", "CONFIRMED")


def test_a_hearing_that_is_off_cancels_itself() -> None:
    found = read(calendar_file(event(is_off=True)))
    assert (found["METHOD"], found["STATUS"]) == ("CANCEL", "CANCELLED")


def test_times_are_written_in_utc_whatever_zone_they_come_in() -> None:
    pacific = AT.astimezone(timezone(timedelta(hours=-8)))
    assert calendar_file(event(at=pacific)) == calendar_file(event())


def test_no_line_is_longer_than_75_octets() -> None:
    long = "https://portal.example/" + "a" * 200
    text = calendar_file(event(url=long))
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert read(text)["URL"] == long


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=400))
def test_folding_cuts_no_character_and_loses_nothing(line: str) -> None:
    parts = folded(line).split("\r\n")
    assert all(len(part.encode()) <= 75 for part in parts)
    assert all(part.startswith(" ") for part in parts[1:])
    assert "".join([parts[0], *(part[1:] for part in parts[1:])]) == line


def _file(world: World, mine: Walk, who: str = "appeals.specialist") -> str:
    world.enter()
    answer = sign_in(world, who).get(f"/appeals/{mine.case.number}/hearing.ics")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    world.enter()
    return answer.content.decode()


def test_the_file_of_a_case_names_its_number_and_nothing_personal(world: World) -> None:
    mine = walk(world, appellant_name="Marisol Vega").to_informal()
    mine.with_hearing(place="Call 555-0188, code 4411", judge="Robin Ashdown")
    text = _file(world, mine)
    found = read(text)
    assert found["SUMMARY"] == f"Hearing {mine.case.number}"
    assert found["URL"].endswith(f"/cases/{mine.case.number}/")
    for secret in ("Marisol", "Vega", "555-0188", "4411", "Ashdown", "5001234567"):
        assert secret not in text


def test_the_sequence_grows_with_every_change_and_the_uid_stays(world: World) -> None:
    mine = walk(world).to_informal().with_hearing()
    seen = [read(_file(world, mine))]
    mine.do(hearings.postpone_hearing, reason="The judge is ill.")
    seen.append(read(_file(world, mine)))
    mine.with_hearing("2025-12-17T10:00")
    seen.append(read(_file(world, mine)))
    mine.do(resolution.resolve_informally, **WRITTEN)
    seen.append(read(_file(world, mine)))
    assert [found["SEQUENCE"] for found in seen] == ["0", "1", "2", "3"]
    assert len({found["UID"] for found in seen}) == 1
    assert [found["STATUS"] for found in seen] == [
        "CONFIRMED",
        "CANCELLED",
        "CONFIRMED",
        "CANCELLED",
    ]
    assert seen[2]["DTSTART"] == "20251217T180000Z"


def test_without_a_hearing_there_is_no_file(world: World) -> None:
    mine = walk(world)
    assert not Hearing.objects.exists()
    answer = sign_in(world, "appeals.specialist").get(f"/appeals/{mine.case.number}/hearing.ics")
    assert answer.status_code == 404
