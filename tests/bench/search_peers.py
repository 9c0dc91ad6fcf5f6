"""Other people's search engines, each set as fairly as we know, for the same cards and questions.

All get NFC small-letter syllables without tones, so that a question typed without tones works, and
beside them the syllables as typed where tones change them. A card is one document of all its ways
of asking: on the tune half of our bank and the dev split of faqmix that gave bm25s 2 to 21 points
of R@1 more than a document for each way, and adding the answer made it at best 1 better and at
worst 10 worse. Otherwise each engine's own defaults. bm25s comes twice: with syllables, and with
neighbours of syllables too, which is the strongest plain setting known for Vietnamese. rapidfuzz
compares whole texts, so each way by itself. None repairs what was typed: there is no such setting.
An engine is imported when it is built; one that is not installed is left out.
"""

import importlib.util
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.card import Card
from tests.bench.keys import bare
from tests.bench.search_sets import ways

MOST = 10
"""How many cards an engine may name for a question."""
_WORD = re.compile(r"\w+")


class Engine(Protocol):
    """A search: built once, then asked."""

    def build(self, cards: Sequence[Card]) -> None:
        """Index the cards."""
        ...

    def find(self, question: str) -> list[str]:
        """The ids of at most MOST cards, likeliest first."""
        ...


def typed_syllables(text: str) -> list[str]:
    """The syllables as typed, small letters, NFC."""
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())


def both_tokens(text: str) -> list[str]:
    """The syllables without tones, and as typed where that differs."""
    typed = typed_syllables(text)
    plain = [bare(word) for word in typed]
    return plain + [word for word, base in zip(typed, plain, strict=True) if word != base]


def with_pairs(text: str) -> list[str]:
    """The same and each two neighbours without tones."""
    plain = [bare(word) for word in typed_syllables(text)]
    return both_tokens(text) + [" ".join(pair) for pair in pairwise(plain)]


def best_of(ids: Sequence[str], scores: NDArray[Any]) -> list[str]:
    """The ids of the highest scores above nothing."""
    most = min(MOST, len(ids))
    found = np.argpartition(-scores, most - 1)[:most]
    found = found[np.argsort(-scores[found], kind="stable")]
    return [ids[int(at)] for at in found if scores[at] > 0]


class Bm25s:
    """bm25s: sparse matrices of scores worked out beforehand."""

    def __init__(self, *, pairs: bool = False) -> None:
        self._tokens = with_pairs if pairs else both_tokens

    def build(self, cards: Sequence[Card]) -> None:
        """One row of tokens a card."""
        import bm25s

        self._ids = [card.id for card in cards]
        self._index = bm25s.BM25()
        self._index.index([self._tokens(_all_ways(c)) for c in cards], show_progress=False)

    def find(self, question: str) -> list[str]:
        """By the score of the whole row."""
        tokens = self._tokens(question)
        return best_of(self._ids, self._index.get_scores(tokens)) if tokens else []


class RankBm25:
    """rank_bm25: Okapi BM25 in plain Python."""

    def build(self, cards: Sequence[Card]) -> None:
        """One list of tokens a card."""
        from rank_bm25 import BM25Okapi

        self._ids = [card.id for card in cards]
        self._index = BM25Okapi([both_tokens(_all_ways(card)) for card in cards])

    def find(self, question: str) -> list[str]:
        """By the score of the whole list."""
        return best_of(self._ids, np.asarray(self._index.get_scores(both_tokens(question))))


class Tantivy:
    """tantivy: Lucene's ways in Rust; in memory, two fields, any token may match."""

    def build(self, cards: Sequence[Card]) -> None:
        """A field as typed and one without tones, split at spaces."""
        import tantivy

        self._query, self._should = tantivy.Query, tantivy.Occur.Should
        fields = tantivy.SchemaBuilder().add_text_field("id", stored=True, tokenizer_name="raw")
        for name in ("typed", "plain"):
            fields = fields.add_text_field(name, tokenizer_name="spaces")
        self._schema = fields.build()
        index = tantivy.Index(self._schema)
        spaces = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        index.register_tokenizer("spaces", spaces)
        writer = index.writer(num_threads=1)
        for card in cards:
            typed = typed_syllables(_all_ways(card))
            plain = " ".join(bare(word) for word in typed)
            writer.add_document(tantivy.Document(id=card.id, typed=" ".join(typed), plain=plain))
        writer.commit()
        index.reload()
        self._searcher = index.searcher()

    def find(self, question: str) -> list[str]:
        """Any syllable may match; those with tones in either field."""
        parts: list[tuple[Any, Any]] = []
        for word in dict.fromkeys(typed_syllables(question)):
            base = bare(word)
            parts.append((self._should, self._term("plain", base)))
            if base != word:
                parts.append((self._should, self._term("typed", word)))
        hits = self._searcher.search(self._query.boolean_query(parts), MOST).hits
        return [str(self._searcher.doc(place)["id"][0]) for _, place in hits]

    def _term(self, field: str, word: str) -> Any:
        return self._query.term_query(self._schema, field, word)


