"""Personal numbers are masked; sums of money, phone numbers and years are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.personal import MASK, besides, is_all_personal, mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("cccd 087301001234", f"cccd {MASK}"),
        ("087301001234", MASK),
        ("087 301 001 234", MASK),
        ("0873-0100-1234 nghen", f"{MASK} nghen"),
        ("stk 2021-2025", f"stk {MASK}"),
        ("cmnd cũ 341234567", f"cmnd cũ {MASK}"),
        ("stk 0101234567 agribank", f"stk {MASK} agribank"),
        ("tài khoản 19034567891234", f"tài khoản {MASK}"),
        ("CCCD: 087301001234, đt 0912345678", f"CCCD: {MASK}, đt 0912345678"),
        ("số thẻ 9704 1234 5678 9012", f"số thẻ {MASK}"),
    ],
)
def test_a_personal_number_is_masked(text: str, masked: str) -> None:
    assert mask(text) == (masked, True)


@pytest.mark.parametrize(
    "text",
    [
        "vay 100000000 được không",
        "vay 100.000.000 đồng",
        "vay 150000000đ trả 3 năm",
        "12.345.678 đồng",
        "chuẩn nghèo 2021-2025 khác gì 2026 2030",
        "/start card_poverty-line-2027-2030",
        "gọi tui 0912345678",
        "gọi tui 0912 345 678",
        "+84912345678",
        "hotline 18001233",
        "0277 3898 989",
        "năm 2026 với năm 2027",
        "sinh ngày 01/02/1960",
        "quyết định 2553/QĐ-TTg",
    ],
)
def test_money_phone_numbers_and_dates_stay(text: str) -> None:
    assert mask(text) == (text, False)


@given(st.text(max_size=300))
def test_any_text_is_masked_once_and_for_all(text: str) -> None:
    masked, _ = mask(text)
    assert mask(masked)[0] == masked
    assert isinstance(is_all_personal(masked), bool)


def test_what_is_asked_besides_the_number_stays() -> None:
    masked, _ = mask("số cccd của tui là 087301001234, hộ nghèo vay bao nhiêu")
    assert besides(masked) == "hộ nghèo vay bao nhiêu"
    assert not is_all_personal(masked)
    assert is_all_personal(mask("số tài khoản ngân hàng của em 0123456789012")[0])
