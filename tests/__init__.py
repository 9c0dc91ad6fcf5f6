"""Tests mirror the rooms; talks are golden conversations, journeys go end to end."""
