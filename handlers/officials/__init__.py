"""What officials can do: one function each, and each writes its audit line."""
