"""Opinions: a short form, one commit, a code; who says the same joins; guesses run out."""

import pytest
import sqlalchemy as sa

from handlers.casebook import GUESSES_AN_HOUR, StoredCases
from handlers.codes import code_in
from storage import cases, happenings, inbox, outbox, receipts, residents
from tests.conftest import StoppedClock
from tests.handlers.town import Town

ROAD = "đường vô ấp 3 xã Mỹ Thọ lầy lội, xe cứu thương không vô được"
ALIKE = "đường vô ấp 3 xã Mỹ Thọ lầy lội quá, xe cứu thương vô không được"


def test_an_opinion_becomes_a_case_with_the_code_the_unit_and_the_date_that_were_told(
    town: Town,
) -> None:
    town.hear("tui muốn góp ý")
    town.hear(ROAD)
    said = town.say("1")
    (receipt,), (case,) = town.rows(receipts.receipts), town.rows(cases.cases)
    assert receipt.code in said
    assert town.house.library.units[case.unit].name in said
    assert f"{case.due_at:%d/%m/%Y}" in said
    assert (case.kind, case.area, case.hamlet) == ("report", "xa-my-tho", "ấp 3")
    assert (receipt.openness, receipt.text) == ("open", ROAD)
    words = next(row for row in town.rows(inbox.inbox) if row.text == ROAD)
    assert receipt.inbox_id == words.id
    assert [line.what for line in town.rows(happenings.happenings)] == ["opened"]


def test_consent_is_said_before_the_first_opinion_and_remembered(town: Town) -> None:
    assert "đồng ý" in town.say("tui muốn góp ý")
    town.hear(ROAD)
    town.hear("gửi")
    assert "đồng ý" not in town.say("tui muốn góp ý")
    (me,) = town.rows(residents.residents)
    assert (me.consent_version, me.area, me.hamlet) == (1, "xa-my-tho", "ấp 3")


def test_nothing_is_sent_before_it_is_sent_and_a_second_press_sends_nothing(town: Town) -> None:
    town.hear("tui muốn góp ý")
    town.hear(ROAD)
    assert town.rows(cases.cases) == []
    assert town.hear("thôi") == "command"
    assert town.hear(choice="say:open") == "command"
    assert town.rows(cases.cases) == []
    town.opine(ROAD)
    town.hear(choice="say:open")
    town.hear(choice="say:sealed")
    assert len(town.rows(receipts.receipts)) == 1


def test_words_photos_and_a_place_that_follow_belong_to_the_same_opinion(town: Town) -> None:
    town.hear("tui muốn góp ý")
    town.hear("cầu ván ở xã Mỹ Hiệp mục hết, con nít té hoài")
    photo = {"attachments": [{"kind": "photo", "source": "f1"}]}
    town.hear(kind="attachment", extras=photo)
    town.hear(kind="place", extras={"place": {"latitude": 10.4, "longitude": 105.6}})
    town.hear("gửi")
    (receipt,) = town.rows(receipts.receipts)
    words, photo_line, place = receipt.text.split("\n")
    assert (words[:8], photo_line) == ("cầu ván ", "[Ảnh]")
    assert place.startswith("[Vị trí] 10.4")
    sent = next(row for row in town.rows(inbox.inbox) if row.kind == "attachment")
    assert receipt.inbox_id == sent.id


def test_who_says_the_same_is_offered_it_and_joins_with_a_code_of_their_own(town: Town) -> None:
    first = town.opine(ROAD, address="a")
    town.hear("tui muốn góp ý", address="b")
    offered = town.say(ALIKE, address="b")
    assert ROAD in offered
    town.hear("1", address="b")
    said = town.say("1", address="b")
    (case,) = town.rows(cases.cases)
    assert case.asker_count == 2
    codes = [row.code for row in town.rows(receipts.receipts)]
    assert codes[0] == first
    assert codes[1] in said
    assert f"{case.due_at:%d/%m/%Y}" in said


def test_who_said_it_already_is_reminded_of_their_code(town: Town) -> None:
    code = town.opine(ROAD)
    town.hear("tui muốn góp ý")
    assert code in town.say(ALIKE)


@pytest.mark.parametrize("openness", ["nameless", "sealed"])
def test_words_that_were_not_said_openly_are_offered_to_nobody(town: Town, openness: str) -> None:
    town.opine(ROAD, openness, address="a")
    town.hear("tui muốn góp ý", address="b")
    assert "Bà con khác" not in town.say(ALIKE, address="b")


