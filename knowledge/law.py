"""What stands once for all cards: legal documents, and base figures with their dates."""

from datetime import date

from pydantic import Field

from knowledge.card import Data, Id, Text


class Document(Data):
    """A legal document; `id` is its number as printed, `until` the last day it counted.

    `issued` is missing where no source showed the day.
    """

    id: Text
    name: Text
    issued: date | None = None
    about: str = ""
    until: date | None = None
    replaced_by: tuple[Text, ...] = ()
    link: str = ""


class Dated(Data):
    """A value from a day on, to the day before the next one, or to `until`."""

    since: date
    value: float
    law: Text
    until: date | None = None


class Figure(Data):
    """A base figure (content/figures.yaml): cards compute from it, so it is written once."""

    id: Id
    name: Text
    unit: Text
    confidence: str = "high"
    values: tuple[Dated, ...] = Field(min_length=1)

    def on(self, day: date) -> Dated:
        """The entry that counts on a day; the first one before there was any."""
        past = [dated for dated in self.values if dated.since <= day]
        return past[-1] if past else self.values[0]
