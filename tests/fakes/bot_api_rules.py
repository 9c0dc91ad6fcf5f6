"""What Telegram's servers insist on, and python-telegram-bot as the judge of what is exchanged."""

import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

import telegram

Params = dict[str, Any]


@dataclass
class RefusedError(Exception):
    """Telegram answers with an error."""

    status: int
    description: str
    parameters: dict[str, int] = field(default_factory=dict[str, int])


def bad_request(reason: str) -> RefusedError:
    return RefusedError(400, f"Bad Request: {reason}")


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


# Parameters: for each method its names, "!" for required, and what each must be.

METHODS: dict[str, dict[str, str]] = {
    "getMe": {},
    "getUpdates": {"offset": "int", "limit": "int", "timeout": "int", "allowed_updates": "list"},
    "sendMessage": {
        "chat_id": "!chat",
        "text": "!str",
        "parse_mode": "str",
        "entities": "list",
        "link_preview_options": "dict",
        "disable_notification": "bool",
        "protect_content": "bool",
        "reply_parameters": "dict",
        "reply_markup": "dict",
    },
    "editMessageText": {
        "chat_id": "!chat",
        "message_id": "!int",
        "text": "!str",
        "parse_mode": "str",
        "entities": "list",
        "link_preview_options": "dict",
        "reply_markup": "dict",
    },
    "answerCallbackQuery": {
        "callback_query_id": "!str",
        "text": "str",
        "show_alert": "bool",
        "url": "str",
        "cache_time": "int",
    },
    "answerInlineQuery": {
        "inline_query_id": "!str",
        "results": "!list",
        "cache_time": "int",
        "is_personal": "bool",
        "next_offset": "str",
        "button": "dict",
    },
    "getFile": {"file_id": "!str"},
    "setMyCommands": {"commands": "!list", "scope": "dict", "language_code": "str"},
    "setWebhook": {
        "url": "!str",
        "max_connections": "int",
        "allowed_updates": "list",
        "ip_address": "str",
        "drop_pending_updates": "bool",
        "secret_token": "str",
    },
    "deleteWebhook": {"drop_pending_updates": "bool"},
    "getWebhookInfo": {},
    "sendChatAction": {"chat_id": "!chat", "action": "!str"},
}

UPDATE_KINDS = frozenset(telegram.Update.ALL_TYPES)
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


def check_params(method: str, given: Mapping[str, Any]) -> Params:
    """Read what came as a form or as JSON; raises RefusedError."""
    checked: Params = {}
    for name, rule in METHODS[method].items():
        if given.get(name) in (None, ""):
            if rule.startswith("!") and (method, name) != ("setWebhook", "url"):
                raise bad_request(f"parameter {name!r} is required")
            continue
        checked[name] = _typed(name, rule.lstrip("!"), given[name])
    return checked


def _typed(name: str, kind: str, value: Any) -> Any:
    if kind == "str":
        wanted: Any = value if isinstance(value, str) else None
    elif kind == "chat" and isinstance(value, str) and re.fullmatch(r"@\w{4,32}", value):
        wanted = value
    else:
        wanted = _decoded(value)
    types = {"int": int, "chat": int | str, "bool": bool, "list": list, "dict": dict, "str": str}
    if not isinstance(wanted, types[kind]) or (kind != "bool" and isinstance(wanted, bool)):
        raise bad_request(f"can't parse parameter {name!r} as {kind}")
    return wanted


def _decoded(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None


# Text

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "a": "text_link",
}
_TAG = re.compile(r"<(/?)([a-zA-Z-]*)((?:\s[^<>]*)?)>")
_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")


def parse_text(params: Params) -> tuple[str, list[dict[str, Any]]]:
    """The words to show and their entities; raises RefusedError as Telegram does."""
    text, entities = params["text"], params.get("entities", [])
    mode = params.get("parse_mode")
    if mode is not None and mode.lower() != "html":
        raise bad_request("unsupported parse_mode")
    if mode is not None:
        text, entities = _parse_html(text)
    shift = units(text) - units(text.lstrip())
    text = text.strip()
    if not text:
        raise bad_request("message text is empty")
    if units(text) > 4096:
        raise bad_request("message is too long")
    return text, [entity | {"offset": max(entity["offset"] - shift, 0)} for entity in entities]


def _parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    text, at = "", 0
    opened: list[tuple[str, int, str]] = []
    entities: list[dict[str, Any]] = []
    while (start := source.find("<", at)) >= 0:
        text += _dereferenced(source[at:start])
        tag = _TAG.match(source, start)
        name = tag[2].lower() if tag else ""
        if tag is None or name not in _TAGS:
            raise _cannot_parse(f'Unsupported start tag "{name}" at byte offset {start}')
        if not tag[1]:
            opened.append((name, units(text), tag[3]))
        elif not opened or opened[-1][0] != name:
            raise _cannot_parse(f"Unexpected end tag at byte offset {start}")
        else:
            _, offset, attributes = opened.pop()
            entities.append(_entity(name, offset, units(text) - offset, attributes))
        at = tag.end()
    if opened:
        raise _cannot_parse(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    return text + _dereferenced(source[at:]), entities


def _cannot_parse(reason: str) -> RefusedError:
    return bad_request(f"can't parse entities: {reason}")


def _dereferenced(text: str) -> str:
    return _REFERENCE.sub(lambda found: unescape(found[0]), text)


def _entity(name: str, offset: int, length: int, attributes: str) -> dict[str, Any]:
    entity: dict[str, Any] = {"type": _TAGS[name], "offset": offset, "length": length}
    link = re.search(r'href="([^"]*)"', attributes)
    return entity | ({"url": unescape(link[1])} if link else {})


# Keyboards


def check_inline_keyboard(markup: dict[str, Any]) -> None:
    rows = markup.get("inline_keyboard")
    if not isinstance(rows, list):
        raise bad_request("object expected as reply markup")
    for row in rows:
        for button in row:
            _check_button(button)


def _check_button(button: dict[str, Any]) -> None:
    if not button.get("text"):
        raise bad_request("can't parse inline keyboard button: Text is required")
    does = [name for name in button if name != "text"]
    if len(does) != 1:
        raise bad_request("Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")


def check_commands(commands: list[dict[str, Any]]) -> None:
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command.get("description", "")) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")


