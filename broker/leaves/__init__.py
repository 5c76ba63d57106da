"""The one walk over JSON. Knows no class and no mask."""
