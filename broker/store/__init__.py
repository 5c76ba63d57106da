"""The ports over storage: the only room with state; it knows not why it stores."""
