"""A Telegram Bot API server on loopback that insists on what Telegram insists on.

Every update pushed and every payload sent is read by python-telegram-bot as well; what it cannot
make sense of is in `complaints`, which a test asserts to be empty.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import ClientError, ClientSession, web

from tests.fakes import bot_api_rules as rules
from tests.fakes.bot_api_failures import Failure, answer_of, cut, error_answer
from tests.fakes.bot_api_rules import Params, RefusedError, bad_request
from tests.fakes.updates import BOT, DATE, Update, group_chat, private_chat

TOKEN = "700000001:token-of-a-bot-that-does-not-exist"
_CONTENT = ("message", "edited_message", "callback_query", "my_chat_member", "inline_query")
LARGEST_FILE = 20 * 1024 * 1024


@dataclass(frozen=True)
class Call:
    """One request as it came: the parameters still as the form's text."""

    method: str
    params: Params


class BotApi:
    """Telegram, for one bot: `async with BotApi() as api`, then talk to `api.url`."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[Call] = []
        self.sent: list[dict[str, Any]] = []
        """The messages that residents see, as they see them."""
        self.webhook: Params = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        """The list of commands by the type of its scope and its language."""
        self.queries: set[str] = set()
        """Look-ups that wait for their results."""
        self.found: dict[str, list[dict[str, Any]]] = {}
        """The results of each look-up."""
        self.files: dict[str, bytes] = {}
        """What residents sent, by file id; `fail("file", …)` fails its download."""
        self.pending: list[Update] = []
        self.presses: set[str] = set()
        """Callback queries whose button still shows a spinner."""
        self.moved: dict[int, int] = {}
        self.blocked_by: set[int] = set()
        self.longest_wait = 50.0
        """Seconds after which getUpdates answers with nothing, whatever it was asked."""
        self._chats: set[int] = set()
        self._judge = rules.Judge()
        self._allowed: frozenset[str] = rules.UPDATE_KINDS - rules.NOT_BY_DEFAULT
        self._failures: dict[str, deque[Failure | None]] = {}
        self._last_update = 812_000_000
        self._poll = 0
        self._changed = asyncio.Condition()
        self._last_error: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self._give_file)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    # What tests do

    @property
    def complaints(self) -> list[str]:
        return self._judge.complaints

    def meet(self, chat_id: int) -> None:
        """A resident has opened the chat: only then may the bot write there."""
        self._chats.add(chat_id)

    def fail(self, method: str, *failures: Failure | None) -> None:
        """The next calls of `method` fail like this, one after the other; None: one goes well."""
        self._failures.setdefault(method, deque()).extend(failures)

    async def push(self, update: Update) -> Update:
        """Something happens at Telegram; it waits to be fetched or delivered."""
        self._last_update += 1
        update = {"update_id": self._last_update} | update
        readable = self._judge.update(update)
        kind = next(name for name in update if name != "update_id")
        if readable and kind in _CONTENT:
            self._meet_sender(kind, update[kind])
        if kind in self._allowed:
            self.pending.append(update)
        await self._tell()
        return update

    def _meet_sender(self, kind: str, content: dict[str, Any]) -> None:
        if kind == "inline_query":  # comes from anywhere, and opens no chat
            self.queries.add(content["id"])
            return
        self.meet((content.get("message") or content).get("chat", content["from"])["id"])
        if kind == "callback_query":
            self.presses.add(content["id"])
        if kind == "my_chat_member":
            chat = content["chat"]["id"]
            kicked = content["new_chat_member"]["status"] == "kicked"
            (self.blocked_by.add if kicked else self.blocked_by.discard)(chat)

    async def deliver(self) -> list[int]:
        """Call the webhook with all that waits; what is not answered with 2xx stays waiting."""
        headers: dict[str, str] = {}
        if secret := self.webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        statuses: list[int] = []
        async with ClientSession(headers=headers) as client:
            for update in list(self.pending):
                statuses.append(status := await self._post(client, update))
                if 200 <= status < 300:
                    self.pending.remove(update)
        return statuses

    async def _post(self, client: ClientSession, update: Update) -> int:
        try:
            async with client.post(self.webhook["url"], json=update) as answer:
                if b'"method"' in await answer.read():
                    self._judge.complain("an answer with a method in it is lost without a trace")
                status, message = answer.status, f"Wrong response from the webhook: {answer.status}"
        except ClientError as error:
            status, message = 0, f"{type(error).__name__}"
        if not 200 <= status < 300:
            self._last_error = {"last_error_date": DATE, "last_error_message": message}
        return status

    async def wait_for(self, method: str, count: int = 1) -> list[Call]:
        """Wait until `method` was called `count` times; returns those calls."""
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: len(self.calls_of(method)) >= count)
        return self.calls_of(method)

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    async def _tell(self) -> None:
        """Let those who wait look again."""
        async with self._changed:
            self._changed.notify_all()

    # What Telegram does

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method, given = request.match_info["method"], await _params(request)
        self.calls.append(Call(method, given))
        await self._tell()
        known = {name.lower(): name for name in rules.METHODS}
        if request.match_info["token"] != TOKEN:
            return error_answer(401, "Unauthorized")
        if method.lower() not in known:
            self._judge.complain(f"the fake does not know the method {method}")
            return error_answer(404, "Not Found")
        method = known[method.lower()]
        self._judge.call(method, given)
        failures = self._failures.get(method)
        failure = failures.popleft() if failures else None
        if failure is not None and not failure.cut:
            return answer_of(failure)
        try:
            result = await self._do(method, given)
        except RefusedError as refused:
            return error_answer(refused.status, refused.description, refused.parameters)
        if failure is not None:
            await cut(request, failure)
        return web.json_response({"ok": True, "result": result})

    async def _do(self, method: str, given: Params) -> Any:
        params = rules.check_params(method, given)
        return await self._methods()[method](params)

    def _methods(self) -> dict[str, Callable[[Params], Awaitable[Any]]]:
        return {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "sendMessage": self._send_message,
            "editMessageText": self._edit_message_text,
            "answerCallbackQuery": self._answer_callback_query,
            "answerInlineQuery": self._answer_inline_query,
            "getFile": self._get_file,
            "setMyCommands": self._set_my_commands,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "sendChatAction": self._send_chat_action,
        }

    async def _get_me(self, _: Params) -> Any:
        return BOT | {
            "can_join_groups": False,
            "can_read_all_group_messages": False,
            "supports_inline_queries": True,
        }

    async def _get_updates(self, params: Params) -> Any:
        self._poll += 1
        poll = self._poll
        self._allow(params)
        self._refuse_beside_webhook()
        self._confirm(params.get("offset", 0))
        async with self._changed:
            self._changed.notify_all()  # another one that waits here is cut short by this one
            await self._wait_for_updates(poll, min(params.get("timeout", 0), self.longest_wait))
        if poll != self._poll:
            raise RefusedError(
                409,
                "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )
        self._refuse_beside_webhook()
        return self.pending[: min(max(params.get("limit", 100), 1), 100)]

    async def _wait_for_updates(self, poll: int, seconds: float) -> None:
        def enough() -> bool:
            return bool(self.pending or self.webhook or poll != self._poll)

        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait_for(enough)
        except TimeoutError:
            return

    def _refuse_beside_webhook(self) -> None:
        if self.webhook:
            raise RefusedError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self.pending = self.pending[offset:]
        elif offset > 0:
            self.pending = [one for one in self.pending if one["update_id"] >= offset]

    def _allow(self, params: Params) -> None:
        if "allowed_updates" not in params:
            return  # left out means: as before
        wanted = frozenset(params["allowed_updates"])
        if unknown := wanted - rules.UPDATE_KINDS:
            self._judge.complain(f"allowed_updates: no such kinds {sorted(unknown)}")
        self._allowed = wanted or rules.UPDATE_KINDS - rules.NOT_BY_DEFAULT

    async def _send_message(self, params: Params) -> Any:
        chat = self._chat(params["chat_id"])
        text, entities = rules.parse_text(params)
        message = {
            "message_id": len(self.sent) + 1,
            "from": BOT,
            "chat": chat,
            "date": DATE + len(self.sent),
            "text": text,
        }
        message |= {"entities": entities} if entities else {}
        message |= self._markup(params)
        self.sent.append(message)
        self._judge.message(message)
        return message

    def _chat(self, chat_id: Any) -> dict[str, Any]:
        if chat_id in self.moved:
            raise RefusedError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": self.moved[chat_id]},
            )
        if chat_id not in self._chats:
            raise bad_request("chat not found")
        if chat_id in self.blocked_by:
            raise RefusedError(403, "Forbidden: bot was blocked by the user")
        return private_chat(chat_id) if chat_id > 0 else group_chat(chat_id)

    def _markup(self, params: Params) -> dict[str, Any]:
        if "reply_markup" not in params:
            return {}
        markup = params["reply_markup"]
        self._judge.markup(markup)
        rules.check_inline_keyboard(markup)
        return {"reply_markup": markup}

    async def _edit_message_text(self, params: Params) -> Any:
        self._chat(params["chat_id"])
        text, entities = rules.parse_text(params)
        ids = params["message_id"], params["chat_id"]
        for message in self.sent:
            if (message["message_id"], message["chat"]["id"]) == ids:
                return self._edit(message, {"text": text, "entities": entities}, params)
        raise bad_request("message to edit not found")

    def _edit(self, message: dict[str, Any], new: dict[str, Any], params: Params) -> Any:
        new |= self._markup(params)
        parts = ("text", "entities", "reply_markup")
        if all((message.get(part) or None) == (new.get(part) or None) for part in parts):
            raise bad_request("message is not modified: specified new message content is the same")
        message.pop("reply_markup", None)
        message.update(new, edit_date=message["date"] + 1)
        self._judge.message(message)
        return message

    async def _answer_callback_query(self, params: Params) -> Any:
        if params["callback_query_id"] not in self.presses:
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid"
            )
        if len(params.get("text", "")) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        self.presses.remove(params["callback_query_id"])
        return True

    async def _answer_inline_query(self, params: Params) -> Any:
        query, results = params["inline_query_id"], params["results"]
        if query not in self.queries:
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid"
            )
        rules.check_results(results)
        for result in results:
            self._judge.result(result)
        self.queries.remove(query)
        self.found[query] = results
        await self._tell()
        return True

    async def _get_file(self, params: Params) -> Any:
        file_id = params["file_id"]
        if file_id not in self.files:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        size = len(self.files[file_id])
        if size > LARGEST_FILE:
            raise bad_request("file is too big")
        file = {"file_id": file_id, "file_unique_id": f"u-{file_id}", "file_size": size}
        file |= {"file_path": f"documents/{file_id} (1).bin"}
        self._judge.file(file)
        return file

    async def _give_file(self, request: web.Request) -> web.StreamResponse:
        failures = self._failures.get("file")
        failure = failures.popleft() if failures else None
        if failure is not None and not failure.cut:
            return answer_of(failure)
        name = request.match_info["path"].removeprefix("documents/").removesuffix(" (1).bin")
        if request.match_info["token"] != TOKEN or name not in self.files:
            return error_answer(404, "Not Found")
        given = web.StreamResponse()
        await given.prepare(request)  # in chunks: nobody knows the length beforehand
        await given.write(self.files[name])
        if failure is not None:
            await cut(request, failure)
        return given

    async def _set_my_commands(self, params: Params) -> Any:
        scope, language = params.get("scope", {"type": "default"}), params.get("language_code", "")
        rules.check_commands(params["commands"])
        rules.check_scope(scope, language)
        self._judge.commands(params["commands"])
        self._judge.scope(scope)
        self.commands[scope["type"], language] = params["commands"]
        return True

    async def _set_webhook(self, params: Params) -> Any:
        rules.check_webhook(params)
        self._allow(params)
        self._drop(params)
        self.webhook = params if params.get("url") else {}
        await self._tell()
        return True

    async def _delete_webhook(self, params: Params) -> Any:
        self._drop(params)
        self.webhook = {}
        return True

    def _drop(self, params: Params) -> None:
        if params.get("drop_pending_updates"):
            self.pending.clear()

    async def _get_webhook_info(self, _: Params) -> Any:
        info = {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
            "allowed_updates": sorted(self._allowed),
        }
        return info | self._last_error

    async def _send_chat_action(self, params: Params) -> Any:
        self._chat(params["chat_id"])
        if params["action"] not in ("typing", "upload_document", "upload_photo", "record_voice"):
            raise bad_request("wrong parameter action in request")
        return True


async def _params(request: web.Request) -> Params:
    if request.content_type == "application/json":
        return await request.json()
    form: Iterable[tuple[str, Any]] = (await request.post()).items()
    return dict(request.query) | dict(form)
