"""A message as plain text: for the terminal, and for `ask`."""

from collections.abc import Sequence

from handlers.message import Message


def plain(message: Message) -> str:
    """Heading, text and numbered choices, each on lines of their own."""
    lines = [message.heading] if message.heading else []
    lines.append(message.text)
    lines += [f"{number}. {choice.label}" for number, choice in enumerate(message.choices, 1)]
    return "\n".join(lines)


def plain_all(messages: Sequence[Message]) -> str:
    """Several messages, a blank line between them."""
    return "\n\n".join(plain(message) for message in messages)
