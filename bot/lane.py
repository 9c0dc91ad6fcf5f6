"""A lane: one channel's way out, with its own pace, so that no messenger delays another."""

import asyncio
import logging
from collections import deque
from datetime import datetime, timedelta
from functools import partial

import msgspec

from bot.channels.channel import Channel, Outgoing, SendError
from bot.ledger import Ledger
from bot.pacer import Pacer, Turn
from bot.rounds import Rounds
from handlers.message import Message
from storage import outbox, residents, windows
from storage.outbox import OutboxRow, Settled

log = logging.getLogger(__name__)

IN_FLIGHT = 32
"""How many messages of one channel are on their way at once."""
LAST_TRY = 10
"""After this many refusals a message is settled as failed."""
LONGEST = 100.0
"""Seconds a door may take for one message, safely under the lease; then it is unknown."""
FAREWELL = 25.0
"""Seconds that what is under way has to end when we stop."""
RECOVER_EVERY = 30.0
"""Seconds between looks for what nobody settled and for what is to be resent."""
TAKE_OVER = 1.1
"""Seconds of silence after another sender died: what it sent in its last second counts too."""


class Lane:
    """Takes what is due on one channel and sends it, while this process is its only sender."""

    def __init__(self, channel: Channel, ledger: Ledger) -> None:
        self._channel = channel
        self._ledger = ledger
        self._pacer = Pacer(channel.abilities.per_second, ledger.clock.ticks)
        self._hand: deque[OutboxRow] = deque()
        self._sending: set[asyncio.Task[None]] = set()
        self._quiet_until = ledger.clock.now()
        self._is_mine = False
        self._sender = Rounds(self._look, f"sending by {channel.name}")
        self._mender = Rounds(self._mend, f"mending {channel.name}", RECOVER_EVERY)

    def ring(self) -> None:
        """Something was put into the outbox for this channel."""
        self._sender.ring()

    def start(self) -> None:
        """Begin; nothing is sent before `own`."""
        self._sender.start()
        self._mender.start()

    async def stop(self) -> None:
        """Take nothing more, give back what was not tried, let what is under way end."""
        await asyncio.gather(self._sender.stop(), self._mender.stop())
        await self._give_back()
        if self._sending:
            await asyncio.wait(self._sending, timeout=FAREWELL)

    async def own(self, after_another: bool) -> None:
        """We are the only sender now: what somebody else held is held by the dead."""
        if after_another and self._channel.abilities.per_second:
            self._be_quiet(TAKE_OVER)
        await self._recover(everyone=True)
        self._is_mine = True
        self._mender.ring()
        self.ring()

    async def disown(self) -> None:
        """Another process may be the sender now."""
        self._is_mine = False
        self.ring()

    # --- take -------------------------------------------------------------------------------

    async def _look(self) -> bool:
        if not self._may_send():
            await self._give_back()
            return False
        if not self._hand:
            room = IN_FLIGHT - len(self._sending)
            self._hand.extend(await self._take(int(min(room, self._pacer.ahead))))
        if not self._hand:
            return False
        turn = self._pacer.take_turn()
        if isinstance(turn, Turn):
            self._send(self._hand.popleft(), turn)
        else:
            await asyncio.sleep(turn)
        return True

    def _may_send(self) -> bool:
        return self._is_mine and self._ledger.clock.now() >= self._quiet_until

    async def _take(self, limit: int) -> list[OutboxRow]:
        if limit <= 0:
            return []  # a sending that ends rings
        now = self._ledger.clock.now()
        name = self._channel.name
        take = partial(outbox.take, by=self._ledger.name, now=now, channel=name, limit=limit)
        window = self._channel.abilities.window
        if window is None:
            return await self._ledger.write(take)
        since = now - window.last
        return await self._ledger.write(
            lambda c: windows.hold_late(c, take(c), since=since, now=now)
        )

    async def _give_back(self) -> None:
        ids = [row.id for row in self._hand]
        self._hand.clear()
        if ids:
            await self._ledger.write(partial(outbox.give_back, ids=ids))

    # --- send -------------------------------------------------------------------------------

    def _send(self, row: OutboxRow, turn: Turn) -> None:
        task = asyncio.create_task(self._deliver(row, turn))
        self._sending.add(task)
        task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        # Its account's next message may go now.
        self.ring()
        if not task.cancelled() and task.exception() is not None:
            log.error("a sending was not settled", exc_info=task.exception())

    async def _deliver(self, row: OutboxRow, turn: Turn) -> None:
        """The database is let go here; only its row says that this is under way."""
        began = self._ledger.clock.now()
        message = msgspec.convert(row.body, Message)
        try:
            try:
                async with asyncio.timeout(LONGEST):
                    provider_id = await self._channel.send(
                        Outgoing(row.id, row.address, message, row.attempts)
                    )
            finally:
                turn.end()
        except SendError as error:
            await self._settle_error(row, error, began)
        except TimeoutError:
            await self._settle(row, "unknown", reason="no answer in time")
        except Exception as error:
            log.exception("outbox %s: the %s door broke", row.id, row.channel)
            await self._settle(row, "unknown", reason=f"{type(error).__name__}")
        else:
            await self._settle(row, "done", provider_id=provider_id)

    async def _settle(
        self, row: OutboxRow, state: str, *, provider_id: str | None = None, reason: str = ""
    ) -> None:
        # Where we own the screen, pages of other processes show it too.
        shown_to = row.address if state == "done" and self._channel.abilities.may_resend else ""
        now = self._ledger.clock.now()
        ending = Settled(row.id, state, provider_id, reason[:300] or None, now, shown_to)
        await self._ledger.settle(ending)

    async def _settle_error(self, row: OutboxRow, error: SendError, began: datetime) -> None:
        now = self._ledger.clock.now()
        if error.unknown:
            await self._settle(row, "unknown", reason=error.reason)
        elif error.out_of_window:
            await self._ledger.write(
                partial(windows.hold_refused, row=row, tried_at=began, now=now)
            )
        elif error.retry_in is not None and row.attempts < LAST_TRY:
            due_at = now + timedelta(seconds=max(error.retry_in, min(2**row.attempts, 600)))
            if error.whole_channel:
                self._be_quiet(error.retry_in)
            await self._ledger.write(
                partial(outbox.postpone, row_id=row.id, due_at=due_at, reason=error.reason)
            )
        else:
            await self._settle(row, "failed", reason=error.reason)
        if error.resident_gone:
            account = row.channel, row.address
            await self._ledger.write(partial(residents.note_gone, account=account, at=now))
            await self._ledger.write(
                partial(outbox.drop_for, channel=row.channel, address=row.address, now=now)
            )

    def _be_quiet(self, seconds: float) -> None:
        until = self._ledger.clock.now() + timedelta(seconds=seconds)
        self._quiet_until = max(self._quiet_until, until)

    # --- mend -------------------------------------------------------------------------------

    async def _mend(self) -> bool:
        if self._is_mine:
            await self._recover(everyone=False)
            await self._resend()
        return False

    async def _recover(self, *, everyone: bool) -> None:
        lost = await self._ledger.write(
            partial(
                outbox.recover,
                channel=self._channel.name,
                now=self._ledger.clock.now(),
                by=self._ledger.name,
                may_resend=self._channel.abilities.may_resend,
                everyone=everyone,
            )
        )
        if lost:
            log.warning("%s sendings by %s are unknown", lost, self._channel.name)

    async def _resend(self) -> None:
        if self._ledger.resend_after is None:
            return
        before = self._ledger.clock.now() - self._ledger.resend_after
        resent = await self._ledger.write(
            partial(outbox.resend, channel=self._channel.name, before=before)
        )
        if resent:
            log.warning("%s unknown sendings by %s go once more", resent, self._channel.name)
            self.ring()
