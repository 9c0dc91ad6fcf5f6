"""The channel-neutral shapes of what residents send and what we say to them."""

from datetime import datetime
from typing import Literal

import msgspec

Kind = Literal["text", "choice", "attachment", "joined", "left", "unreadable"]


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """What a resident sent, in our own shape.

    `external_id` is the provider's id, unique within `channel`; `address` is where to answer
    (a chat id, a session's hash). `choice` is the value of a pressed button, else "".
    `sent_at` is in UTC. `kind`: "joined"/"left" say that the resident opened or blocked the
    channel; "attachment" is a photo, voice or file; "unreadable" is what the door cannot read.
    `is_masked`: a personal number in `text` was masked at the door.
    """

    channel: str
    address: str
    external_id: str
    sent_at: datetime
    kind: Kind = "text"
    text: str = ""
    choice: str = ""
    is_masked: bool = False


class Choice(msgspec.Struct, frozen=True):
    """One thing to press: `label` is read, `value` (at most 64 bytes of ASCII) comes back."""

    label: str
    value: str


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """What we say: plain NFC text with line breaks, an optional heading, numbered choices.

    Choice n is shown as "n. label" everywhere, so that typing the number means the same as
    pressing the button.
    """

    text: str
    heading: str = ""
    choices: tuple[Choice, ...] = ()
