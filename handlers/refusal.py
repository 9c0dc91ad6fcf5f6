"""Refusal: an official may not, or cannot, do what was asked; nothing was changed."""


class Refusal(Exception):  # noqa: N818 - the design's own word
    """`phrase`: the name of the sentence that says why and what to do instead."""

    def __init__(self, phrase: str) -> None:
        super().__init__(phrase)
        self.phrase = phrase
