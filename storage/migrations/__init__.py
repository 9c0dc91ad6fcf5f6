"""Migrations: one line, one idea each."""
