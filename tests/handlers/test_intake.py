"""What the doors read is put in whole: masked, with its attachments, once."""

from datetime import UTC, datetime

import sqlalchemy as sa

from handlers import intake
from handlers.message import Attachment, Incoming
from handlers.turn import House
from storage import attachments, inbox
from storage.database import Database

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def sent(number: int, *names: str, text: str = "") -> Incoming:
    attached = tuple(
        Attachment(kind="photo", source=f"f{n}", name=name) for n, name in enumerate(names)
    )
    return Incoming(
        channel="web",
        address="a",
        external_id=f"m{number}",
        sent_at=AT,
        kind="attachment" if names else "text",
        text=text,
        attachments=attached,
    )


def put(database: Database, house: House, *incomings: Incoming) -> None:
    rows = intake.rows_of(house, incomings, AT)
    database.write(lambda c: intake.put(c, rows)).result()


def test_a_message_and_what_came_with_it_are_put_in_together_and_once(
    database: Database, house: House
) -> None:
    put(database, house, sent(1, "a.jpg", "b.jpg"), sent(2, text="chào"))
    put(database, house, sent(1, "a.jpg", "c.jpg"), sent(3, "d.jpg"))
    with database.read() as connection:
        heard = connection.execute(sa.select(inbox.inbox.c.external_id)).scalars().all()
        names = [row.name for row in attachments.newest(connection)]
    assert sorted(heard) == ["m1", "m2", "m3"]
    assert sorted(names) == ["a.jpg", "b.jpg", "d.jpg"]


def test_personal_numbers_are_masked_in_words_and_names(database: Database, house: House) -> None:
    put(database, house, sent(1, "cccd 087301001234.jpg", text="cccd 087301001234"))
    with database.read() as connection:
        told = [
            connection.execute(sa.select(t)).all() for t in (inbox.inbox, attachments.attachments)
        ]
    assert "087301001234" not in str(told)


def test_a_name_made_to_mislead_is_made_plain(database: Database, house: House) -> None:
    put(database, house, sent(1, "x" * 500 + "\u202egpj.\x00exe"))
    with database.read() as connection:
        (row,) = attachments.newest(connection)
    assert len(row.name) == 120
    assert row.name.endswith("xgpj.exe")
