"""What agent builders import: a key, a token that it holds, and requests that prove it. Knows nothing of the broker."""
