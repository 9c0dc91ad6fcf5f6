"""The officials' web console: a guard before every page, pages that read, decisions that change."""
