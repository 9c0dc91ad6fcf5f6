"""The cases that golden talks speak of: always the same few, so that a talk reads the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from handlers.casebook import NoCases, Promise, Said, Similar, Told
from handlers.noticeboard import EmptyBoard, Notice, OthersQuestion
from handlers.talk import Talk
from handlers.turn import Asker, House

ME = Asker(id=1, has_consented=False)
_SAID = datetime(2026, 11, 17, 2, 0, tzinfo=UTC)
_DUE = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
_ROAD = "Đường vô ấp 3 lầy lội, xe cứu thương không vô được"

CASES = {
    told.code: told
    for told in (
        Told("K7M2XA", "report", "livelihood", "working", "phong-kinh-te-xa", _ROAD, _SAID, _DUE),
        Told(
            code="H4T6RC",
            kind="difficulty",
            topic="electricity",
            stage="answered",
            unit="dien-luc",
            words="Ba tháng chưa nhận tiền điện hộ nghèo",
            said_at=_SAID,
            outcome="promised",
            reply="Điện lực trả bù ba tháng vào kỳ tháng 12.",
            promised_for=date(2026, 12, 20),
            is_mine=True,
        ),
        Told("X3V9KE", "report", "feedback", "new", "", "", _SAID, _DUE, is_mine=True),
    )
}


_MEETING = Notice(
    id=5,
    code="M3T9KA",
    area="xa-my-tho",
    title="Đối thoại chính sách giảm nghèo quý IV",
    place="Nhà văn hóa ấp 3",
    chair="Chủ tịch UBND xã",
    held_at=datetime(2026, 12, 11, 1, 0, tzinfo=UTC),
    topics=("loan", "housing"),
    takes_questions=True,
)
_OTHERS = (
    OthersQuestion(31, "Đường vô ấp 3 lầy lội khi nào đổ đá", 12),
    OthersQuestion(32, "Hộ cận nghèo vay nuôi bò được bao nhiêu", 3),
)


class Board(EmptyBoard):
    """One dialogue is coming, at which others have asked already."""

    def coming(self, area: str, now: datetime) -> Sequence[Notice]:
        return [_MEETING]

    def notice(self, code: str, asker: int, *, now: datetime) -> Notice | None:
        return _MEETING if code == _MEETING.code else None

    def questions(self, dialogue_id: int, asker: int) -> Sequence[OthersQuestion]:
        return _OTHERS


@dataclass
class Cast(NoCases):
    """A casebook whose codes come in order, and whose guesses run out."""

    guesses: int = 0
    given: list[str] = field(default_factory=lambda: ["A2C4E6", "H7K8M9", "R3T5V7", "X2A3C4"])

    @property
    def board(self) -> Board:
        return Board()

    def new_code(self) -> str:
        return self.given.pop(0)

    def similar(self, text: str, topic: str, *, area: str, asker: int) -> Similar | None:
        if "đường" in text.lower() and area == "xa-my-tho":
            return Similar(7, _ROAD, area, 12)
        if "tiền điện" in text:
            return Similar(8, CASES["H4T6RC"].words, area, 3, "H4T6RC")
        return None

    def promise_of(self, case_id: int) -> Promise | None:
        return Promise("phong-kinh-te-xa", _DUE)

    def told(self, code: str, asker: int) -> Told | None:
        return CASES.get(code)

    def of_asker(self, asker: int) -> Sequence[Told]:
        return [told for told in CASES.values() if told.is_mine]

    def to_judge(self, asker: int) -> str:
        return "H4T6RC"

    def may_guess(self, asker: int, now: datetime) -> bool:
        self.guesses += 1
        return self.guesses <= 3

    def is_official(self, channel: str, address: str) -> bool:
        return True

    def said_by(self, channel: str, address: str) -> Sequence[Said]:
        return [Said(_SAID, CASES["H4T6RC"].words), Said(_SAID, "cảm ơn nghen")]


def new_talk(house: House) -> Talk:
    """A talk of somebody who is asked and answered as the cast says."""
    return Talk(house, asker=ME, casebook=Cast())
