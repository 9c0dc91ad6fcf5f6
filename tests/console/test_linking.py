"""An official ties a chat to the account by a code, gets the digest there, and unties it."""

import re
from dataclasses import replace

import sqlalchemy as sa

from handlers.answering import decide_all, remember
from handlers.casebook import NoCases
from handlers.digest import send_digests
from handlers.office import office_of
from handlers.turn import House
from storage import audit, inbox, officials, outbox
from storage.database import Database
from storage.inbox import InboxEntry
from storage.officials import OfficialRow
from tests.conftest import StoppedClock
from tests.console.hall import Hall
from tests.handlers.desk_room import DeskRoom


class Chat:
    """A chat on the road: what is sent there is answered, and the answer read from the outbox."""

    def __init__(self, hall: Hall, address: str = "chat-1") -> None:
        self.hall = hall
        self.address = address
        self.count = 0

    def send(self, text: str) -> str:
        self.count += 1
        now = self.hall.clock.at
        name = f"{self.address}-{self.count}"
        entry = InboxEntry("telegram", self.address, name, "text", text, "", False, now, now)
        database = self.hall.database
        database.write(lambda c: inbox.put(c, [entry])).result()
        rows = database.write(lambda c: inbox.take(c, by="me", now=now)).result()
        decided = decide_all(self.hall.house, rows, {}, casebook=NoCases())
        database.write(lambda c: remember(c, decided, now)).result()
        with database.read() as connection:
            last = sa.select(outbox.outbox).order_by(outbox.outbox.c.id.desc()).limit(1)
            return connection.execute(last).one().body["text"]


def code_on(page: str) -> str:
    found = re.search(r"/lienket (\d{6})", page)
    assert found, page
    return found[1]


def lan(hall: Hall) -> OfficialRow:
    with hall.database.read() as connection:
        found = officials.find_by_login(connection, "lan")
    assert found is not None
    return found


def test_the_code_ties_the_chat_it_is_sent_from_and_works_once(hall: Hall) -> None:
    who = hall.walk_in("lan")
    assert "Chưa nối" in who.get("/console/account").text
    code = code_on(who.post("/console/account/link").text)
    assert "Đã nối" in Chat(hall).send(f"/lienket {code}")
    assert (lan(hall).channel, lan(hall).address) == ("telegram", "chat-1")
    page = who.get("/console/account").text
    assert "Đang gửi tới Telegram" in page
    assert "chat-1" not in page
    assert "Mã không đúng" in Chat(hall, "chat-2").send(f"/lienket {code}")
    assert lan(hall).address == "chat-1"
    assert who.post("/console/account/untie").status_code == 303
    assert lan(hall).channel is None
    with hall.database.read() as connection:
        did = [line.did for line in audit.page(connection, official_id=lan(hall).id)]
    assert did[:3] == ["official.untie", "official.link", "official.offer_link"]


def test_a_code_is_over_after_ten_minutes_or_by_a_newer_one(hall: Hall) -> None:
    who = hall.walk_in("lan")
    first = code_on(who.post("/console/account/link").text)
    second = code_on(who.post("/console/account/link").text)
    assert first != second
    assert "Mã không đúng" in Chat(hall, "early").send(f"/lienket {first}")
    hall.clock.move(minutes=11)
    assert "Mã không đúng" in Chat(hall).send(f"/lienket {second}")
    assert lan(hall).channel is None


def test_who_guesses_is_soon_not_let_guess(hall: Hall) -> None:
    who = hall.walk_in("lan")
    code = code_on(who.post("/console/account/link").text)
    chat = Chat(hall, "guesser")
    wrong = [f"{number:06}" for number in range(6) if f"{number:06}" != code][:5]
    for guess in wrong:
        assert "Mã không đúng" in chat.send(f"/lienket {guess}")
    assert "nhiều lần quá" in chat.send(f"/lienket {code}")
    assert lan(hall).channel is None
    assert "Đã nối" in Chat(hall).send(f"/lienket {code}")


def test_the_digest_goes_to_that_chat(database: Database, house: House, hall: Hall) -> None:
    who = hall.walk_in("lan")
    code = code_on(who.post("/console/account/link").text)
    Chat(hall).send(f"/lienket  {code} ")
    room = DeskRoom(database, replace(house, clock=StoppedClock(hall.clock.at)))
    room.case(hall.clock.at, stage="new")
    office = office_of(hall.house, hall.clock.at)
    assert database.write(lambda c: send_digests(c, office, console="x")).result() == 1
    with database.read() as connection:
        last = sa.select(outbox.outbox).order_by(outbox.outbox.c.id.desc()).limit(1)
        sent = connection.execute(last).one()
    assert (sent.channel, sent.address) == ("telegram", "chat-1")
    assert "Mới, chưa ai nhận: 1" in sent.body["text"]
