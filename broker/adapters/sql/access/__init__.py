"""What PostgreSQL itself lets a source's role do: the text that gives it, and the proof that there is no more."""
