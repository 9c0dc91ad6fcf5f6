"""Dates as residents read them."""

from datetime import date


def say_date(day: date) -> str:
    """21/11/2025"""
    return f"{day:%d/%m/%Y}"
