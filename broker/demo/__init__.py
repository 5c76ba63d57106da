"""One minute with a broker: a shop, a hijacked agent, and what becomes of it."""
