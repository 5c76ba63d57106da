"""From a scope to a grant, and from a token to the grant that it names. Knows no MCP."""
