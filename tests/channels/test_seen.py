"""The memory of what came in is small, and forgets the oldest first."""

from bot.channels.seen import Seen


def test_the_oldest_is_forgotten_beyond_the_limit() -> None:
    seen = Seen(limit=3)
    seen.add(str(number) for number in range(5))
    assert [one for one in "01234" if one in seen] == ["2", "3", "4"]
    assert len(seen) == 3


def test_what_comes_again_is_remembered_longer() -> None:
    seen = Seen(limit=3)
    for one in ("a", "b", "c", "a", "d"):
        seen.add([one])
    assert [one for one in "abcd" if one in seen] == ["a", "c", "d"]