def test_a_question_put_to_an_official_is_offered_to_nobody(town: Town) -> None:
    town.hear("cho tui gặp cán bộ", address="a")
    town.hear(ROAD, address="a")
    town.hear("tui muốn góp ý", address="b")
    assert "Bà con khác" not in town.say(ALIKE, address="b")


def test_a_case_answered_while_somebody_joins_is_not_joined_but_opened_anew(town: Town) -> None:
    town.opine(ROAD, address="a")
    town.hear("tui muốn góp ý", address="b")
    town.hear(ALIKE, address="b")
    town.hear("1", address="b")
    town.answer_case(1, "Xã đã đổ đá.")
    said = town.say("1", address="b")
    first, second = town.rows(cases.cases)
    assert (first.asker_count, second.stage) == (1, "new")
    assert town.rows(receipts.receipts)[-1].code in said


def test_a_code_that_somebody_has_fails_the_commit_and_nothing_happened(town: Town) -> None:
    taken = town.opine(ROAD, address="a")

    class Unlucky(StoredCases):
        def new_code(self) -> str:
            return taken

    town.hear("tui muốn góp ý", address="b")
    town.hear("cầu ấp 2 xã Ba Sao sập, học sinh đi vòng xa lắm", address="b")
    before = len(town.said())
    town.write("gửi", address="b")
    with pytest.raises(sa.exc.IntegrityError):
        town.answer(casebook=Unlucky(town.database))
    assert len(town.said()) == before
    assert len(town.rows(cases.cases)) == 1
    now = town.house.clock.now()
    town.database.write(lambda c: inbox.recover(c, by="another", now=now)).result()
    town.answer()
    assert len({row.code for row in town.rows(receipts.receipts)}) == 2


def test_an_unanswered_question_becomes_a_case_by_one_press(town: Town) -> None:
    question = "tiền hỗ trợ nuôi con nuôi tính sao"
    assert town.hear(question) == "queued"
    said = town.say(choice="pass")
    (case,), (receipt,) = town.rows(cases.cases), town.rows(receipts.receipts)
    assert (case.kind, case.title, receipt.text) == ("question", question, question)
    assert receipt.code in said
    town.hear(choice="pass")
    assert len(town.rows(cases.cases)) == 1


def test_an_ordinary_turn_reads_nothing_of_cases(town: Town) -> None:
    class Closed(StoredCases):
        def __getattribute__(self, name: str) -> object:
            raise AssertionError(f"asked for {name}")

    town.write("hộ nghèo được vay bao nhiêu")
    (one,) = town.answer(casebook=Closed(town.database))
    assert (one.error, one.ending.status) == ("", "answered")


# Codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("K7M2XA", "K7M2XA"),
        ("k7m 2xa", "K7M2XA"),
        ("k 7 m 2 x a", "K7M2XA"),
        ("mã ABC123", "ABC123"),
        ("ma k7m2xa", "K7M2XA"),
        ("hồ sơ K7M2XA tới đâu rồi", "K7M2XA"),
        ("/ma k7m-2xa", "K7M2XA"),
        ("cho tui hỏi cái mã số K7M2XA của tui giờ sao rồi", "K7M2XA"),
        ("hồ sơ của tui tới đâu", ""),
        ("xin hoài mà tháng6 chưa có, thang6 cung chua", ""),
        ("market", ""),
        ("500 000", ""),
        ("trồng cam 3ha", ""),
        ("xe tải biển số 67HA23 chạy ẩu làm hư đường", ""),
        ("cccd 087301001234", ""),
    ],
)
def test_a_code_is_found_however_it_is_typed(text: str, code: str) -> None:
    assert code_in(text) == code


def test_a_new_code_is_letters_and_digits_that_differ_by_ear_and_eye() -> None:
    for _ in range(200):
        code = receipts.new_code()
        assert code_in(code.lower()) == code
        assert not set(code) & set("01OIBDGLJSZ")


def test_anybody_with_a_code_is_told_the_stage_the_unit_and_the_date(town: Town) -> None:
    code = town.opine(ROAD, address="a")
    told = town.say(f"mã {code.lower()} tới đâu rồi", address="b", channel="telegram")
    assert code not in told
    assert "đang chuyển nơi phụ trách" in told
    assert ROAD in told
    town.answer_case(1, "Xã đã đổ đá xong.")
    told = town.say(f"/start case_{code}", address="b", channel="telegram")
    assert "đã giải quyết" in told
    assert "Xã đã đổ đá xong." in told
    assert "nhận được chưa" not in told, "who only holds the code is not asked"


