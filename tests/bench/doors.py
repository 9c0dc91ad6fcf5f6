"""`python -m tests.bench.doors`: what reading one update costs, beside aiogram's own models.

One process, CPU time: recorded updates of each kind are read over and over by our Telegram door
(secret checked, decoded, made into an Incoming) and by aiogram (its models only, as its webhook
handler makes them: no secret, no dispatch). Then what a look-up costs.
"""

import argparse
import gc
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.app import build_house
from bot.channels.telegram import SECRET_HEADER, Telegram
from bot.channels.telegram_inline import results_of
from handlers.lookup import look_up

RECORDED = Path(__file__).parents[1] / "channels" / "recorded" / "telegram.json"
KINDS = {
    "a text": "a plain question",
    "a press": "a pressed button",
    "a photo": "a photo with a caption",
    "a place": "a place with a name",
    "a block": "the resident blocks the bot",
}
WORDS = ("vay von", "vay vốn hộ nghèo", "hoc phi", "bhyt", "trợ cấp tuổi già", "xkld nhat")


def micros(work: Callable[[], object], times: int) -> float:
    """CPU microseconds of one call: the best of five rounds."""
    rounds: list[float] = []
    for _ in range(5):
        gc.collect()
        start = time.process_time()
        for _ in range(times):
            work()
        rounds.append((time.process_time() - start) / times * 1e6)
    return min(rounds)


def bodies() -> dict[str, bytes]:
    """A recorded update of each kind, as it comes over the wire."""
    recorded: list[dict[str, Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))
    by_name = {one["name"]: one["body"] for one in recorded}
    return {kind: json.dumps(by_name[name]).encode() for kind, name in KINDS.items()}


def bench(times: int) -> None:
    from aiogram.types import Update  # seconds of import

    door = Telegram("123:abc", clock=lambda: datetime(2026, 11, 24, tzinfo=UTC), secret="s")
    headers = {SECRET_HEADER: "s"}
    print(f"{'CPU µs for one update':<24}{'ours':>10}{'aiogram':>10}{'times':>8}")
    for kind, body in bodies().items():
        ours = micros(lambda body=body: door.read(body, headers), times)
        theirs = micros(lambda body=body: Update.model_validate(json.loads(body)), times)
        print(f"{kind:<24}{ours:>10.1f}{theirs:>10.1f}{theirs / ours:>8.1f}")
    house = build_house()
    print(f"{'CPU µs for one look-up':<24}{'found':>10}{'laid out':>10}")
    for words in WORDS:
        found = look_up(house, words)
        looking = micros(lambda words=words: look_up(house, words), times // 20)
        laying = micros(lambda found=found: results_of(found, "bot"), times // 20)
        print(f"{words:<24}{looking:>10.0f}{laying:>10.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=4_000)
    bench(parser.parse_args().times)


if __name__ == "__main__":
    main()
