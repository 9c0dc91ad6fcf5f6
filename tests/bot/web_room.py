"""A web app with its fakes, and browsers that look at it."""

from collections.abc import Mapping

from starlette.testclient import TestClient

from bot.channels.channel import Abilities, Outgoing, ReadError, Receive
from bot.channels.web_chat.door import WebChat
from bot.web import COOKIE, build_web
from handlers.message import Choice, Incoming, Message
from tests.fakes.desk import NOW, FakeDesk

SESSION = "A" * 43
ANSWER = Message(
    "Tối đa 100 triệu.\nGọi 1800.1233", heading="Vay vốn", choices=(Choice("Giấy tờ", "c:1"),)
)


class Messenger:
    """A channel whose webhook body is its secret, then an id and a text."""

    name = "messenger"
    abilities = Abilities(text_limit=2000)

    def read(self, body: bytes, headers: Mapping[str, str]) -> list[Incoming]:
        if headers.get("x-secret") != "right":
            raise ReadError("wrong secret", 401)
        number, _, text = body.decode().partition(" ")
        if not number:
            return []
        return [
            Incoming(channel=self.name, address="1", external_id=number, sent_at=NOW, text=text)
        ]

    async def send(self, outgoing: Outgoing) -> str:
        raise NotImplementedError

    async def open(self) -> None: ...

    async def listen(self, receive: Receive) -> None: ...

    async def close(self) -> None: ...


class Room:
    """A web app with its fakes, and browsers that look at it."""

    def __init__(self) -> None:
        self.now = NOW
        self.chat = WebChat(clock=lambda: self.now)
        self.desk = FakeDesk(self.chat, answer=lambda _: [ANSWER])
        self.address = self.chat.address_of(SESSION)

    def browser(
        self, *, session: str = SESSION, base_url: str = "http://hoi.vn", public_url: str = ""
    ) -> TestClient:
        app = build_web(
            self.desk,
            self.chat,
            {"messenger": Messenger()},
            public_url=public_url,
            answer_wait=0.01,
        )
        client = TestClient(app, base_url, raise_server_exceptions=False, follow_redirects=False)
        if session:
            client.cookies.set(COOKIE, session)
        return client
