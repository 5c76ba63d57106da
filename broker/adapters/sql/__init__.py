"""Named queries over SQLite: checked when they are loaded, run under a row filter."""
