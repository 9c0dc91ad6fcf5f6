"""The bank, asked: what counts as right, offered, silent and wrong."""

from handlers.bank import confusions, score, try_all
from handlers.turn import House
from knowledge.bank import Asked

BANK = [
    Asked("loan-poor-household", "clean", "hộ nghèo được vay bao nhiêu, lãi mấy phần trăm", "loan"),
    Asked("loan-poor-household", "follow_up", "nộp ở đâu", "loan", context="vay vốn hộ nghèo"),
    Asked("overseas-eps", "clean", "vay vốn hộ nghèo", "overseas"),
    Asked("loan-poor-household", "clean", "hôm nay trời có mưa không", "loan"),
    Asked("", "clean", "hôm nay trời có mưa không", "chat"),
    Asked("", "clean", "vay vốn hộ nghèo", "chat"),
]


def test_each_question_ends_in_one_of_four_ways(house: House) -> None:
    tried = try_all(house, BANK)
    ended = [one.outcome for one in tried]
    assert ended == ["right", "right", "wrong", "silent", "right", "wrong"]
    assert [one.place for one in tried[:2]] == [1, 1]
    counted = score(tried[:4])
    assert (counted.asked, counted.first, counted.ended["right"]) == (4, 2, 2)
    assert counted.share(counted.first) == 50.0
    assert confusions(tried[:4]) == [("overseas-eps", "loan-poor-household", 1)]


def test_a_need_that_was_merged_is_reached_through_its_card(house: House) -> None:
    merged = next(card for card in house.library.cards.values() if card.also)
    asked = Asked(merged.also[0], "clean", merged.questions[0], merged.topic)
    assert try_all(house, [asked])[0].outcome == "right"
