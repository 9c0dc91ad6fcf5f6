"""The press: a template and data in, a PDF out; no text of a card is ever read as markup."""

import json
import threading
from functools import lru_cache
from typing import Any

import typst

from knowledge.library import CONTENT

TEMPLATES = CONTENT / "templates"
_press = threading.Lock()


def to_pdf(template: str, data: dict[str, Any]) -> bytes:
    """The PDF; it takes a while, so that only worker threads may ask for it."""
    return _compiled(template, json.dumps(data, ensure_ascii=False, sort_keys=True))


@lru_cache(maxsize=24)
def _compiled(template: str, data: str) -> bytes:
    """One sheet at a time, so that printing never takes the machine from those who answer.

    The compiler's own fonts alone: every machine prints the same.
    """
    with _press:
        return typst.compile(
            TEMPLATES / template,
            root=TEMPLATES,
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": data},
        )
