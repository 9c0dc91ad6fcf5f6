"""A household asks what it may get: it may stop, correct, go on, and always has a way on."""

from handlers.message import Message
from handlers.talk import Talk
from handlers.turn import House


def last(talk: Talk) -> Message:
    return talk.said[-1]


def asked(talk: Talk) -> list[str]:
    return [note.partition(":")[0] for note in talk.conversation.checking]


def test_every_question_ends_as_a_form_and_the_result_as_an_answer(house: House) -> None:
    talk = Talk(house)
    ending = talk.hear("nhà tôi được gì")
    for _ in range(12):
        if ending.status != "form":
            break
        ending = talk.hear(choice=last(talk).choices[0].value)
    assert ending.status == "answered"
    assert talk.conversation.awaits == ""


def test_whoever_knows_nothing_still_comes_to_an_end(house: House) -> None:
    talk = Talk(house)
    ending = talk.hear("tôi được hưởng gì")
    for _ in range(12):
        if ending.status != "form":
            break
        ending = talk.hear("không rõ")
    assert ending.status == "answered"


def test_an_earlier_button_corrects_that_answer_and_drops_what_came_after(house: House) -> None:
    talk = Talk(house)
    talk.hear("nhà tôi được gì")
    first = last(talk).choices
    talk.hear(choice=first[0].value)
    talk.hear("5")
    assert len(talk.conversation.checking) == 2
    talk.hear(choice=first[1].value)
    assert talk.conversation.checking == ["status@0:1"]


def test_stopping_keeps_what_was_said_until_the_conversation_is_forgotten(house: House) -> None:
    talk = Talk(house)
    talk.hear("nhà tôi được gì")
    talk.hear("1")
    assert talk.hear("thôi").status == "command"
    assert asked(talk) == ["status@0"]
    talk.hear("nhà tôi được gì")
    talk.hear("1")
    assert len(asked(talk)) == 1
    assert talk.conversation.awaits == "eligibility"


def test_another_question_in_between_is_answered_and_an_emergency_comes_first(house: House) -> None:
    talk = Talk(house)
    talk.hear("nhà tôi được gì")
    assert talk.hear("hộ nghèo vay được bao nhiêu").card == "loan-poor-household"
    talk.hear("nhà tôi được gì")
    assert talk.hear("cứu với nhà tôi đang cháy").status == "emergency"


def test_choices_fit_every_messenger_and_garbled_presses_do_no_harm(house: House) -> None:
    talk = Talk(house)
    talk.hear("nhà tôi được gì")
    garbled = ("check:a:x", "check:a:status@0:99", "check:a:status@x:1", "check:g:x:y", "check:w:x")
    for value in garbled:
        assert talk.hear(choice=value).status in ("form", "command", "answered")
    talk.hear(choice="check:a:status@0:0")
    for value in ("check:g:none:7", "check:w:none", "check:p:999", "check:on", "check:zz"):
        talk.hear(choice=value)
        choices = last(talk).choices
        assert 0 < len(choices) <= 6
        assert all(len(one.value) <= 64 and one.value.isascii() for one in choices)
