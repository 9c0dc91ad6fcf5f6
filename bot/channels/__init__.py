"""The doors to residents; each one can `read` and `send`."""
