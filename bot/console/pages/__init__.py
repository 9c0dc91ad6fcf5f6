"""The console's pages: each reads through storage and changes things through handlers/officials."""
