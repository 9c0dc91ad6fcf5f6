"""Realistic Telegram updates from people who do not exist, for the fake Bot API to deliver.

Each builder leaves `update_id` out unless it is given: the fake numbers what is pushed.
"""

from typing import Any

Update = dict[str, Any]

DATE = 1_795_494_000  # 2026-11-24 04:20:00 UTC
BOT_ID = 700_000_001
BOT = {
    "id": BOT_ID,
    "is_bot": True,
    "first_name": "Đối Thoại",
    "username": "doi_thoai_thu_bot",
}


def person(chat_id: int) -> dict[str, Any]:
    return {
        "id": chat_id,
        "is_bot": False,
        "first_name": f"Người thử {chat_id}",
        "language_code": "vi",
    }


def private_chat(chat_id: int) -> dict[str, Any]:
    return {"id": chat_id, "first_name": f"Người thử {chat_id}", "type": "private"}


def group_chat(chat_id: int) -> dict[str, Any]:
    return {"id": chat_id, "title": "Nhóm thử", "type": "supergroup"}


def _update(kind: str, content: dict[str, Any], update_id: int | None) -> Update:
    return {kind: content} if update_id is None else {"update_id": update_id, kind: content}


def _message(chat_id: int, message_id: int, date: int) -> dict[str, Any]:
    return {
        "message_id": message_id,
        "from": person(chat_id),
        "chat": private_chat(chat_id),
        "date": date,
    }


def _command(text: str) -> dict[str, Any]:
    if not text.startswith("/"):
        return {}
    length = len(text.split(maxsplit=1)[0])
    return {"entities": [{"type": "bot_command", "offset": 0, "length": length}]}


def text_update(
    chat_id: int,
    text: str,
    *,
    update_id: int | None = None,
    message_id: int = 1,
    date: int = DATE,
) -> Update:
    message = _message(chat_id, message_id, date) | {"text": text} | _command(text)
    return _update("message", message, update_id)


def edited_update(
    chat_id: int, text: str, *, update_id: int | None = None, message_id: int = 1
) -> Update:
    message = _message(chat_id, message_id, DATE) | {"edit_date": DATE + 30, "text": text}
    return _update("edited_message", message, update_id)


def photo_update(chat_id: int, caption: str = "", *, update_id: int | None = None) -> Update:
    sizes = [
        {
            "file_id": f"photo-{width}",
            "file_unique_id": f"unique-{width}",
            "width": width,
            "height": width,
            "file_size": width * 50,
        }
        for width in (90, 320, 800)
    ]
    message = _message(chat_id, 1, DATE) | {"photo": sizes}
    return _update("message", message | ({"caption": caption} if caption else {}), update_id)


def voice_update(chat_id: int, *, update_id: int | None = None) -> Update:
    voice = {
        "duration": 4,
        "mime_type": "audio/ogg",
        "file_id": "voice-1",
        "file_unique_id": "unique-voice-1",
        "file_size": 16_000,
    }
    return _update("message", _message(chat_id, 1, DATE) | {"voice": voice}, update_id)


def file_update(chat_id: int, name: str, *, update_id: int | None = None) -> Update:
    document = {"file_id": "file-1", "file_unique_id": "unique-file-1", "file_name": name}
    return _update("message", _message(chat_id, 1, DATE) | {"document": document}, update_id)


def callback_update(
    chat_id: int,
    data: str,
    *,
    update_id: int | None = None,
    callback_id: str = "4300000000000001",
    message_id: int = 7,
) -> Update:
    """The press of a button under one of the bot's messages."""
    shown = {
        "message_id": message_id,
        "from": BOT,
        "chat": private_chat(chat_id),
        "date": DATE - 60,
        "text": "Ông/bà muốn hỏi về việc gì?",
        "reply_markup": {"inline_keyboard": [[{"text": "1. Vay vốn", "callback_data": data}]]},
    }
    press = {
        "id": callback_id,
        "from": person(chat_id),
        "message": shown,
        "chat_instance": "-3900000000000000001",
        "data": data,
    }
    return _update("callback_query", press, update_id)


def inline_update(user: int, query: str, *, query_id: str, update_id: int | None = None) -> Update:
    """Somebody types "@bot query" in some chat."""
    looked_up = {"id": query_id, "from": person(user), "query": query, "offset": ""}
    return _update("inline_query", looked_up, update_id)


def membership_update(
    chat_id: int, old: str, new: str, *, update_id: int | None = None, date: int = DATE
) -> Update:
    """The bot was blocked ("member" to "kicked") or let in again ("kicked" to "member")."""
    change = {
        "chat": private_chat(chat_id),
        "from": person(chat_id),
        "date": date,
        "old_chat_member": _member(old),
        "new_chat_member": _member(new),
    }
    return _update("my_chat_member", change, update_id)


def _member(status: str) -> dict[str, Any]:
    return {"user": BOT, "status": status} | ({"until_date": 0} if status == "kicked" else {})


def group_update(
    chat_id: int, text: str, *, group_id: int = -1_001_000_000_001, update_id: int | None = None
) -> Update:
    message = _message(chat_id, 1, DATE) | {"chat": group_chat(group_id), "text": text}
    return _update("message", message, update_id)
