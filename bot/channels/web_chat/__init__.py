"""The web chat: the door that needs no account and no token."""
