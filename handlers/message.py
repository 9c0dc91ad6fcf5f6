"""The channel-neutral shapes of what residents send and what we say to them."""

from datetime import datetime
from typing import Any, Literal

import msgspec

Kind = Literal["text", "choice", "attachment", "place", "joined", "left", "unreadable"]
AttachmentKind = Literal["photo", "voice", "video", "file"]


class Attachment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A photo, voice, video or file that came with a message; its door can fetch it.

    `source` is what the door fetches it by: a provider's file id or an address. `media_type` and
    `size` (bytes; 0: not said) are what the provider says, and may be wrong.
    """

    kind: AttachmentKind
    source: str
    name: str = ""
    media_type: str = ""
    size: int = 0


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place on the map (degrees, WGS 84) with the name the resident's app gave it."""

    latitude: float
    longitude: float
    name: str = ""


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """What a resident sent, in our own shape.

    `external_id` is the provider's id, unique within `channel`; `address` is where to answer
    (a chat id, a session's hash). `choice` is the value of a pressed button, else "".
    `sent_at` is in UTC. `kind`: "joined"/"left" say that the resident opened or blocked the
    channel; "attachment" is a photo, voice, video or file (then `text` is its caption); "place" a
    point on the map; "unreadable" is what the door cannot read. `pressed_on`: the provider's id
    of the message whose button was pressed, where that is known. `is_masked`: a personal number
    in `text` was masked at the door.
    """

    channel: str
    address: str
    external_id: str
    sent_at: datetime
    kind: Kind = "text"
    text: str = ""
    choice: str = ""
    is_masked: bool = False
    attachments: tuple[Attachment, ...] = ()
    place: Place | None = None
    pressed_on: str = ""


class Extras(msgspec.Struct, frozen=True, omit_defaults=True):
    """What few messages bring besides words, as one piece of data for the inbox."""

    attachments: tuple[Attachment, ...] = ()
    place: Place | None = None
    pressed_on: str = ""


def extras_of(incoming: Incoming) -> dict[str, Any] | None:
    """The Extras of a message as plain data; None for the many that have none."""
    if not (incoming.attachments or incoming.place or incoming.pressed_on):
        return None
    return msgspec.to_builtins(Extras(incoming.attachments, incoming.place, incoming.pressed_on))


class Choice(msgspec.Struct, frozen=True):
    """One thing to press: `label` is read, `value` (at most 64 bytes of ASCII) comes back."""

    label: str
    value: str


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """What we say: plain NFC text with line breaks, an optional heading, numbered choices.

    Choice n is shown as "n. label" everywhere, so that typing the number means the same as
    pressing the button. `replaces`: the provider's id of an earlier message of ours in whose
    place it may be shown, on channels that can edit.
    """

    text: str
    heading: str = ""
    choices: tuple[Choice, ...] = ()
    replaces: str = ""


class Found(msgspec.Struct, frozen=True):
    """One thing found by a look-up: a line in a list, and the message that is passed on.

    `id` has at most 64 letters of ASCII. The choices of `message` are what links to the bot carry
    ("card_x": at most 64 of A-Z a-z 0-9 _ -), to ask on there.
    """

    id: str
    title: str
    short: str
    message: Message
