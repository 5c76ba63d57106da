"""Other people's MCP servers behind the broker: how they are reached, what they list, what they answer."""
