"""Real systems behind the broker. Knows no principal, token or scope; does what an opened call says."""
