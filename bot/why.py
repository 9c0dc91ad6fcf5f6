"""`doithoai why`: an answer explained, in words officials read."""

from bot.app import build_house
from handlers.talk import Talk
from knowledge.explain import explain
from knowledge.search import Context


def run(question: str, before: str) -> None:
    """Print what was read, what speaks for which card, and what was decided."""
    house = build_house()
    talk = Talk(house)
    if before:
        talk.hear(before)
    held = talk.conversation.leaning or talk.conversation.card
    context = Context(held, is_sure=not talk.conversation.leaning)
    told = explain(house.search, question, context)
    ending = talk.hear(question)
    phrases = house.library.phrases
    lines = phrases.render("why_names").splitlines()
    print(
        phrases.render(
            "why",
            why=told,
            kind=house.recogniser.recognise(question).kind,
            ending=ending.status,
            titles={card.id: card.title for card in house.library.cards.values()},
            names=dict(line.split("=", 1) for line in lines),
        )
    )
