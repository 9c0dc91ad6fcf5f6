"""`python -m tests.bench.road`: answered questions a second, beside a bare aiogram echo bot.

One machine, one run: 32 connections each post an update to the bot's webhook, wait until its
answer arrives at a made-up Bot API on loopback, and post the next. Measured: our bot (secret
checked, durable inbox with SQLite FULL, turn with the real search over the real cards, durable
outbox, sent through its Telegram door, settled), a bare aiogram echo that replies through the API
and keeps nothing, and a bare Starlette route that answers 200 and does nothing. Each server has
one core, this process the other. CPU µs are the server's own, per answered question.
"""

import argparse
import asyncio
import itertools
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import uvloop

from knowledge.library import load

CONNECTIONS = 32
SECRET = "bench-secret"
TOKEN = "42:bench"
_CHAT = re.compile(rb"chat_id(?:=|\"?\s*:\s*\"?)(\d+)")
_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)


class Api(asyncio.Protocol):
    """The made-up Bot API: answers every method, and tells who got a message."""

    waiting: dict[int, asyncio.Future[None]] = {}
    ids = itertools.count(1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._buffer, 0, end)
            total = end + 4 + (int(length.group(1)) if length else 0)
            if len(self._buffer) < total:
                return
            request, self._buffer = self._buffer[:total], self._buffer[total:]
            self._answer(request)

    def _answer(self, request: bytes) -> None:
        result: object = True
        chat = _CHAT.search(request)
        if b"/getMe" in request[:80]:
            result = {"id": 42, "is_bot": True, "first_name": "b", "username": "b_bot"}
        if chat and b"/sendMessage" in request[:80]:
            user = int(chat.group(1))
            result = {"message_id": next(self.ids), "date": 0, "text": "x",
                      "chat": {"id": user, "type": "private"}}  # fmt: skip
            future = self.waiting.pop(user, None)
            if future is not None and not future.done():
                future.set_result(None)
        body = msgspec.json.encode({"ok": True, "result": result})
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)


def update(number: int, user: int, text: str) -> bytes:
    """A webhook request with a text message."""
    body = msgspec.json.encode({
        "update_id": number,
        "message": {
            "message_id": number, "date": 1_763_949_600, "text": text,
            "from": {"id": user, "is_bot": False, "first_name": "A", "language_code": "vi"},
            "chat": {"id": user, "type": "private", "first_name": "A"},
        },
    })  # fmt: skip
    head = (
        "POST /webhook/telegram HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def post(
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], request: bytes
) -> None:
    reader, writer = connection
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head[:20]:
        raise RuntimeError(head.decode())
    length = _LENGTH.search(head)
    if length and int(length.group(1)):
        await reader.readexactly(int(length.group(1)))


class Run:
    """One measured run against one server."""

    def __init__(self, port: int, questions: list[str], *, awaits_answer: bool) -> None:
        self._port = port
        self._questions = itertools.cycle(questions)
        self._awaits_answer = awaits_answer
        self._numbers = itertools.count(1)
        self._users = itertools.count()
        self.latencies: list[float] = []

    async def go(self, total: int) -> float:
        """Seconds for `total` questions over all connections."""
        start = time.perf_counter()
        await asyncio.gather(*(self._one(total // CONNECTIONS) for _ in range(CONNECTIONS)))
        return time.perf_counter() - start

    async def _one(self, count: int) -> None:
        connection = await asyncio.open_connection("127.0.0.1", self._port)
        for _ in range(count):
            user = 1000 + next(self._users) % 2000
            answered = asyncio.get_running_loop().create_future()
            start = time.perf_counter()
            Api.waiting[user] = answered
            await post(connection, update(next(self._numbers), user, next(self._questions)))
            if self._awaits_answer:
                await asyncio.wait_for(answered, 30)
            self.latencies.append(time.perf_counter() - start)
        connection[1].close()


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(name: str, api: str, total: int, questions: list[str]) -> dict[str, float]:
    """Start a server, warm it up (every resident is welcomed), measure."""
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.road_servers", name, api, folder],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert server.stdout is not None
            port = int(await asyncio.to_thread(server.stdout.readline))
            run = Run(port, questions, awaits_answer=name != "starlette")
            await run.go(2 * 2000)
            await asyncio.sleep(1)
            run.latencies.clear()
            before = cpu_seconds(server.pid)
            seconds = await run.go(total)
            used = cpu_seconds(server.pid) - before
        finally:
            server.terminate()
            server.wait()
    count = len(run.latencies)
    cuts = statistics.quantiles(run.latencies, n=100)
    return {"rate": count / seconds, "p50": cuts[49] * 1000, "p99": cuts[98] * 1000,
            "cpu": used / count * 1e6}  # fmt: skip


async def bench(total: int, rounds: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Api, "127.0.0.1", 0)
    api = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    cards = load().cards.values()
    questions = [question for card in cards for question in card.questions]
    random.Random(1).shuffle(questions)
    print(
        f"{total} questions a run, {CONNECTIONS} connections, {len(questions)} different "
        f"questions to {len(cards)} cards, {rounds} rounds in turn, load {os.getloadavg()[0]:.1f}"
    )
    print(f"{'server':<12}{'answered/s':>12}{'p50 ms':>10}{'p99 ms':>10}{'CPU µs':>10}")
    for _ in range(rounds):
        for name in ("ours", "aiogram", "starlette"):
            got = await measure(name, api, total, questions)
            print(
                f"{name:<12}{got['rate']:>12.0f}{got['p50']:>10.1f}{got['p99']:>10.1f}{got['cpu']:>10.0f}",
                flush=True,
            )
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=6400)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    if len(os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(bench(given.questions, given.rounds))


if __name__ == "__main__":
    main()
