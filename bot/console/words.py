"""Words: what stages, kinds, outcomes and channels are called, for pages and for exports."""

from collections.abc import Mapping
from functools import lru_cache
from typing import get_args

from knowledge.phrases import Phrases
from storage.cases import Kind, Outcome, Stage

CHANNELS = ("web", "zalo_oa", "zalo_bot", "telegram", "terminal", "console")
Words = Mapping[str, Mapping[str, str]]


@lru_cache(maxsize=4)
def words_of(phrases: Phrases) -> Words:
    """By what it is and by its value: `words["stage"]["new"]`."""
    return {
        "stage": {name: phrases.render(f"stage_{name}") for name in get_args(Stage)},
        "kind": {name: phrases.render(f"kind_{name}") for name in get_args(Kind)},
        "outcome": {name: phrases.render(f"outcome_{name}") for name in get_args(Outcome)},
        "channel": {name: phrases.render(f"channel_{name}") for name in CHANNELS},
    }