@pytest.mark.parametrize("openness", ["nameless", "sealed"])
def test_of_what_was_not_said_openly_the_words_are_never_told(town: Town, openness: str) -> None:
    code = town.opine(ROAD, openness)
    told = town.say(code)
    assert "đang chuyển nơi phụ trách" in told
    assert "lầy lội" not in told


def test_a_draft_of_a_reply_is_nobodys_before_it_is_approved(town: Town) -> None:
    code = town.opine(ROAD)
    town.answer_case(1, "Nháp, chưa duyệt.", stage="review", answered_at=None)
    assert "Nháp" not in town.say(code)


def test_a_code_leads_to_the_case_its_own_was_merged_into(town: Town) -> None:
    code = town.opine(ROAD, address="a")
    town.opine("cầu ấp 2 xã Ba Sao sập, học sinh đi vòng xa lắm", address="b")
    town.answer_case(1, "", stage="merged", merged_into=2)
    town.answer_case(2, "Cầu đã sửa.")
    assert "Cầu đã sửa." in town.say(code, address="c")


def test_who_guesses_codes_waits_an_hour_but_not_for_their_own(
    town: Town, clock: StoppedClock
) -> None:
    mine, theirs = town.opine(ROAD, address="a"), town.opine("cầu hư", "sealed", address="b")
    for _ in range(GUESSES_AN_HOUR):
        assert "không biết mã" in town.say("mã XXX222", address="a")
    assert "chờ một tiếng" in town.say("mã XXX222", address="a")
    assert "chờ một tiếng" in town.say(theirs, address="a")
    assert "Tình trạng" in town.say(mine, address="a")
    clock.move(minutes=61)
    assert "Tình trạng" in town.say(theirs, address="a")


def test_everybody_gets_exactly_one_right_reply(town: Town) -> None:
    """500 people say 60 things on three channels; each is answered once, and rightly."""
    matters = [_matter(n) for n in range(60)]
    people = [{"channel": _DOORS[n % 3], "address": f"p{n}"} for n in range(500)]
    said = {(p["channel"], p["address"]): matters[n % 60] for n, p in enumerate(people)}
    # The first of each matter send theirs at once; the others are offered it, and join.
    for group, typed in ((people[:60], ("", "1")), (people[60:], ("", "1", "1"))):
        for text in typed:
            town.write_many(
                [{"text": text or said[p["channel"], p["address"]], **p} for p in group]
            )
            _answer_all(town)
    opened = town.rows(cases.cases)
    assert [(row.title, row.asker_count) for row in opened] == [
        (matter, 9 if n < 20 else 8) for n, matter in enumerate(matters)
    ]
    for case in opened:
        answered = town.answer_case(case.id, f"trả lời {case.id}")
        town.tell(answered, "trả lời hai lần")
    told = [row for row in town.rows(outbox.outbox) if "trả lời " in row.body["text"][6:]]
    ids = {row.id: (row.channel, row.address) for row in town.rows(residents.residents)}
    right = {
        ids[row.resident_id]: f"{row.code}: trả lời {1 + matters.index(said[ids[row.resident_id]])}"
        for row in town.rows(receipts.receipts)
    }
    pushed = [row for row in told if row.inbox_id is None]
    assert len(pushed) == len(right) == 500
    assert {(row.channel, row.address): row.body["text"] for row in pushed} == right


_DOORS = ("web", "telegram", "zalo_bot")
_WHERE = ("cây gáo", "bà bèo", "ông kho", "rạch chanh", "xẻo quýt", "cái dứa", "mương khai")
_WHAT = (
    "cầu ván mục",
    "đường lầy lội",
    "đèn đường hư",
    "cống nghẹt",
    "nước máy đục",
    "rác dồn đống",
)
_WHO = ("học sinh", "người già")


def _matter(number: int) -> str:
    what, where = _WHAT[number % 6], _WHERE[number // 6 % 7]
    who = _WHO[number // 42]
    return f"xin góp ý {what} ở khúc {where} xã Mỹ Thọ, {who} khổ hoài"


def _answer_all(town: Town) -> None:
    while town.answer():
        pass
