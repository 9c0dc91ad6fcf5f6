"""Zalo Bot's events from people who do not exist, in the shapes that were seen."""

from itertools import count
from typing import Any

Event = dict[str, Any]

DATE = 1_795_494_000_602  # 2026-11-24 04:20:00.602 UTC, in milliseconds
BOT_ID = "b07b07b07b07b07b07b0"
_numbers = count(1)


def _event(name: str, chat: str, message: dict[str, Any]) -> Event:
    said = {
        "message_id": f"{next(_numbers):020x}",
        "date": DATE,
        "chat": {"id": chat, "chat_type": "PRIVATE"},
        "from": {"id": chat, "display_name": f"Người thử {chat[:4]}", "is_bot": False},
        "message_type": "CHAT_MESSAGE",
    }
    return {"event_name": f"message.{name}.received", "message": said | message}


def text_event(chat: str, text: str, **message: Any) -> Event:
    return _event("text", chat, {"text": text} | message)


def photo_event(chat: str, url: str, caption: str = "", **message: Any) -> Event:
    words = {"caption": caption} if caption else {}
    return _event("image", chat, {"photo_url": url} | words | message)


def sticker_event(chat: str) -> Event:
    return _event("sticker", chat, {"sticker": "46990", "url": "https://zalo-api.zadn.vn/x.png"})


def unsupported_event(chat: str) -> Event:
    return _event("unsupported", chat, {})


def group_event(chat: str, text: str) -> Event:
    group = {"chat": {"id": "9f00f00f00f00f00f00f", "chat_type": "GROUP"}}
    return _event("text", chat, {"text": text} | group)


def own_event(chat: str, text: str, *, is_bot: bool = True) -> Event:
    """The bot's own message come back; `is_bot`: marked as such."""
    sender = {"id": BOT_ID, "display_name": "Bot Đối Thoại", "is_bot": is_bot}
    return _event("text", chat, {"text": text, "from": sender})
