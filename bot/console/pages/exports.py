"""Exports: the list on the screen as a spreadsheet or CSV; no cell is ever a formula."""

import csv
import io
import tempfile
from collections.abc import Generator, Iterator
from datetime import datetime
from typing import IO, Any

from openpyxl import Workbook
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.console.guard import Guard
from bot.console.pages.case_filters import PATH, filters_of, wanted_of
from bot.console.visit import HEADERS, Visit
from bot.console.words import words_of
from handlers.officials import exporting
from handlers.turn import VIETNAM
from storage import case_lists, officials, receipts
from storage.case_lists import Place, Wanted
from storage.cases import CaseRow

MOST_ROWS = 50_000
_SLICE = 1_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MASK = "•••"


def routes(guard: Guard) -> list[Route]:
    """Both manners of file."""
    return [guard.route(f"{PATH}.csv", as_csv), guard.route(f"{PATH}.xlsx", as_xlsx)]


def safe(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def as_csv(visit: Visit) -> Response:
    """CSV in UTF-8 with a byte order mark, so that Excel reads its letters; sent as it is read."""
    table = _table(visit)

    def lines() -> Generator[bytes]:
        yield "\ufeff".encode()
        for row in table:
            out = io.StringIO()
            csv.writer(out).writerow([safe(cell) for cell in row])
            yield out.getvalue().encode()

    return _file(lines(), "csv", "text/csv; charset=utf-8")


def as_xlsx(visit: Visit) -> Response:
    """A workbook, written row by row to a file of its own and then sent."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet()
    for row in _table(visit):
        sheet.append([safe(cell) for cell in row])
    # Small ones stay in memory; the file is gone once it is sent.
    file = tempfile.SpooledTemporaryFile(max_size=2**20)  # noqa: SIM115 - closed by `_chunks`
    book.save(file)
    file.seek(0)
    return _file(_chunks(file), "xlsx", _XLSX)


def _chunks(file: IO[bytes]) -> Generator[bytes]:
    with file:
        while chunk := file.read(2**16):
            yield chunk


def _file(content: Iterator[bytes], ending: str, kind: str) -> Response:
    headers = {**HEADERS, "content-disposition": f'attachment; filename="vu-viec.{ending}"'}
    return StreamingResponse(content, 200, headers, kind)


def _table(visit: Visit) -> Iterator[list[object]]:
    """The heads, the cases, and a sentence when there are more than the file holds."""
    wanted = wanted_of(visit, filters_of(visit))
    visit.write(lambda c: exporting.note(c, visit.hand, filters_of(visit)))
    yield [*visit.phrase("export_heads").split("|")]
    count = 0
    for rows, names, texts in _slices(visit, wanted):
        for case in rows:
            if count == MOST_ROWS:
                yield [visit.phrase("export_cut", most=MOST_ROWS)]
                return
            yield _row(visit, case, names=names, text=texts.get(case.id, ""))
            count += 1


def _slices(
    visit: Visit, wanted: Wanted
) -> Iterator[tuple[list[CaseRow], dict[int, str], dict[int, str]]]:
    """A thousand cases at a time, with the names of who works on them and the first words."""
    after: Place | None = None
    while True:
        with visit.read() as connection:
            rows = case_lists.page(connection, wanted, after=after, limit=_SLICE)
            names = officials.names(connection, [row.holder_id for row in rows if row.holder_id])
            texts = receipts.first_texts(connection, [row.id for row in rows])
        yield rows, names, texts
        if len(rows) < _SLICE:
            return
        after = Place(rows[-1].id, rows[-1].due_at)


def _row(visit: Visit, case: CaseRow, *, names: dict[int, str], text: str) -> list[object]:
    library = visit.desk.house.library
    words = words_of(library.phrases)
    sees_people = exporting.sees_people(visit.official)
    is_hidden = case.is_sealed or not sees_people
    unit, area = library.units.get(case.unit), library.units.get(case.area)
    topic = library.topics.get(case.topic)
    return [
        case.id,
        case.title if sees_people else _MASK,
        words["kind"][case.kind],
        topic.title if topic else case.topic,
        area.name if area else case.area,
        _MASK if is_hidden and case.hamlet else case.hamlet,
        unit.name if unit else case.unit,
        names.get(case.holder_id or 0, ""),
        _MASK if is_hidden else words["channel"].get(case.channel, case.channel),
        words["stage"][case.stage],
        _day(case.opened_at),
        _day(case.due_at),
        _day(case.answered_at),
        words["outcome"].get(case.outcome or "", ""),
        case.asker_count,
        text if sees_people else _MASK,
    ]


def _day(moment: datetime | None) -> str:
    return f"{moment.astimezone(VIETNAM):%d/%m/%Y}" if moment else ""
