"""Cards as a spreadsheet: one row a card, one row an amount and a citation; in and out, exactly."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast, get_args
from zipfile import BadZipFile

import yaml
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from knowledge.card import Amount, Card, Citation
from knowledge.text import nfc
from knowledge.writing import plain_data, write_yaml

CARDS, AMOUNTS, LAWS = "cards", "amounts", "laws"
_SHEETS = ("benefit", "limits", "law")
_STRUCTURED = ("later", "eligibility")
_PLACES = ("duties", "how")
_NAMED = [name for name in Card.model_fields if name not in (*_SHEETS, "where")]
CARD_COLUMNS = (*_NAMED[:1], "topic", *(n for n in _NAMED[1:] if n != "topic"), *_PLACES)
AMOUNT_COLUMNS = ("card", "place", *Amount.model_fields)
LAW_COLUMNS = ("card", "number", "article", "about")
_LISTS = {name for name, known in Card.model_fields.items() if "tuple" in str(known.annotation)}
_DAYS = {
    name
    for name, known in Card.model_fields.items()
    if known.annotation is date or date in get_args(known.annotation)
}
_WIDTH = 32


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in a row of a sheet, and what to do; `row` counts from 1, as sheets show it."""

    sheet: str
    row: int
    problem: str
    mend: str


@dataclass(slots=True)
class SheetReading:
    """The cards of a workbook as plain data by id, the row of each, and what could not be read."""

    cards: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    rows: dict[str, int] = field(default_factory=dict[str, int])
    mistakes: list[RowError] = field(default_factory=list[RowError])


def write_sheet(cards: Iterable[Card], path: Path) -> None:
    """Write the workbook."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = CARDS
    amounts, laws = book.create_sheet(AMOUNTS), book.create_sheet(LAWS)
    sheets = ((first, CARD_COLUMNS), (amounts, AMOUNT_COLUMNS), (laws, LAW_COLUMNS))
    for sheet, columns in sheets:
        _write_head(sheet, columns)
    for card in cards:
        data = plain_data(card)
        first.append([_cell(name, _value(data, name)) for name in CARD_COLUMNS])
        for place in ("benefit", "limits"):
            for row in data.get(place, ()):
                told = {"card": card.id, "place": place, **row}
                amounts.append([_typed(told.get(name)) for name in AMOUNT_COLUMNS])
        for row in data["law"]:
            laws.append([_typed({"card": card.id, **row}.get(name)) for name in LAW_COLUMNS])
    book.save(path)


def read_sheet(path: Path) -> SheetReading:
    """Read the workbook; what cannot be read is named row by row."""
    reading = SheetReading()
    try:
        book = load_workbook(path, data_only=True)
    except (InvalidFileException, BadZipFile, OSError, KeyError, ValueError) as error:
        mend = "save it as .xlsx from the spreadsheet program"
        reading.mistakes.append(RowError(path.name, 1, f"not a workbook: {error}.", mend))
        return reading
    for name in (CARDS, AMOUNTS, LAWS):
        if name not in book.sheetnames:
            mend = "keep the three sheets as they were exported"
            reading.mistakes.append(RowError(name, 1, f"no sheet '{name}'.", mend))
    if reading.mistakes:
        return reading
    for row, told in _rows(book[CARDS], CARD_COLUMNS, reading):
        _read_card(row, told, reading)
    for row, told in _rows(book[AMOUNTS], AMOUNT_COLUMNS, reading):
        place = str(told.pop("place", ""))
        if place in ("benefit", "limits"):
            _add(AMOUNTS, row, told, place=place, reading=reading)
        else:
            mend = "write 'benefit' or 'limits'"
            reading.mistakes.append(RowError(AMOUNTS, row, f"no place '{place}'.", mend))
    for row, told in _rows(book[LAWS], LAW_COLUMNS, reading):
        _add(LAWS, row, told, place="law", reading=reading)
    return reading


def _value(data: dict[str, Any], name: str) -> Any:
    return data["where"].get(name) if name in _PLACES else data.get(name)


def _cell(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _STRUCTURED:
        return write_yaml(value)
    if isinstance(value, list):
        return "\n".join(map(str, cast("list[object]", value)))
    return _typed(value)


def _typed(value: Any) -> Any:
    """A text never becomes a formula: a leading "=" is kept behind a quote."""
    return f"'{value}" if isinstance(value, str) and value.startswith("=") else value


def _write_head(sheet: Worksheet, columns: tuple[str, ...]) -> None:
    sheet.append(list(columns))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(vertical="top")
    for number in range(1, len(columns) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTH
    sheet.freeze_panes = "B2"


def _rows(
    sheet: Any, columns: tuple[str, ...], reading: SheetReading
) -> Iterator[tuple[int, dict[str, Any]]]:
    rows = sheet.iter_rows(values_only=True)
    head = [str(cell or "").strip() for cell in next(rows, ())]
    for unknown in sorted(set(head) - set(columns) - {""}):
        mend = f"use the columns {', '.join(columns)}"
        reading.mistakes.append(RowError(sheet.title, 1, f"no column '{unknown}'.", mend))
    for number, cells in enumerate(rows, 2):
        told = {c: _plain(v) for c, v in zip(head, cells, strict=False) if c and v is not None}
        if any(value != "" for value in told.values()):
            yield number, told


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        text = nfc(value).replace("\r\n", "\n").strip("\n")
        return text.removeprefix("'") if text.startswith("'=") else text
    return value


def _read_card(row: int, told: dict[str, Any], reading: SheetReading) -> None:
    name = str(told.get("id", ""))
    if not name or name in reading.cards:
        problem = f"the id '{name}' is there twice." if name else "no id."
        reading.mistakes.append(RowError(CARDS, row, problem, "give the row an id of its own"))
        return
    data: dict[str, Any] = {"where": {}}
    for column, value in told.items():
        try:
            read = _read_cell(column, value)
        except (ValueError, yaml.YAMLError) as error:
            problem = f"{column}: {error}."
            mend = "write it as the other rows do"
            reading.mistakes.append(RowError(CARDS, row, problem, mend))
            continue
        (data["where"] if column in _PLACES else data)[column] = read
    reading.cards[name] = data
    reading.rows[name] = row


def _read_cell(column: str, value: Any) -> Any:
    if column in _STRUCTURED:
        return yaml.safe_load(str(value))
    if column in _LISTS or column == "duties":
        return [line.strip() for line in str(value).split("\n") if line.strip()]
    if column in _DAYS and isinstance(value, str):
        return _day(value)
    return value if isinstance(value, bool | date) else str(value)


def _day(text: str) -> date:
    """A day typed as 2026-11-24 or 24/11/2026."""
    parts = text.strip().split("/")
    if len(parts) == 3:
        return date(int(parts[2]), int(parts[1]), int(parts[0]))
    return date.fromisoformat(text.strip())


def _add(sheet: str, row: int, told: dict[str, Any], *, place: str, reading: SheetReading) -> None:
    card = reading.cards.get(str(told.pop("card", "")))
    if card is None:
        mend = "write in 'card' an id of the sheet 'cards'"
        reading.mistakes.append(RowError(sheet, row, "no such card.", mend))
        return
    known = Citation.model_fields if place == "law" else Amount.model_fields
    days = {name for name in ("since", "until") if isinstance(told.get(name), str)}
    try:
        told |= {name: _day(told[name]) for name in days}
    except ValueError as error:
        reading.mistakes.append(RowError(sheet, row, f"{error}.", "write a day as 24/11/2026"))
        return
    entry = {name: value for name, value in told.items() if name in known}
    card.setdefault(place, []).append(entry)
