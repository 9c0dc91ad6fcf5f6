"""The doors and the clock: everything that touches the outside."""
