"""The command line, run as a person runs it: a process of its own, in a folder of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from handlers.status import STATUSES
from knowledge.library import CONTENT
from tests.house.rules import ROOT

COMMAND = Path(sys.executable).parent / "doithoai"
QUESTION = "hộ nghèo được vay bao nhiêu, lãi mấy phần trăm"


def run(*words: str, folder: Path, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *words],
        cwd=folder,
        input=stdin,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_ask_prints_the_answer_and_nothing_else(tmp_path: Path) -> None:
    done = run("ask", QUESTION, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for told in ("100 triệu đồng", "6,24 %/năm", "2553/QĐ-TTg", "21/11/2025", "24/11/2026"):
        assert told in done.stdout
    assert list(tmp_path.iterdir()) == [], "asking keeps nothing"


def test_ask_json_is_one_object_with_everything_in_it(tmp_path: Path) -> None:
    told = json.loads(run("ask", "--json", QUESTION, folder=tmp_path).stdout)
    assert set(told) == {"status", "card", "candidates", "score", "elapsed_ms", "text"}
    assert (told["status"], told["card"]) == ("answered", "loan-poor-household")
    assert told["candidates"][0] == {"card": "loan-poor-household", "score": told["score"]}
    assert len(told["candidates"]) <= 10
    assert 0 < told["elapsed_ms"] < 1000


def test_a_batch_answers_every_line_and_names_the_broken_ones(tmp_path: Path) -> None:
    lines = [
        {"id": "a", "text": QUESTION},
        {"id": 2, "text": "giấy tờ gồm gì", "context": QUESTION},
        {"id": "c", "text": "hôm nay trời có mưa không"},
        {"id": "d", "text": "nhà tui đang cháy"},
    ]
    texts = [json.dumps(line, ensure_ascii=False) for line in lines]
    texts[2:2] = ["{broken", '{"text": "without an id"}', "", '{"id": 1, "text": 5}']
    (tmp_path / "in.jsonl").write_text("\n".join(texts), "utf-8")
    done = run("ask", "--batch", "in.jsonl", "--out", "out.jsonl", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        "line 3",
        "line 4",
        "line 6",
    ]
    told = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert [line["id"] for line in told] == ["a", 2, "c", "d"]
    assert [line["status"] for line in told] == [
        "answered",
        "followup_answered",
        "refused",
        "emergency",
    ]
    assert [line["card"] for line in told] == ["loan-poor-household"] * 2 + [None] * 2
    assert all(line["status"] in STATUSES for line in told)
    fields = {"id", "status", "card", "candidates", "score", "elapsed_ms", "text"}
    assert all(set(line) == fields for line in told)


def test_check_passes_on_what_we_ship(tmp_path: Path) -> None:
    done = run("check", folder=tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("old", "new", "further", "mend"),
    [
        ("topic: loan\n", "topic: laon\n", 0, "use an id of topics.yaml"),
        ("checked_on: 2026-11-24\n", "", None, "add 'checked_on:'"),
        ("{most} mỗi hộ", "150 triệu đồng mỗi hộ", 0, "put it under 'benefit' or 'limits' too"),
        ("law:\n", "law\n", 0, "check the indentation"),
    ],
)
def test_check_names_file_line_and_mend(
    tmp_path: Path, old: str, new: str, further: int | None, mend: str
) -> None:
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    card = content / "cards" / "loan" / "loan-poor-household.yaml"
    text = card.read_text("utf-8")
    assert old in text
    card.write_text(text.replace(old, new, 1), "utf-8")
    done = run("check", "--content", "content", "--on", "2026-11-24", folder=tmp_path)
    assert done.returncode == 1
    # What is missing has no line of its own: the file's first one is named.
    line = 1 if further is None else text[: text.index(old)].count("\n") + 1 + further
    told = [row for row in done.stdout.splitlines() if f"{card.name}:{line}:" in row]
    assert any(mend in row for row in told), done.stdout


def test_a_question_is_answered_by_the_rules_of_the_day_named(tmp_path: Path) -> None:
    question = "năm nay thu nhập bao nhiêu thì được xét hộ nghèo"
    told = run("ask", "--json", "--on", "2026-12-31", question, folder=tmp_path).stdout
    assert json.loads(told)["card"] == "poverty-line-2026"
    told = run("ask", "--json", "--on", "2027-02-01", question, folder=tmp_path).stdout
    assert json.loads(told)["card"] == "poverty-line-2027-2030"
    assert "2,2 triệu" in json.loads(told)["text"]
    refused = run("ask", "--on", "tomorrow", question, folder=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")


def test_the_bank_is_asked_and_what_changed_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    folder.mkdir()
    (folder / "loan.tsv").write_text("loan-poor-household\tclean\tvay vốn hộ nghèo\t\n", "utf-8")
    first = run("bank", "--folder", "bank", folder=tmp_path)
    assert first.returncode == 0
    assert first.stdout.startswith("1 questions in ")
    again = run("bank", "--folder", "bank", folder=tmp_path)
    assert "since the last time: 0 ended otherwise" in again.stdout
    (folder / "loan.tsv").write_text("one cell\n", "utf-8")
    wrong = run("bank", "--folder", "bank", folder=tmp_path)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "loan.tsv:1: not a question." in wrong.stderr


def test_cards_go_out_as_a_spreadsheet_and_come_in_again(tmp_path: Path) -> None:
    shutil.copytree(CONTENT, tmp_path / "content")
    out = run("cards", "export", "cards.xlsx", "--content", "content", folder=tmp_path)
    assert (out.returncode, out.stdout) == (0, "221 cards in cards.xlsx\n")
    day = ("--content", "content", "--on", "2026-11-24")
    taken = run("cards", "import", "cards.xlsx", *day, folder=tmp_path)
    assert (taken.returncode, taken.stdout) == (0, "221 cards taken in\n")
    (tmp_path / "cards.xlsx").write_text("no workbook", "utf-8")
    wrong = run("cards", "import", "cards.xlsx", *day, folder=tmp_path)
    assert wrong.returncode == 1
    assert wrong.stdout.endswith("1 to mend; nothing was taken in.\n")


def test_a_wrong_setting_is_said_in_one_line(tmp_path: Path) -> None:
    done = run("check", folder=tmp_path, DOITHOAI_PORT="many")
    assert done.returncode == 2
    assert done.stderr.startswith("setting DOITHOAI_PORT: ")
    assert len(done.stderr.splitlines()) == 1


def test_check_says_what_a_webhook_lacks(tmp_path: Path) -> None:
    settings = {"DOITHOAI_TELEGRAM_TOKEN": "42:abc", "DOITHOAI_PUBLIC_URL": "http://bot.example"}
    done = run("check", folder=tmp_path, **settings)
    assert done.returncode == 1
    assert "DOITHOAI_TELEGRAM_SECRET is needed" in done.stdout
    assert "must begin with https://" in done.stdout
    assert "42:abc" not in done.stdout + done.stderr


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "doithoai_telegram_token").write_text("not a token")
    done = run("serve", folder=tmp_path, DOITHOAI_SECRETS_DIR="secrets")
    assert done.returncode == 2
    assert "123456:letters-and-digits" in done.stderr
    assert "not a token" not in done.stderr


def test_chat_walks_the_whole_road_and_records_a_golden_talk(tmp_path: Path) -> None:
    done = run("chat", "--record", "talk.yaml", folder=tmp_path, stdin=f"{QUESTION}\n2\n")
    assert done.returncode == 0, done.stderr
    assert "6,24 %/năm" in done.stdout
    talk = (tmp_path / "talk.yaml").read_text("utf-8")
    assert "kết thúc: answered" in talk
    assert "kết thúc: followup_answered" in talk
    run("chat", folder=tmp_path, stdin="cho tui gặp cán bộ\ntui muốn hỏi đất của tui\n")
    waiting = run("waiting", "--search", "dat cua", folder=tmp_path).stdout
    assert "tui muốn hỏi đất của tui" in waiting


def test_serve_prints_its_address_and_never_imports_aiogram_without_a_token(tmp_path: Path) -> None:
    code = (
        "import sys, threading, os, signal\n"
        "from bot.cli import main\n"
        "def look():\n"
        "    sys.stdin.readline()\n"
        "    print('aiogram' in sys.modules, flush=True)\n"
        "threading.Thread(target=look, daemon=True).start()\n"
        "sys.argv = ['doithoai', 'serve', '--port', '0']\n"
        "main()\n"
    )
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DOITHOAI_DATA_DIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as bot:
        try:
            assert bot.stdout is not None
            address = bot.stdout.readline().split()[-1]
            with urllib.request.urlopen(address + "health", timeout=10) as answer:
                assert json.load(answer)["ok"] is True
            assert bot.stdin is not None
            bot.stdin.write("now\n")
            bot.stdin.flush()
            assert bot.stdout.readline() == "False\n"
        finally:
            bot.send_signal(signal.SIGTERM)
        # Uvicorn ends in order and then lets the signal have its way.
        assert bot.wait(10) in (0, -signal.SIGTERM)
