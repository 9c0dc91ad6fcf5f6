"""The sender: one lane for each channel, each of which one process drives at a time."""

import asyncio
from collections.abc import Mapping

from bot.channels.channel import Channel
from bot.keeper import Duty
from bot.lane import Lane
from bot.ledger import Ledger


class Sender:
    """One process' taker of the outbox."""

    def __init__(self, channels: Mapping[str, Channel], ledger: Ledger) -> None:
        self._lanes = {name: Lane(channel, ledger) for name, channel in channels.items()}

    def ring(self, channel: str) -> None:
        """Something was put into the outbox for this channel."""
        if lane := self._lanes.get(channel):
            lane.ring()

    def duties(self) -> list[Duty]:
        """To be the only sender on each channel."""
        return [
            Duty(f"send {name}", begin=lane.own, end=lane.disown)
            for name, lane in self._lanes.items()
        ]

    def start(self) -> None:
        """Begin; each lane waits until it is ours."""
        for lane in self._lanes.values():
            lane.start()

    async def stop(self) -> None:
        """Take nothing more, and let the sendings under way end."""
        await asyncio.gather(*(lane.stop() for lane in self._lanes.values()))
