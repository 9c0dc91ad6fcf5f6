"""What we know: frozen data and search; no database, no network."""
