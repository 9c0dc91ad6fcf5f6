"""The console: its guard, its doorway, its pages."""
