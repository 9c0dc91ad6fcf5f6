"""Sizes, names and phrases keep the house's habits; a planted fault fails each check."""

import pytest

from knowledge.library import load
from tests.house import rules

FILES = [(str(path.relative_to(rules.ROOT)), path.read_text("utf-8")) for path in rules.sources()]
LONG = "def f():\n" + "    x = 1\n" * 61


def test_functions_and_files_are_short() -> None:
    assert len(FILES) > 40
    assert rules.long_functions(FILES) == []
    assert rules.long_files(FILES) == []


def test_no_function_takes_more_than_three_things_by_position() -> None:
    assert rules.many_positional(FILES) == []


def test_every_module_says_what_it_is_for_and_has_a_telling_name() -> None:
    assert rules.without_opening(FILES) == []
    assert rules.badly_named(name for name, _ in FILES) == []


def test_what_residents_read_stands_in_content_not_in_python() -> None:
    spoken = [(n, t) for n, t in FILES if n.startswith(("handlers/", "knowledge/"))]
    assert rules.vietnamese_in_code(spoken) == []


def test_every_phrase_that_is_said_is_written_and_every_written_one_is_said() -> None:
    written = set(load().phrases)
    assert rules.phrases_missing(written, *rules.phrases_used(FILES)) == []


@pytest.mark.parametrize(
    "found",
    [
        rules.long_functions([("a.py", LONG)]),
        rules.long_files([("a.py", "x = 1\n" * 401)]),
        rules.many_positional([("a.py", "def f(a, b, c, d): ...")]),
        rules.badly_named(["handlers/utils.py"]),
        rules.without_opening([("a.py", "x = 1")]),
        rules.vietnamese_in_code([("a.py", "x = 'bà con cần hỏi gì'")]),
        rules.phrases_missing({"a"}, *rules.phrases_used([("a.py", "turn.say('b')")])),
    ],
)
def test_a_planted_fault_is_found(found: list[str]) -> None:
    assert found
