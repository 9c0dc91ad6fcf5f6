"""What a resident can do: one file, one thing."""