COMMAND_SCOPES = frozenset(
    {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
    | {"chat", "chat_administrators", "chat_member"}
)


def check_scope(scope: dict[str, Any], language: str) -> None:
    if scope.get("type") not in COMMAND_SCOPES:
        raise bad_request("can't parse BotCommandScope: Type unsupported")
    if not re.fullmatch(r"([a-z]{2})?", language):
        raise bad_request("invalid language code specified")


def check_results(results: list[dict[str, Any]]) -> None:
    """What a look-up may show: at most fifty, each with an id of its own and with words."""
    if len(results) > 50:
        raise bad_request("RESULTS_TOO_MUCH")
    ids = [str(result.get("id", "")) for result in results]
    if not all(1 <= len(name.encode()) <= 64 for name in ids):
        raise bad_request("RESULT_ID_INVALID")
    if len(set(ids)) != len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
    for result in results:
        _check_result(result)


def _check_result(result: dict[str, Any]) -> None:
    if result.get("type") != "article":
        raise bad_request("can't parse inline query result: unknown type")
    if not result.get("title"):
        raise bad_request('can\'t parse inline query result: Field "title" must be non-empty')
    content = result.get("input_message_content") or {}
    if "message_text" not in content:
        raise bad_request("can't parse inline query result: message content is not specified")
    parse_text({"text": content["message_text"], **content})
    if "reply_markup" in result:
        check_inline_keyboard(result["reply_markup"])


def check_webhook(params: Params) -> None:
    """A loopback address passes too, as it does at a Bot API server of one's own."""
    url: SplitResult = urlsplit(str(params.get("url", "")))
    if url.scheme != "https" and url.hostname not in (None, "127.0.0.1"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if url.scheme == "https" and url.port not in (None, 443, 80, 88, 8443):
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", params.get("secret_token", "")):
        raise bad_request("secret token contains unallowed characters")
    if not 1 <= params.get("max_connections", 40) <= 100:
        raise bad_request("max_connections must be 1 to 100")


# The judge

_PTB_ONLY = {"self", "read_timeout", "write_timeout", "connect_timeout", "pool_timeout"} | {
    "api_kwargs",
    "allow_sending_without_reply",
    "reply_to_message_id",
    "disable_web_page_preview",
}


class Judge:
    """Reads everything with python-telegram-bot and writes down what it cannot make sense of."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def complain(self, about: str) -> None:
        self.complaints.append(about)

    def update(self, update: Mapping[str, Any]) -> bool:
        return self._parse(telegram.Update, update, "update")

    def call(self, method: str, given: Mapping[str, Any]) -> None:
        snake = re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), method)
        known = set(inspect.signature(getattr(telegram.Bot, snake)).parameters) - _PTB_ONLY
        for name in sorted(set(given) - known):
            self.complain(f"{method}: Telegram has no parameter {name!r}")

    def markup(self, markup: Mapping[str, Any]) -> None:
        self._parse(telegram.InlineKeyboardMarkup, markup, "keyboard")

    def commands(self, commands: list[dict[str, Any]]) -> None:
        for command in commands:
            self._parse(telegram.BotCommand, command, "command")

    def scope(self, scope: Mapping[str, Any]) -> None:
        self._parse(telegram.BotCommandScope, scope, "scope")

    def file(self, file: Mapping[str, Any]) -> None:
        self._parse(telegram.File, file, "file")

    def result(self, result: Mapping[str, Any]) -> None:
        """Of a look-up; its inner parts one by one, as only they are read as what they are."""
        inner = {"input_message_content", "reply_markup"}
        content = telegram.InputTextMessageContent
        self._parse(content, result["input_message_content"], "content")
        if "reply_markup" in result:
            self.markup(result["reply_markup"])
        outer = {name: value for name, value in result.items() if name not in inner | {"type"}}
        self._parse(telegram.InlineQueryResultArticle, outer | {"input_message_content": None}, "r")

    def message(self, message: Mapping[str, Any]) -> None:
        self._parse(telegram.Message, message, "message")

    def _parse(
        self, kind: type[telegram.TelegramObject], data: Mapping[str, Any], what: str
    ) -> bool:
        try:
            parsed = kind.de_json(json.loads(json.dumps(data)), None)
        except Exception as error:  # whatever it is, we want to know it
            self.complain(f"{what}: unreadable: {error!r} in {data}")
            return False
        for unknown in _unknown_fields(parsed):
            self.complain(f"{what}: Telegram has no field {unknown!r}, in {data}")
        return True


def _unknown_fields(value: Any) -> Iterator[str]:
    if isinstance(value, telegram.TelegramObject):
        yield from value.api_kwargs
        slots = (name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ()))
        public = (name for name in slots if not name.startswith("_"))
        yield from _unknown_fields([getattr(value, name, None) for name in public])
    elif isinstance(value, list | tuple):
        for inner in cast("Iterable[Any]", value):
            yield from _unknown_fields(inner)
