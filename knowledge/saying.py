"""Dates, numbers and amounts as residents read them."""

from datetime import date

from knowledge.card import Amount

_MILLION = 1_000_000
_BILLION = 1_000_000_000


def say_date(day: date) -> str:
    """21/11/2025"""
    return f"{day:%d/%m/%Y}"


def say_amount(amount: Amount) -> str:
    """A figure with its whole unit: "100 triệu đồng/hộ", "6,24 %/năm", "120 tháng"."""
    return _say(amount, amount.unit)


def say_briefly(amount: Amount) -> str:
    """A figure for the middle of a sentence, its unit up to the first "/": "100 triệu đồng"."""
    return _say(amount, amount.unit.partition("/")[0])


def _say(amount: Amount, unit: str) -> str:
    value = amount.value or 0.0
    if unit.startswith("đồng"):
        for size, word in ((_BILLION, "tỷ"), (_MILLION, "triệu")):
            if value >= size and value % (size // 10) == 0:
                return f"{say_number(value / size)} {word} {unit}"
    return f"{say_number(value)} {unit}"


def say_number(value: float) -> str:
    """A number in Vietnamese writing: thousands with a dot, decimals with a comma."""
    whole = f"{value:,.6f}".rstrip("0").rstrip(".")
    return whole.translate(str.maketrans(",.", ".,"))
