"""`broker stdio`: one token between an agent's pipes and a broker. Knows no key, no store and no rule."""
