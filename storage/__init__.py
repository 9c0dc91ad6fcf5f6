"""What we remember: one noun, one file: its table and its queries together."""
