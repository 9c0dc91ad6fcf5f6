"""What is read over a loudspeaker is words alone."""

import pytest

from knowledge.library import CONTENT
from knowledge.spoken import read_short, say, sentences, speak

SHORT = read_short(CONTENT / "spoken.yaml")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("0", "không"),
        ("10", "mười"),
        ("15", "mười lăm"),
        ("21", "hai mươi mốt"),
        ("105", "một trăm lẻ năm"),
        ("1.440.000", "một triệu bốn trăm bốn mươi nghìn"),
        ("1.005", "một nghìn không trăm lẻ năm"),
        ("2025", "hai nghìn không trăm hai mươi lăm"),
        ("6,24", "sáu phẩy hai mươi bốn"),
        ("0,624", "không phẩy sáu hai bốn"),
        ("2.000.000.000", "hai tỷ"),
    ],
)
def test_a_number_is_said(number: str, said: str) -> None:
    assert say(number) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("từ ngày 21/11/2000", "từ ngày hai mươi mốt tháng mười một năm hai nghìn"),
        ("từ 01/12/2025 trở đi", "từ ngày mùng một tháng mười hai năm hai nghìn không trăm hai "
         "mươi lăm trở đi"),
        ("lãi 6,24 %/năm", "lãi sáu phẩy hai mươi bốn phần trăm mỗi năm"),
        ("100 triệu đồng/hộ", "một trăm triệu đồng mỗi hộ"),
        ("Quyết định 2553/QĐ-TTg", "Quyết định số hai nghìn năm trăm năm mươi ba"),
        ("gọi 111", "gọi một một một"),
        ("gọi 1900 1234", "gọi một chín không không một hai ba bốn"),
        ("thẻ BHYT", "thẻ bảo hiểm y tế"),
        ("mẫu 01/TD", "mẫu một TD"),
        ("3-5 ngày", "ba đến năm ngày"),
        ("xã (phường) mình", "xã, phường, mình"),
    ],
)  # fmt: skip
def test_what_is_written_short_is_said_whole(written: str, said: str) -> None:
    assert speak(written, SHORT) == said


def test_each_sentence_is_a_breath() -> None:
    assert sentences("Một. Hai; ba") == ["Một.", "Hai;", "ba"]
