"""Cards out and in: exactly the same, and nothing comes in while anything is wrong."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from knowledge.exchange import export_cards, import_cards
from knowledge.library import CONTENT, load

TODAY = date(2026, 11, 24)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    shutil.copytree(CONTENT, folder)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.yaml"))}


def test_files_and_spreadsheet_come_back_exactly(content: Path, tmp_path: Path) -> None:
    book, folder = tmp_path / "cards.xlsx", tmp_path / "cards"
    assert export_cards(content, book) == export_cards(content, folder) == len(load().cards)
    # What we ship is written as we write it, so that an export changes no line.
    assert files(folder) == files(CONTENT / "cards")
    shutil.rmtree(content / "cards")
    (content / "cards").mkdir()
    assert import_cards(book, content, day=TODAY) == (len(load().cards), [])
    assert files(content) == files(CONTENT)


def test_a_folder_of_content_files_comes_in_too(content: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cards"
    export_cards(content, folder)
    path = folder / "loan" / "loan-poor-household.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("Cho vay hộ nghèo", "Vay vốn cho hộ nghèo", 1), "utf-8")
    assert import_cards(folder, content, day=TODAY)[1] == []
    assert load(content).cards["loan-poor-household"].title == "Vay vốn cho hộ nghèo"


def spoil(book: Path, sheet: str, cell: str, value: Any) -> None:
    workbook = load_workbook(book)
    workbook[sheet][cell] = value
    workbook.save(book)


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "row", "problem", "mend"),
    [
        ("cards", "A1", "idd", 1, "no column 'idd'", "use the columns"),
        ("cards", "B3", "laon", 3, "no topic 'laon'", "use an id of topics.yaml"),
        ("cards", "A3", None, 3, "no id", "give the row an id"),
        ("amounts", "A3", "no-such-card", 3, "no such card", "an id of the sheet 'cards'"),
        ("amounts", "B3", "profit", 3, "no place 'profit'", "write 'benefit' or 'limits'"),
        ("laws", "B4", "1/2/3", None, "no document '1/2/3'", "add the document"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_comes_in(
    content: Path, tmp_path: Path, sheet: str, cell: str, value: Any,
    row: int | None, problem: str, mend: str,
) -> None:  # fmt: skip
    book = tmp_path / "cards.xlsx"
    export_cards(content, book)
    before = files(content)
    spoil(book, sheet, cell, value)
    count, mistakes = import_cards(book, content, day=TODAY)
    assert count == 0
    assert any(
        problem in m.problem and mend in m.mend and row in (None, m.row) for m in mistakes
    ), mistakes
    assert files(content) == before


def test_what_is_no_workbook_is_said_to_be_none(content: Path, tmp_path: Path) -> None:
    book = tmp_path / "cards.xlsx"
    book.write_text("id,topic\n", "utf-8")
    assert "not a workbook" in import_cards(book, content, day=TODAY)[1][0].problem
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no cards here" in import_cards(empty, content, day=TODAY)[1][0].problem


def test_a_text_never_becomes_a_formula(content: Path, tmp_path: Path) -> None:
    path = content / "cards" / "loan" / "loan-poor-household.yaml"
    text = path.read_text("utf-8").replace('checked_by: "', 'checked_by: "=1+', 1)
    path.write_text(text, "utf-8")
    export_cards(content, tmp_path / "cards.xlsx")
    cells = [cell for row in load_workbook(tmp_path / "cards.xlsx")["cards"] for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert import_cards(tmp_path / "cards.xlsx", content, day=TODAY)[1] == []
    assert load(content).cards["loan-poor-household"].checked_by.startswith("=1+")