class Fts5:
    """SQLite FTS5, unicode61 with remove_diacritics 2 (which leaves đ, so we fold it ourselves);
    toned syllables stand in a column of their own, coded so that folding cannot touch them."""

    def build(self, cards: Sequence[Card]) -> None:
        """A table in memory."""
        self._base = sqlite3.connect(":memory:")
        self._base.execute(
            "create virtual table cards using fts5(id unindexed, plain, toned,"
            " tokenize='unicode61 remove_diacritics 2')"
        )
        rows = ((c.id, _plain(_all_ways(c)), " ".join(_coded(_all_ways(c)))) for c in cards)
        self._base.executemany("insert into cards values (?, ?, ?)", rows)
        self._base.execute("insert into cards(cards) values ('optimize')")

    def find(self, question: str) -> list[str]:
        """Any syllable may match, in the order of bm25()."""
        parts = [f'plain: "{word}"' for word in _once(_plain(question).split())]
        parts += [f'toned: "{word}"' for word in _once(_coded(question))]
        if not parts:
            return []
        found = self._base.execute(
            f"select id from cards where cards match ? order by rank limit {MOST}",
            (" OR ".join(parts),),
        )
        return [row[0] for row in found]


class Rapidfuzz:
    """rapidfuzz alone: token_set_ratio over every way without tones; among the best, the tones."""

    _LOOKED_AT = 50

    def build(self, cards: Sequence[Card]) -> None:
        """Nothing but the texts."""
        self._said = [(card.id, text) for card in cards for text in ways(card)]
        self._plain = [_plain(text) for _, text in self._said]

    def find(self, question: str) -> list[str]:
        """Each card by its likest way."""
        from rapidfuzz import fuzz, process

        asked, typed = _plain(question), " ".join(typed_syllables(question))
        near = process.extract(
            asked, self._plain, scorer=fuzz.token_set_ratio, limit=self._LOOKED_AT
        )
        best: dict[str, float] = {}
        for _, score, at in near:
            name, text = self._said[at]
            toned = fuzz.token_set_ratio(typed, " ".join(typed_syllables(text)))
            both = score if typed == asked else score + toned
            best[name] = max(best.get(name, 0.0), both)
        return sorted(best, key=lambda name: -best[name])[:MOST]


_PEERS: dict[str, tuple[str, type]] = {
    "bm25s": ("bm25s", Bm25s),
    "bm25s pairs": ("bm25s", Bm25s),
    "tantivy": ("tantivy", Tantivy),
    "FTS5": ("sqlite3", Fts5),
    "rapidfuzz": ("rapidfuzz", Rapidfuzz),
    "rank_bm25": ("rank_bm25", RankBm25),
}
PEERS = tuple(_PEERS)


def is_installed(name: str) -> bool:
    """Whether a peer's package can be imported."""
    return importlib.util.find_spec(_PEERS[name][0]) is not None


def peer(name: str) -> Engine:
    """A peer by its name, not built yet; its package is imported by now."""
    package, kind = _PEERS[name]
    importlib.import_module(package)
    return kind(pairs=True) if name == "bm25s pairs" else kind()


def _all_ways(card: Card) -> str:
    return "\n".join(ways(card))


def _plain(text: str) -> str:
    return " ".join(bare(word) for word in typed_syllables(text))


def _coded(text: str) -> list[str]:
    toned = (word for word in typed_syllables(text) if bare(word) != word)
    return ["x" + word.encode().hex() for word in toned]


def _once(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))
