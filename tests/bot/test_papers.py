"""What is printed: never markup, dated, with its fingerprint, and the pack needs no network."""

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.printing.command import run
from bot.printing.papers import SIZES, Papers
from bot.printing.press import TEMPLATES, to_pdf
from bot.settings import Settings
from handlers.turn import House
from knowledge.leaflet import fingerprint_of, leaflet_of

CARD = "loan-poor-household"
EVIL = '#read("parts.typ") *x* $y$ <script>alert(1)</script> \\ #panic()'


@pytest.fixture
def papers(house: House) -> Papers:
    return Papers(house, "https://hoi.invalid/")


def test_a_leaflet_is_printed_in_both_sizes(papers: Papers) -> None:
    card = papers.find(CARD)
    assert card
    first, second = (papers.leaflet(card, size) for size in SIZES)
    assert first.startswith(b"%PDF-")
    assert first != second


def test_every_card_can_be_printed_and_read_aloud(papers: Papers) -> None:
    cards = papers.cards()
    assert len(cards) > 200
    for card in cards[::12]:
        assert papers.leaflet(card).startswith(b"%PDF-")
    for card in cards:
        assert not re.search(r"\d|%", papers.loudspeaker(card)), card.id


def test_what_a_card_says_is_never_markup(papers: Papers) -> None:
    card = papers.library.cards[CARD].model_copy(update={"title": EVIL, "short": EVIL})
    leaflet = leaflet_of(papers.library, card, papers.day)
    sheet = {"day": "1", "fingerprint": "F", "qr": "", "site": "", "size": "a5", "card": leaflet}
    assert to_pdf("leaflet.typ", sheet).startswith(b"%PDF-")
    for template in TEMPLATES.glob("*.typ"):
        assert "eval(" not in template.read_text(encoding="utf-8")


def test_the_fingerprint_changes_with_the_card(papers: Papers) -> None:
    card = papers.library.cards[CARD]
    before = fingerprint_of(leaflet_of(papers.library, card, papers.day))
    changed = card.model_copy(update={"short": card.short + " Nay đổi."})
    assert before != fingerprint_of(leaflet_of(papers.library, changed, papers.day))


def test_the_pack_allows_its_own_script_and_style_alone(papers: Papers) -> None:
    page = papers.pack()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert "default-src 'none'" in policy.group(1)
    for tag in ("script", "style"):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert len(inside) == 1
        digest = base64.b64encode(hashlib.sha256(inside[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy.group(1).replace("&#39;", "'")
    assert "src=" not in page.replace("script-src=", "")
    assert 'data-key="' in page
    assert "24/11/2026" in page


def test_a_code_leads_to_the_bot_or_to_our_page(papers: Papers) -> None:
    assert papers.link("card_x", "vay vốn") == "https://hoi.invalid/?hoi=vay%20v%E1%BB%91n"
    assert replace(papers, bot="xa_bot").link("card_x", "") == "https://t.me/xa_bot?start=card_x"
    assert replace(papers, public_url="").link("card_x", "x") == ""


def test_the_command_writes_what_is_wanted(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    out = tmp_path / "papers"
    assert run(settings, out, card=CARD, topic="loan", pack=True) == 0
    assert {path.name for path in out.iterdir()} == {
        f"{CARD}-a5.pdf", f"{CARD}-a4.pdf", f"{CARD}.txt",
        "topic-loan-a5.pdf", "topic-loan-a4.pdf", "pack.html", "booklet.pdf",
    }  # fmt: skip
    assert run(settings, out, card="no-such-card", topic="", pack=False) == 1
    assert run(settings, out, card="", topic="", pack=False) == 1
