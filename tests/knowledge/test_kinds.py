"""Kinds of opinions are heard in the words of the content file; each kind has a title."""

from typing import get_args

import pytest

from handlers.turn import House
from storage.cases import Kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("cán bộ xã tận tình lắm, tui khen", "praise"),
        ("can bo xa tan tinh lam", "praise"),
        ("kiến nghị xã làm lại cầu", "petition"),
        ("tổ trưởng xét không công bằng", "report"),
        ("giấy tờ rườm rà, đi tới đi lui hoài", "difficulty"),
        ("nên phát tiền qua thẻ cho tiện", "suggestion"),
    ],
)
def test_a_kind_is_suggested_by_its_words(house: House, text: str, kind: str) -> None:
    assert house.library.kind_said(text) == kind


def test_every_kind_a_case_can_have_has_a_title(house: House) -> None:
    kinds = house.library.kinds
    assert set(kinds) == set(get_args(Kind))
    assert all(kind.title for kind in kinds.values())
