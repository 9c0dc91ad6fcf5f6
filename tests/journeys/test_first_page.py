"""What the first page offers to try is answered at once."""

import re
from pathlib import Path

import pytest

from bot.channels.web_chat import pages
from handlers.talk import Talk
from handlers.turn import House

PAGE = (Path(pages.__file__).parent / "page.html").read_text("utf-8")
STARTERS = re.findall(r'^  "(.+\?|.+)",?$', PAGE.partition("]")[0], re.MULTILINE)


def test_the_first_page_offers_some_questions() -> None:
    assert len(STARTERS) == 6


@pytest.mark.parametrize("question", STARTERS)
def test_what_the_first_page_offers_is_answered_at_once(house: House, question: str) -> None:
    ending = Talk(house).hear(question)
    assert ending.status in ("answered", "form"), ending
