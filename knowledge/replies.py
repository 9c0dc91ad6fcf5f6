"""Replies: what officials start from when they answer, and what no answer may be made of."""

from typing import Literal

from knowledge.card import Data, Id, Text
from knowledge.text import fold

BLANK = "___"
"""Stands where the official has to write."""


class Reply(Data):
    """A reply to start from; `topics` empty: it fits every topic."""

    id: Id
    title: Text
    outcome: Literal["solved", "promised", "refused"]
    topics: tuple[Id, ...] = ()
    text: Text


class Replies(Data):
    """content/replies.yaml; `vague`: words that promise nothing unless a date stands with them."""

    vague: tuple[Text, ...]
    replies: tuple[Reply, ...]

    def is_vague(self, text: str) -> bool:
        """Whether a reply holds words that promise nothing."""
        folded = f" {fold(text)} "
        return any(f" {fold(words)} " in folded for words in self.vague)

    def for_topic(self, topic: str) -> tuple[Reply, ...]:
        """The replies that fit, those made for the topic first."""
        fit = [reply for reply in self.replies if not reply.topics or topic in reply.topics]
        return tuple(sorted(fit, key=lambda reply: not reply.topics))

    def find(self, name: str) -> Reply | None:
        """The reply of an id."""
        return next((reply for reply in self.replies if reply.id == name), None)
