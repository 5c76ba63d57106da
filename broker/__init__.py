"""A broker between AI agents and real tools: least authority in, masked results out, every call on record."""
