"""`python -m tests.talks.record`: replay every golden talk and write down what the bot says now.

Read the difference before you commit it: a golden talk is a promise to residents.
"""

from pathlib import Path

from bot.app import build_house
from bot.golden import read_golden, replay, write_golden
from tests.conftest import StoppedClock
from tests.talks.cast import new_talk

FOLDER = Path(__file__).parent


def main() -> None:
    house = build_house(StoppedClock())
    for path in sorted(FOLDER.glob("*.yaml")):
        talk = read_golden(path)
        now = replay(house, talk, new_talk(house))
        if now != talk:
            write_golden(path, now)
            print(path.name)


if __name__ == "__main__":
    main()
