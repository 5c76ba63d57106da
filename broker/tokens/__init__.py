"""The wire forms of authority: signed and strict. Knows what a seal is, never what a caveat means."""
