"""The first word to a newcomer: who we are, and plainly what is kept."""

from handlers.turn import Turn


def introduce(turn: Turn) -> None:
    """Say who we are and what is kept; once, and again when the notice changes."""
    turn.say("welcome")
    turn.is_welcomed = True
