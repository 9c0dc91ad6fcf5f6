"""The decisions: plain functions; no network, no SQL text, no environment."""
