"""Planted faults: each is found, on its line, with a mend that needs no programmer."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from knowledge.check import check
from knowledge.library import CONTENT

TODAY = date(2026, 11, 24)
CARD = Path("cards/loan/loan-poor-household.yaml")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """Our content with one card, so that a check takes no time."""
    folder = tmp_path / "content"
    shutil.copytree(CONTENT, folder, ignore=shutil.ignore_patterns("cards"))
    (folder / CARD).parent.mkdir(parents=True)
    shutil.copy(CONTENT / CARD, folder / CARD)
    return folder


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def plant(old: str, new: str, path: Path = CARD) -> Callable[[Path], None]:
    return lambda content: edit(content / path, old, new)


def copied(content: Path) -> None:
    shutil.copy(content / CARD, content / CARD.with_name("loan-twin.yaml"))


def twin(content: Path) -> None:
    copied(content)
    edit(content / CARD.with_name("loan-twin.yaml"), "id: loan-poor-household", "id: loan-twin")


FAULTS: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "expired law": (
        plant('"2553/QĐ-TTg"', '"40/2021/QĐ-TTg"'),
        "40/2021/QĐ-TTg ended on 2025-09-14.",
        "cite 34/2025/QĐ-TTg",
    ),
    "law nobody wrote down": (
        plant('"2553/QĐ-TTg"', '"9999/QĐ-TTg"'),
        "no document '9999/QĐ-TTg' in content/laws.",
        "add the document to content/laws with its day, or correct the number",
    ),
    "expired card": (
        plant(
            "in_force_from: 2025-12-01\n", "in_force_from: 2025-12-01\nin_force_to: 2026-01-01\n"
        ),
        "ended on 2026-01-01.",
        "write what is in force now, or delete the card",
    ),
    "number that is not in the data": (
        plant("{most} mỗi hộ", "150 triệu đồng mỗi hộ"),
        "'150' is said in 'short' but is not in the data.",
        "put it under 'benefit' or 'limits' too, or correct it",
    ),
    "number that will be left behind": (
        plant("lãi {rate}/năm", "lãi 6,24 %/năm, lương cơ sở 2.530.000 đồng"),
        "'2.530.000' in 'short' follows a base figure.",
        "write {base-wage} instead",
    ),
    "placeholder of nothing": (
        plant("{most} mỗi hộ", "{moist} mỗi hộ"),
        "nothing is called {moist}.",
        "use the key of an amount of this card, or an id of figures.yaml",
    ),
    "base figure that is not there": (
        plant("of: poor-household-rate", "of: rich-household-rate"),
        "no base figure 'rich-household-rate'.",
        "use an id of figures.yaml",
    ),
    "missing source": (plant("law:\n", "laws:\n"), "law: Field required.", "add 'law:'"),
    "missing dates": (
        plant("in_force_from: 2025-12-01\n", ""),
        "in_force_from: Field required.",
        "add 'in_force_from:' with its value",
    ),
    "missing confidence": (
        plant("confidence: high\n", ""),
        "confidence: Field required.",
        "add 'confidence:' with its value",
    ),
    "missing day of the check": (
        plant("checked_on: 2026-11-24\n", ""),
        "checked_on: Field required.",
        "add 'checked_on:' with its value",
    ),
    "doubt without a word": (
        plant("confidence: high", "confidence: low"),
        "confidence is 'low' without a reason.",
        "say under 'unconfirmed' what the commune must confirm",
    ),
    "the same id twice": (copied, "is already used", "give this card another id"),
    "duplicate card": (twin, "the title is also that of", "make them one card"),
    "duty nobody has": (
        plant("duties: [farmers-union]", "duties: []", Path("units.yaml")),
        "nobody has the duty 'farmers-union'.",
        "give it to a unit that exists today",
    ),
    "duty that is not there": (
        plant("policy-credit", "policy-credits"),
        "no duty 'policy-credits'.",
        "use an id of duties.yaml",
    ),
    "owner that is gone": (
        plant("owner: nhcsxh", "owner: phong-tu-phap-huyen"),
        "'phong-tu-phap-huyen' no longer exists.",
        "give it to vp-ubnd-xa, so-tu-phap, tt-tgpl",
    ),
    "broken unit": (
        plant("successors: [mttq-xa]", "successors: [mttq-xã]", Path("units.yaml")),
        "successors.0:",
        "use small letters a-z",
    ),
    "heir that is not there": (
        plant("successors: [mttq-xa]", "successors: [mttq-x]", Path("units.yaml")),
        "mttq-huyen: no unit 'mttq-x'.",
        "use an id of this file",
    ),
    "rule on a fact that is not there": (
        plant("{fact: savings_group,", "{fact: savings,"),
        "no fact 'savings'",
        "correct the value as said",
    ),
    "change that cannot be": (
        plant(
            "owner: nhcsxh", "later: [{since: 2027-01-01, changes: {scope: moon}}]\nowner: nhcsxh"
        ),
        "scope:",
        "use one of the words named",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_named_with_its_mend(content: Path, name: str) -> None:
    before = {(m.problem, m.mend) for m in check(content, day=TODAY)}
    spoil, problem, mend = FAULTS[name]
    spoil(content)
    found = [m for m in check(content, day=TODAY) if (m.problem, m.mend) not in before]
    assert any(problem in m.problem and mend in m.mend for m in found), found
    assert all(m.line >= 1 and m.path.is_relative_to(content) for m in found)


def test_what_we_ship_has_no_fault() -> None:
    assert [str(mistake) for mistake in check(day=TODAY)] == []
