"""The calendar of 2026 and 2027: Tết, weekends, days made up for; and what is not decided yet."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from knowledge.check import check, notes
from knowledge.holidays import Holiday
from knowledge.library import CONTENT, load, read

DAYS = load().workdays


def closed(start: date, end: date) -> set[date]:
    days = (start + timedelta(days=n) for n in range((end - start).days + 1))
    return {day for day in days if not DAYS.is_workday(day)}


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 1, 1), date(2026, 1, 4)),  # New Year: Thursday, with the swapped Friday
        (date(2026, 2, 14), date(2026, 2, 22)),  # Tết Bính Ngọ: nine days on end
        (date(2026, 4, 25), date(2026, 4, 27)),  # Hùng Kings on a Sunday: Monday instead
        (date(2026, 4, 30), date(2026, 5, 3)),
        (date(2026, 8, 29), date(2026, 9, 2)),  # National Day, with the swapped Monday
        (date(2027, 1, 1), date(2027, 1, 3)),
        (date(2027, 2, 5), date(2027, 2, 11)),  # Tết Đinh Mùi, two of its days on a weekend
        (date(2027, 4, 16), date(2027, 4, 18)),
        (date(2027, 4, 30), date(2027, 5, 3)),  # Labour Day on a Saturday: Monday instead
        (date(2027, 9, 2), date(2027, 9, 5)),
    ],
)
def test_offices_are_closed_from_the_first_to_the_last_day_and_no_longer(
    start: date, end: date
) -> None:
    before, after = start - timedelta(days=1), end + timedelta(days=1)
    assert closed(before, after) == closed(start, end)
    assert len(closed(start, end)) == (end - start).days + 1


@pytest.mark.parametrize("saturday", [date(2026, 1, 10), date(2026, 8, 22)])
def test_the_saturdays_made_up_for_are_workdays(saturday: date) -> None:
    assert saturday.weekday() == 5
    assert DAYS.is_workday(saturday)
    assert not DAYS.is_workday(saturday + timedelta(days=7))


@pytest.mark.parametrize("year", [2026, 2027])
def test_each_year_has_its_eleven_days_by_law(year: int) -> None:
    days = [
        day
        for one in read().holidays.values()
        for day in one.days
        if day.year == year and not one.id.startswith("culture-day")
    ]
    assert len(days) == len(set(days)) == 11


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 2, 12), 3, date(2026, 2, 24)),  # a Thursday before Tết: Fri, Mon, Tue
        (date(2026, 2, 17), 3, date(2026, 2, 25)),  # said on the first day of Tết
        (date(2026, 8, 20), 5, date(2026, 8, 26)),  # the made-up Saturday counts
        (date(2026, 8, 27), 2, date(2026, 9, 3)),  # Friday, then Thursday after National Day
        (date(2027, 2, 4), 1, date(2027, 2, 12)),  # the last day before Tết Đinh Mùi
        (date(2027, 1, 30), 5, date(2027, 2, 12)),  # a Saturday: Mon to Thu, then after Tết
    ],
)
def test_deadlines_go_around_holidays(start: date, count: int, end: date) -> None:
    assert DAYS.after(start, count) == end


def holiday(**more: object) -> Holiday:
    given = {
        "id": "x-day", "name": "X", "days": ["2026-04-26"], "instead": ["2026-04-27"],
        "confirmed": True, "source": "law",
    }  # fmt: skip
    return Holiday.model_validate({**given, **more})


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"instead": []}, "instead"),  # a Sunday without its Monday
        ({"instead": ["2026-04-25"]}, "instead"),  # a Saturday is off anyway
        ({"days": ["2026-04-28"]}, "instead"),  # a Tuesday owes nothing
        ({"made_up": ["2026-05-02"]}, "instead"),  # worked on a Saturday for nothing
        ({"made_up": ["2026-05-04"], "instead": ["2026-04-27", "2026-04-28"]}, "made_up"),
    ],
)
def test_a_holiday_that_does_not_add_up_is_found(more: dict[str, object], field: str) -> None:
    assert [fault[2] for fault in holiday(**more).faults()] == [field]
    assert list(holiday().faults()) == []


def test_what_the_government_has_not_decided_is_a_note_until_it_is_over() -> None:
    told = "\n".join(notes(read(), date(2026, 11, 25)))
    assert "Đinh Mùi" in told
    assert "Bính Ngọ" not in told
    assert "Đinh Mùi" not in "\n".join(notes(read(), date(2027, 3, 1)))


def test_the_end_of_the_known_holidays_is_told_in_time() -> None:
    assert not any("holidays.yaml ends" in note for note in notes(read(), date(2027, 8, 1)))
    assert any("holidays.yaml ends on 2027-11-24" in n for n in notes(read(), date(2027, 9, 1)))


FAULTS = [
    ("holidays.yaml", "instead: [2026-04-27]", "instead: []", "0 days off instead."),
    ("holidays.yaml", "confirmed: true", "confirmed: maybe", "confirmed: "),
    ("casework.yaml", "unit: phong-kinh-te-xa", "unit: nowhere", "no unit 'nowhere' today."),
    ("casework.yaml", "ubnd-xa: coord", "mttq-huyen: coord", "no unit 'mttq-huyen' today."),
    ("casework.yaml", "duties: [policy-credit]", "duties: [x-y]", "nothing is called 'x-y'."),
    ("casework.yaml", "topic: loan", "topic: health", "nobody gets the topic 'loan'."),
    ("casework.yaml", "internal: 3", "", "days.internal: Field required."),
    ("casework.yaml", 'since: "06:30"', 'since: "21:30"', "'since' must come before 'until'"),
    ("casework.yaml", "late: 3", "late: 1", "from the fewest days late to the most"),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), FAULTS)
def test_what_is_wrong_in_the_files_is_told_with_its_line(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    folder = tmp_path / "content"
    shutil.copytree(CONTENT, folder, ignore=shutil.ignore_patterns("cards"))
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    found = [m for m in check(folder, day=date(2026, 11, 24)) if m.path.name == file]
    assert len(found) == 1, found
    assert said in found[0].problem
    assert found[0].line <= text.split(old)[0].count("\n") + 1
