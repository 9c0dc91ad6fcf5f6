"""Places: communes of today by all their names, hamlets, and what is larger than a commune."""

from datetime import date

import pytest

from handlers.turn import House
from knowledge.places import Places

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "communes", "hamlet"),
    [
        ("đường vô ấp 3 xã Mỹ Thọ hư", ["xa-my-tho"], "ấp 3"),
        ("dan o ap 2A my hiep kho qua", ["xa-my-hiep"], "ap 2A"),
        ("ấp Mỹ Thới xã Mỹ Hội", ["xa-my-tho"], "ấp Mỹ Thới"),
        ("ở Gáo Giồng", ["xa-phong-my", "xa-phu-cuong"], ""),
        ("khóm 4, phường Cao Lãnh", ["phuong-cao-lanh"], "khóm 4"),
        ("huyện Cao Lãnh hồi đó", [], ""),
        ("thành phố Cao Lãnh kẹt xe", [], ""),
        ("ấp Đông Mỹ với ấp đó hư hết", [], "ấp Đông Mỹ"),
        ("ấp đó ở xa quá", [], ""),
        ("xe cứu thương không vô được", [], ""),
    ],
)
def test_a_text_names_the_communes_of_today(
    house: House, text: str, communes: list[str], hamlet: str
) -> None:
    named = Places(house.library.units, DAY).named_in(text)
    assert ([unit.id for unit in named.communes], named.hamlet) == (communes, hamlet)


@pytest.mark.parametrize(
    ("text", "hamlet"),
    [
        ("ấp bình hòa xã Bình Hàng Tây", "ấp bình hòa"),
        ("ap my thoi, xa my tho", "ap my thoi"),
        ("Ấp 1 thị trấn Mỹ Thọ", "Ấp 1"),
        ("xã Mỹ Thọ", ""),
    ],
)
def test_an_answer_names_a_hamlet_in_small_letters_too(
    house: House, text: str, hamlet: str
) -> None:
    assert Places(house.library.units, DAY).named_in(text, is_answer=True).hamlet == hamlet


def test_before_the_communes_were_joined_an_old_name_meant_itself(house: House) -> None:
    named = Places(house.library.units, date(2025, 6, 30)).named_in("xã Mỹ Hội")
    assert [unit.id for unit in named.communes] == ["xa-my-hoi-cu"]
